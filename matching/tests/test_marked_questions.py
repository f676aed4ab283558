"""Questions that a program has marked are proposed to each round, and count once they are used."""

from __future__ import annotations

import pytest

from applications.models import QuestionAnswer
from matching.criteria import own_criteria
from matching.models import Proposal, Round
from matching.own_criteria import Kind, kind_of_mark, why_text
from matching.pool.own_columns import _coded
from matching.tests.test_own_criteria import add, url
from programs.models import ProgramQuestion
from testkit import rounds

pytestmark = pytest.mark.django_db
Mark = ProgramQuestion.Mark


def ask(program, heading, kind, mark, **fields):
    return ProgramQuestion.objects.create(
        program=program, heading=heading, kind=kind, criterion=mark, criterion_weight=20, **fields
    )


@pytest.fixture
def round_(cohort, cleo):
    rounds.small_cohort(cohort)
    return rounds.run_round(cohort, cleo)


@pytest.fixture
def committee(as_user, cleo):
    return as_user(cleo)


MARKS = {
    ("one", Mark.SAME): Kind.SAME,
    ("several", Mark.SAME): Kind.SHARED,
    ("yes_no", Mark.DIFFERENT): Kind.DIFFERENT,
    ("scale", Mark.AT_LEAST): Kind.AT_LEAST,
    ("text", ""): "",
}


@pytest.mark.parametrize(("kind", "mark"), MARKS)
def test_a_mark_says_how_answers_are_compared(kind, mark):
    assert kind_of_mark(ProgramQuestion(kind=kind, criterion=mark)) == MARKS[kind, mark]


def test_a_round_shows_what_is_marked_and_counts_nothing_before_it_is_used(
    committee, round_, program
):
    question = ask(program, "How sure are you?", "scale", Mark.AT_LEAST, options=["No", "Very"])
    page = committee.get(url("criteria", round_)).text
    assert "Marked by your program, not used in this round yet" in page
    assert "How sure are you? (A number or scale: the mentor at least as high)" in page
    assert own_criteria(round_.criteria) == []
    first = {"kind": "at_least", "mentees": question.pk, "mentors": question.pk}
    form = committee.get(url("own-criterion", round_), first).context["form"]
    assert form.initial["importance"] == 20
    add(committee, round_, "at_least", question.heading)
    (made,) = own_criteria(Round.system.get(pk=round_.pk).criteria)
    assert (made["kind"], made["points"]) == ("at_least", 2000)
    assert why_text(made) == "the mentor is at least as high: How sure are you?"
    assert "Marked by your program" not in committee.get(url("criteria", round_)).text


def test_a_question_without_a_mark_is_not_proposed(committee, round_, program):
    ask(program, "Colour?", "one", "")
    assert "Marked by your program" not in committee.get(url("criteria", round_)).text


def numbers(kind, answers):
    criterion = {"kind": kind, "code": "own_1"}
    people = [[one] if one else [] for one in answers]
    mentees, mentors = _coded(criterion, people, people)
    assert list(mentees) == list(mentors)
    return list(mentees)


def test_numbers_are_compared_as_numbers():
    assert numbers("at_least", ["2", "10", "9", "many", ""]) == [0, 2, 1, -1, -1]


def test_one_number_is_one_number_however_it_is_written():
    written = ["010", "10", " 10", "-3", "--5", "9" * 5000]
    assert numbers("at_least", written) == [1, 1, 1, 0, -1, -1]


def test_other_answers_are_compared_by_their_words():
    assert numbers("different", ["b", "a", "B", ""]) == [1, 0, 1, -1]


@pytest.mark.parametrize(
    ("kind", "mark", "mentee", "fits", "fits_not"),
    [
        ("scale", Mark.AT_LEAST, "3", "4", "2"),
        ("number", Mark.AT_LEAST, "9", "10", "8"),
        ("yes_no", Mark.DIFFERENT, "yes", "no", "yes"),
        ("one", Mark.SAME, "Sea", "sea", "Land"),
    ],
)
def test_a_used_mark_decides_between_equal_mentors(
    kind, mark, mentee, fits, fits_not, cohort, cleo, committee, program
):
    asked = ask(program, "About you", kind, mark, options=["Sea", "Land"])
    said = {
        rounds.applicant(cohort, "Amina Farah", topics={"hiring": 3}): mentee,
        rounds.applicant(cohort, "Ada Lind", "mentor", topics={"hiring": 3}): fits_not,
        rounds.applicant(cohort, "Zoe Vale", "mentor", topics={"hiring": 3}): fits,
    }
    for application, value in said.items():
        QuestionAnswer.objects.create(application=application, question=asked, values=[value])
    round_ = rounds.run_round(cohort, cleo)
    add(committee, round_, kind_of_mark(asked), "About you")
    row = Proposal.system.filter(round=round_).in_plan().get()
    assert row.mentor.person.name == "Zoe Vale"
    assert Round.system.get(pk=round_.pk).has_certificate
    page = committee.get(url("workbench", round_)).text
    assert "About you" in page


def test_a_mark_alone_leaves_plan_and_scores_as_they_are(cohort, cleo, program):
    rounds.small_cohort(cohort)

    def plan(round_):
        rows = Proposal.system.filter(round=round_).order_by("mentee", "mentor")
        return list(rows.values_list("mentee", "mentor", "state", "score", "parts", "why"))

    before = rounds.run_round(cohort, cleo)
    asked = ask(program, "About you", "scale", Mark.AT_LEAST, options=["No", "Yes"])
    for application in cohort.applications.all():
        QuestionAnswer.objects.create(application=application, question=asked, values=["3"])
    after = rounds.run_round(cohort, cleo)
    assert plan(before) == plan(after)
    assert (before.pairs, before.total) == (after.pairs, after.total)
    assert before.criteria == after.criteria
