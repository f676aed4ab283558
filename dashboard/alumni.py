"""What a person finds once pairs of theirs have ended: papers, hours, the partner, what next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from applications import mentor_invitations
from matches import follow_ups, keeping_in_touch, mentoring_again
from matches.models import FollowUp, Match
from meetings.statements import facts, issuing
from meetings.statements.documents import hours_and_minutes
from programs.models import Program

Allows = keeping_in_touch.Allows


@dataclass(frozen=True)
class EndedPair:
    """One ended pair. `choices` are (wish, label) while the question what next is open.

    `is_asked_again`: a new cohort takes applications, and the person is asked to mentor in it.
    """

    match: Match
    partner: User
    email: str
    phone: str
    may_be_certified: bool
    follow_up: FollowUp | None
    choices: list[tuple[str, str]]
    is_asked_again: bool = False


@dataclass(frozen=True)
class HoursOfYear:
    """The meetings of one credential year in one program; `url` makes the statement."""

    program: Program
    first: date
    last: date
    time: str
    url: str


def ended_pairs(person: User) -> list[EndedPair]:
    """Return the ended pairs of `person`, the latest first; not those created by mistake."""
    rows = Match.objects.of(person).ended().with_people().order_by("-closed_at", "-pk")
    matches = list(rows)
    prefetch_related_objects([row.partner_of(person) for row in matches], "profile")
    asked = {
        row.closure.match_id: row for row in FollowUp.objects.of(person).select_related("closure")
    }
    shown = keeping_in_touch.shown_in(matches, person)
    is_mentor = any(row.mentor.person_id == person.pk for row in matches)
    to_renew = _asked_again(person) if is_mentor and asked else set()
    return [
        _ended_pair(row, person, asked.get(row.pk), shown[row.pk], is_asked=row.pk in to_renew)
        for row in matches
    ]


def _asked_again(person: User) -> set[int]:
    """Return the ended pairs about which `person` is asked whether they mentor again."""
    again = mentoring_again.to_ask(timezone.now()).filter(person=person)
    return set(again.values_list("closure__match", flat=True))


def _ended_pair(
    match: Match, person: User, asked: FollowUp | None, shown: str, *, is_asked: bool
) -> EndedPair:
    partner = match.partner_of(person)
    profile = getattr(partner, "profile", None)
    is_open = asked is not None and asked.answered_at is None
    return EndedPair(
        match=match,
        partner=partner,
        email=partner.email if shown != Allows.NOTHING else "",
        phone=profile.phone if shown == Allows.PHONE and profile else "",
        may_be_certified=issuing.may_be_certified(match),
        follow_up=asked,
        choices=follow_ups.wishes_of(match.application_of(person)) if is_open else [],
        is_asked_again=is_asked,
    )


def hours_by_year(person: User) -> list[HoursOfYear]:
    """Return the hours of `person` by credential year and program, the latest year first."""
    return [
        HoursOfYear(
            program,
            facts.first_day(program, year),
            facts.last_day(program, year),
            hours_and_minutes(minutes),
            reverse("meetings:hours-create", args=[program.slug, year]),
        )
        for (program, year), minutes in facts.minutes_by_year(person).items()
    ]


def programs_to_invite_to(person: User) -> list[Program]:
    """Return the programs for which `person` may name someone who would be a good mentor."""
    return list(mentor_invitations.programs_to_invite_to(person).order_by("name"))


def programs_to_mentor_in(person: User) -> list[Program]:
    """Return the programs in which `person` was a mentee and has never applied as a mentor."""
    as_mentor = person.applications.mentors().order_by().values("cohort__program")
    mentored = Match.objects.ended().filter(mentee__person=person)
    rows = Program.objects.filter(pk__in=mentored.order_by().values("mentee__cohort__program"))
    return list(rows.exclude(pk__in=as_mentor).order_by("name"))
