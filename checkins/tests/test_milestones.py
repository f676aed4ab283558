"""When people are asked the surveys of a milestone, and that a new survey never reaches back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from checkins import planning
from checkins.answering import answer, own_answers
from checkins.editions import publish, retire, start_edition
from checkins.milestone_surveys import MILESTONE_SURVEYS
from checkins.models import OWN_ONLY, CheckIn, Question, current_survey
from checkins.tests.conftest import START, run_program
from matches import endings, pauses
from matches.models import Match
from matches.pause_days import Wish
from testkit import checkins as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def ask(program, chair, kind, at=START - DAY):
    """Let the program ask its own edition of a kind since `at`."""
    edition = make.draft(program, chair, kind)
    publish(edition, by=chair, at=at)
    return edition


def asked(kind):
    rows = CheckIn.objects.filter(kind=kind).order_by("person").values_list("person", "state")
    return sorted(rows)


def opened(match):
    return sorted((person.pk, "open") for person in match.people)


@pytest.mark.parametrize("kind", OWN_ONLY)
def test_no_program_asks_one_before_it_publishes_its_own(kind, match, program, cleo):
    make.plan(START + 400 * DAY)
    assert current_survey(kind, program) is None
    assert asked(kind) == []


@pytest.mark.parametrize(("kind", "days"), [("baseline", 7), ("midterm", 180)])
def test_it_is_asked_some_time_after_the_introduction(kind, days, match, program, cleo):
    ask(program, cleo, kind)
    make.plan(START + (days - 1) * DAY)
    assert asked(kind) == []
    for _twice in range(2):
        make.plan(START + days * DAY)
        assert asked(kind) == opened(match)


def test_the_closing_survey_comes_before_the_end_of_the_term(match, program, cleo):
    ask(program, cleo, "closing")
    Match.objects.update(state="active", ends_on=(START + 300 * DAY).date())
    make.plan(START + 285 * DAY)
    assert asked("closing") == []
    Match.objects.update(ends_on=(START + 310 * DAY).date())  # extended
    make.plan(START + 287 * DAY)
    assert asked("closing") == []
    make.plan(START + 297 * DAY)
    assert asked("closing") == opened(match)


@pytest.mark.parametrize(("term_days", "is_asked"), [(180, False), (194, False), (195, True)])
def test_the_mid_term_survey_does_not_come_after_the_closing_one(
    term_days, is_asked, match, program, cleo
):
    ask(program, cleo, "midterm")
    Match.objects.update(state="active", ends_on=(START + term_days * DAY).date())
    make.plan(START + 181 * DAY)
    assert asked("midterm") == (opened(match) if is_asked else [])


@pytest.mark.parametrize(
    ("kind", "days", "endings_asked"),
    [
        ("exit", 3, {"early", "choice", "circumstance"}),
        ("later", 180, {"completed", "early"}),
    ],
)
@pytest.mark.parametrize("ending", Match.Closed.values)
def test_after_the_end_only_some_endings_are_asked(
    ending, kind, days, endings_asked, match, program, cleo
):
    ask(program, cleo, kind)
    ended_at = START + 40 * DAY
    Match.objects.update(state="closed", closed_kind=ending, closed_at=ended_at)
    make.plan(ended_at + (days - 1) * DAY)
    assert asked(kind) == []
    for _twice in range(2):
        make.plan(ended_at + days * DAY)
        assert asked(kind) == (opened(match) if ending in endings_asked else [])


@pytest.mark.parametrize("kind", ["baseline", "midterm"])
def test_a_new_survey_never_reaches_back(kind, match, program, cleo):
    ask(program, cleo, kind, at=START + 181 * DAY)
    make.plan(START + 190 * DAY)
    assert asked(kind) == []


def test_a_newer_edition_goes_on_where_the_older_one_was(match, program, cleo):
    first = ask(program, cleo, "midterm")
    second = start_edition(first, program=program, by=cleo)
    publish(second, by=cleo, at=START + 185 * DAY)
    make.plan(START + 186 * DAY)
    assert set(CheckIn.objects.filter(kind="midterm").values_list("survey", flat=True)) == {
        second.pk
    }


def test_a_survey_that_rested_does_not_reach_back(match, program, cleo):
    first = ask(program, cleo, "midterm")
    retire(first, by=cleo, at=START + 100 * DAY)
    second = start_edition(first, program=program, by=cleo)
    publish(second, by=cleo, at=START + 185 * DAY)
    make.plan(START + 186 * DAY)
    assert asked("midterm") == []


def test_what_waits_when_a_survey_is_retired_is_not_asked_by_a_later_one(match, program, cleo):
    first = ask(program, cleo, "midterm")
    planning.make_milestones(START + 181 * DAY)
    retire(first, by=cleo, at=START + 181 * DAY)
    make.plan(START + 182 * DAY)
    ask(program, cleo, "midterm", at=START + 200 * DAY)
    make.plan(START + 201 * DAY)
    assert {state for _person, state in asked("midterm")} == {"cancelled"}


def test_a_pause_moves_it(match, program, cleo, ben, time_machine):
    ask(program, cleo, "midterm")
    time_machine.move_to(START + 100 * DAY, tick=False)
    pauses.pause(match, Wish((START + 129 * DAY).date(), "other", "", ""), by=ben)
    make.plan(START + 181 * DAY)
    assert asked("midterm") == []
    make.plan(START + 212 * DAY)
    assert asked("midterm") == opened(match)


def test_who_left_the_site_is_not_asked(match, program, cleo, ben):
    ask(program, cleo, "baseline")
    ben.is_active = False
    ben.save()
    make.plan(START + 8 * DAY)
    assert [person for person, _state in asked("baseline")] == [match.mentor.person_id]


def test_the_email_and_its_reminders_come_after_an_end(match, program, cleo, ben, time_machine):
    ask(program, cleo, "exit")
    time_machine.move_to(START + 40 * DAY, tick=False)
    endings.end(match, by=ben, kind="choice")
    mine = []
    for day in (42, 43, 44, 46, 50, 57, 58):
        time_machine.move_to(START + day * DAY, tick=False)
        sent = run_program(START + day * DAY)
        mine += [(day, mail.subject) for mail in sent if mail.to == [ben.email]
                 if mail.subject == "Your pair has ended"]  # fmt: skip
    assert [day for day, _subject in mine] == [43, 46, 50]


def test_a_pair_that_is_reopened_is_not_asked_about_its_end(
    match, program, cleo, ben, time_machine
):
    ask(program, cleo, "exit")
    time_machine.move_to(START + 40 * DAY, tick=False)
    endings.end(match, by=ben, kind="choice")
    make.plan(START + 43 * DAY)
    match.refresh_from_db()
    planning.plan_after_reopening(match, START + 44 * DAY)
    assert {state for _person, state in asked("exit")} == {"cancelled"}


def test_it_is_answered_like_any_other(match, program, cleo, ben):
    ask(program, cleo, "exit")
    Match.objects.update(state="closed", closed_kind="choice", closed_at=START)
    make.plan(START + 4 * DAY)
    checkin = CheckIn.objects.of(ben).get(kind="exit")
    given = {"reason": "time", "program_support": "4", "again": "yes"}
    assert answer(checkin, by=ben, answers=given, at=START + 5 * DAY)
    assert own_answers(checkin, ben) == given


@pytest.mark.parametrize("pairs", [1, 3])
def test_it_takes_the_same_queries_for_many(
    pairs, program, cleo, cohort, surveys, django_assert_num_queries
):
    from checkins.milestones import plan_milestones
    from testkit import factories

    for kind in OWN_ONLY:
        ask(program, cleo, kind)
    for _n in range(pairs):
        factories.match(factories.person(), factories.person(), cohort, introduced_at=START)
    with django_assert_num_queries(QUERIES):
        plan_milestones(START + 8 * DAY)


QUERIES = 12


def test_each_item_has_its_construct_and_source_in_the_docs(surveys):
    text = (Path(settings.BASE_DIR) / "docs/surveys.md").read_text()
    for question in Question.objects.all():
        (row,) = {line for line in text.splitlines() if line.startswith(f"| `{question.code}`")}
        assert question.texts["en"] in row
        assert row.count("|") == 5


def test_only_mentors_are_asked_about_the_orientation(surveys):
    rows = Question.objects.filter(code="training_useful")
    assert {row.roles for row in rows} == {("mentor",)}


def test_mid_term_and_closing_ask_the_same_scales():
    codes = [
        {str(row["code"]) for row in MILESTONE_SURVEYS[kind]["questions"] if row["kind"] == "scale"}
        for kind in ("midterm", "closing")
    ]
    assert codes[0] == codes[1]
