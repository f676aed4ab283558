"""Factories of check-ins."""

from __future__ import annotations

from copy import copy
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from applications.models import Application
from checkins import concerns, planning, seeds
from checkins.answering import answer
from checkins.editions import start_edition
from checkins.models import WITHOUT_PAIR, CheckIn, Concern, Question, Survey, current_survey
from matches.models import Match
from programs.models import Program
from workflow.models import Transition

GOOD_PULSE = {"useful": "4", "rhythm": "as_planned"}
GOOD_FIT = {"fit": "good"}


class Seeded(NamedTuple):
    """The surveys that come with the product, as rows of each table."""

    surveys: list[Survey]
    questions: list[Question]
    transitions: list[Transition]


@cache
def _first_seeded() -> Seeded:
    new = seeds.seed_surveys()
    ids = [survey.pk for survey in new]
    return Seeded(
        list(Survey.objects.filter(pk__in=ids).order_by("pk")),
        list(QuerySet(Question).filter(survey__in=ids)),
        list(Transition.system.filter(about_type="checkins.survey", about_id__in=ids)),
    )


def seed_surveys() -> None:
    """Create the surveys that come with the product unless there are shared surveys.

    Thousands of tests need them, so only the first of a process makes them as the product does (60
    queries); the others copy its rows, as of now (4 queries).
    """
    if Survey.objects.filter(program=None).exists():
        return
    seeded = _first_seeded()
    if Survey.objects.filter(program=None).exists():
        return
    now = timezone.now()
    surveys, questions, transitions = seeded
    surveys, transitions = [copy(row) for row in surveys], [copy(row) for row in transitions]
    for survey in surveys:
        survey.published_at = now
    for transition in transitions:
        transition.pk, transition.at = None, now  # the test may have others
    QuerySet[Survey](Survey).bulk_create(surveys)
    QuerySet[Question](Question).bulk_create([copy(row) for row in questions])
    QuerySet[Transition](Transition).bulk_create(transitions)


def plan(at: datetime) -> None:
    """Make check-ins and their e-mails what they should be at `at`, as the worker does in turns."""
    planning.make_planned(at)
    planning.make_milestones(at)
    planning.make_surveys_without_a_pair(at)
    planning.open_and_lapse(at)
    planning.remind(at)


def opened(
    match: Match, person: User, kind: str = "pulse", at: datetime | None = None, **fields: object
) -> CheckIn:
    """A check-in that is open since `at` (now)."""
    at = at or timezone.now()
    seed_surveys()
    fields = {
        "ordinal": 1,
        "opens_at": at,
        "opened_at": at,
        "closes_at": at + timedelta(days=14),
        **fields,
    }
    survey = current_survey(kind, match.program) or shared_survey(kind)
    about: dict[str, object] = {"match": match}
    if kind in WITHOUT_PAIR:
        about = {"application": match.application_of(person)}
    return CheckIn.objects.create(
        **about, person=person, kind=kind, survey=survey, state="open", **fields
    )


def opened_without_pair(
    application: Application, at: datetime | None = None, kind: str = "unmatched"
) -> CheckIn:
    """The open survey of someone who was left without a match, or who has just applied."""
    at = at or timezone.now()
    seed_surveys()
    survey = current_survey(kind, application.program) or shared_survey(kind)
    return CheckIn.objects.create(
        application=application,
        person=application.person,
        kind=kind,
        survey=survey,
        state="open",
        opens_at=at,
        opened_at=at,
        due_at=at + timedelta(days=7),
        closes_at=at + timedelta(days=14),
    )


def answered(
    match: Match, person: User, kind: str = "pulse", at: datetime | None = None, **answers: str
) -> CheckIn:
    at = at or timezone.now()
    checkin = opened(match, person, kind, at)
    usual = GOOD_PULSE if kind == "pulse" else GOOD_FIT
    answer(checkin, by=person, answers={**usual, **answers}, at=at)
    return checkin


def ask_for_help(match: Match, *, at: datetime | None = None) -> Concern:
    """The mentee of a pair asks the committee for help."""
    concern, _is_new = concerns.ask_for_help(
        author=match.mentee.person,
        program=match.program,
        match=match,
        text="Please call me",
        urgency="whenever",
        partner_may_know=False,
        contact_info="",
        nonce="n",
        at=at,
    )
    return concern


def shared_survey(kind: str) -> Survey:
    return Survey.objects.published().get(kind=kind, program=None)


def change_published(code: str, **columns: object) -> None:
    """Change the published questions called `code`, as no one but a test can."""
    QuerySet(Question).filter(code=code).update(**columns)


def draft(program: Program, by: User, kind: str = "pulse") -> Survey:
    """A draft of the program's own, started from the edition that is asked."""
    seed_surveys()
    source = current_survey(kind, program) or shared_survey(kind)
    return start_edition(source, program=program, by=by)
