"""Cases of e-mails with surveys of milestones, and of their occasions; see `email_scenarios`."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from checkins.models import CheckIn
from matches.models import Match
from programs.models import Membership
from testkit import checkins, factories

from .email_cases import ZONE, Case, Scenario, pair, person, update


def milestone() -> Case:
    match = pair()
    return Case(checkins.opened(match, match.mentee.person, "midterm"), match.mentee.person)


def after_an_end() -> Case:
    match = pair()
    checkin = checkins.opened(match, match.mentee.person, "exit")
    ended = {"state": "closed", "closed_kind": "choice", "closed_at": timezone.now()}
    Match.objects.filter(pk=match.pk).update(**ended)
    return Case(CheckIn.objects.get(pk=checkin.pk), match.mentee.person)


def months_after_the_end() -> Case:
    match = pair()
    checkin = checkins.opened(match, match.mentee.person, "later")
    ended = {"state": "closed", "closed_kind": "completed", "closed_at": timezone.now()}
    Match.objects.filter(pk=match.pk).update(**ended)
    return Case(CheckIn.objects.get(pk=checkin.pk), match.mentee.person)


def without_a_match() -> Case:
    cohort = factories.cohort()
    mentee = factories.application(person("Ben Okoro"), cohort)
    return Case(checkins.opened_without_pair(mentee), mentee.person)


def match_now(case: Case) -> None:
    """Someone is found for the person after all."""
    mentee = case.about.application
    mentor = factories.application(person("Ada Brook"), mentee.cohort, "mentor")
    Match.objects.create(mentee=mentee, mentor=mentor)


def cohort_is_over() -> Case:
    cohort = factories.cohort(ends_on=timezone.localdate() - timedelta(days=2))
    mentee = factories.application(person("Ben Okoro"), cohort, state="waitlisted")
    return Case(mentee, mentee.person)


def reopen(case: Case) -> None:
    of_pair = Match.objects.filter(pk=case.about.match_id)
    of_pair.update(state="active", closed_kind="", closed_at=None)


def survey_draft() -> Case:
    chair = factories.member("Cleo Marsh", program=factories.program())
    User.objects.filter(pk=chair.pk).update(time_zone=ZONE)
    chair.refresh_from_db()
    program = Membership.objects.get(user=chair).program
    return Case(checkins.draft(program, chair), chair)


SURVEYS: dict[str, Scenario] = {
    "checkin-survey": Scenario(
        milestone,
        stop=lambda case: CheckIn.objects.filter(pk=case.about.pk).update(state="cancelled"),
        reason="checkin-closed",
    ),
    "checkin-after": Scenario(after_an_end, stop=reopen, reason="reopened"),
    "checkin-unmatched": Scenario(without_a_match, stop=match_now, reason="no-longer-unmatched"),
    "cohort-over": Scenario(
        cohort_is_over,
        stop=lambda case: update(case, state="withdrawn"),
        reason="cohort-not-over",
    ),
    "checkin-later": Scenario(months_after_the_end, stop=reopen, reason="reopened"),
    "survey-test": Scenario(
        survey_draft,
        stop=lambda case: update(case, state="retired", retired_at=timezone.now()),
        reason="survey-retired",
    ),
}
