"""Concerns, for the scenarios of e-mails."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.fact_changes import watched
from accounts.models import Employer, Profile, User
from checkins import bounced_addresses, handling, suggestions
from checkins.models import Concern, MediationStep, Suggestion
from notifications import bounces
from notifications.models import BouncedAddress
from notifications.outbox import digest_of_address

from .email_cases import Case, Scenario, carer_of, pair, update
from .email_cases_of_endings import ending_concern


def concern(urgency: str) -> Case:
    match = pair()
    row = Concern.objects.create(
        program=match.program,
        match=match,
        person=match.mentee.person,
        urgency=urgency,
        raised_at=timezone.now(),
    )
    return carer_of(row)


def concern_to_look_at_again() -> Case:
    case = concern("soon")
    case.about.take(by=case.to)
    day = timezone.localdate() - timedelta(days=1)  # today may be tomorrow where the member is
    Concern.system.filter(pk=case.about.pk).update(follow_up_on=day, follow_up_count=1)
    case.about.refresh_from_db()
    return case


def bounced_person() -> Case:
    """The carer of a pair in which one person's address bounces; they can still be told of it."""
    match, now = pair(), timezone.now()
    person = match.mentee.person
    BouncedAddress.objects.create(
        pk=digest_of_address(person.email), person=person, last_bounced_at=now, stopped_at=now
    )
    bounced_addresses.follow_bounces(now)
    return carer_of(Concern.system.get(cause="bounced"))


def confirm_address(case: Case) -> None:
    now = timezone.now()
    bounces.works_again(case.about.person, at=now)
    bounced_addresses.follow_bounces(now)


def pair_that_breaks_a_rule() -> Case:
    """The carer of a pair of two people who now work for the same employer."""
    match = pair()
    work_at(match.mentor.person, "Nordwind")
    work_at(match.mentee.person, "Nordwind")
    return carer_of(Concern.system.get(cause="rule"))


def meet_the_rule(case: Case) -> None:
    work_at(case.about.person, "Elsewhere")


def work_at(person: User, employer: str) -> None:
    with watched(person):
        named = Employer.objects.named(employer)
        Profile.objects.update_or_create(user=person, defaults={"employer": named})


def take(case: Case) -> None:
    case.about.take(by=case.to)


def words_to_both() -> Case:
    """The carer of a pair has sent words to both."""
    case = concern("soon")
    step = {"kind": "words", "on": timezone.localdate(), "member": case.to, "text": "We met."}
    made = MediationStep.system.create(concern=case.about, **step)
    return Case(made, case.about.match.mentee.person)


def suggestion() -> Case:
    """One of a pair has suggested something, and a member has answered."""
    match, now = pair(), timezone.now()
    words = {"text": "Meet more often.", "answer": "We will.", "nonce": "n" * 22}
    moments = {"read_at": now, "answered_at": now}
    row = Suggestion.objects.create(
        program=match.program, person=match.mentee.person, **words, **moments
    )
    return Case(row, match.mentee.person)


CONCERNS = {
    "suggestion-answered": Scenario(
        suggestion,
        stop=lambda case: suggestions.erase_words(
            Suggestion.system.filter(pk=case.about.pk), timezone.now()
        ),
        reason="suggestion-erased",
    ),
    "mediation-words": Scenario(
        words_to_both,
        stop=lambda case: MediationStep.system.filter(pk=case.about.pk).update(text=""),
        reason="words-erased",
    ),
    "concern": Scenario(
        lambda: concern("whenever"),
        stop=take,
        reason="concern-taken",
        change=lambda case: update(case, urgency="urgent"),
        newer="concern-urgent",
    ),
    "concern-bounced": Scenario(
        bounced_person,
        stop=confirm_address,
        reason="address-works",
    ),
    "concern-rule": Scenario(
        pair_that_breaks_a_rule,
        stop=meet_the_rule,
        reason="rules-met",
    ),
    "concern-again": Scenario(
        concern_to_look_at_again,
        stop=lambda case: handling.look_again(case.about, by=case.to, on=None),
        reason="concern-not-due",
    ),
    "concern-given-back": Scenario(lambda: concern("soon"), stop=take, reason="concern-taken"),
    "concern-ending": Scenario(
        ending_concern,
        stop=take,
        reason="concern-taken",
    ),
    "concern-urgent": Scenario(lambda: concern("urgent"), stop=take, reason="concern-taken"),
}
