"""What the committee does for pairs, for the tests that visit every page."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from checkins import contact_plan
from checkins.models import (
    CarerSilence,
    Concern,
    ContactLog,
    ContactPlan,
    MediationStep,
    Suggestion,
)
from matches.models import AccountMerge, AccountRecovery

from .access_roles import OWNERS, AccessFixtures


def add_contact(world: AccessFixtures, pair: str, carer: User) -> None:
    """Log a contact with the mentee of a pair, and plan the next one."""
    mentee, mentor = OWNERS[pair]
    match, person = world.row("match", pair), world.people[mentee]
    called = ContactLog.objects.create(match=match, person=person, member=carer, note="n")
    world.add("contact", pair, called, owners=(mentee,), partners=(mentor,))
    if pair not in "BF":  # B will pause and F will end: they have no contact ahead
        contact_plan.keep([match.pk])
        plan = ContactPlan.system.get(match=match, person=person)
        world.add("contact_plan", pair, plan, owners=(mentee,), partners=(mentor,))


def add_silence(world: AccessFixtures, at: datetime) -> None:
    """Let a carer go silent."""
    row = CarerSilence.objects.create(
        carer=world.people["carer"], program=world.program, since=at.date(), noticed_at=at
    )
    world.add("silence", "own", row)


def add_suggestion(world: AccessFixtures, pair: str) -> None:
    """Let the mentee of a pair suggest something."""
    mentee, mentor = OWNERS[pair]
    words = {"text": "t", "answer": "a", "nonce": pair, "may_be_named": True}
    row = Suggestion.objects.create(
        program=world.row("match", pair).program, person=world.people[mentee], **words
    )
    world.add("suggestion", pair, row, owners=(mentee,), partners=(mentor,))


def add_recovery(world: AccessFixtures, pair: str, member: User) -> None:
    """Propose another address for the mentee of a pair, who has lost their mailbox."""
    mentee, mentor = OWNERS[pair]
    row = AccountRecovery.objects.create(
        program=world.row("match", pair).program,
        person=world.people[mentee],
        new_email=f"new.{mentee}@example.org",
        checked="c",
        proposed_by=member,
    )
    world.add("recovery", pair, row, owners=(mentee,), partners=(mentor,))


def add_merge(world: AccessFixtures, pair: str, chair: User) -> None:
    """Propose that the two of a pair are one person; only who may read both sees it."""
    mentee, mentor = OWNERS[pair]
    row = AccountMerge.objects.create(
        program=world.row("match", pair).program,
        kept=world.people[mentee],
        other=world.people[mentor],
        checked="c",
        proposed_by=chair,
    )
    world.add("account_merge", pair, row, owners=(mentee,), partners=(mentor,))


def add_step(concern: Concern, member: User) -> None:
    """Note a step of a mediation."""
    day = concern.raised_at.date()
    MediationStep.objects.create(concern=concern, kind="mentee", on=day, member=member, text="n")
