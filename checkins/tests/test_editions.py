"""The editions of a survey: who starts, publishes and retires them, and what stays frozen."""

from __future__ import annotations

import importlib
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from checkins.answering import answer, own_answers
from checkins.editions import publish, retire, start_edition
from checkins.models import Question, Survey, current_survey
from testkit import checkins as make
from testkit import factories

pytestmark = pytest.mark.django_db
TWO_LANGUAGES = {"en": "What helped most?", "fr": "Qu'est-ce qui a le plus aidé?"}


@pytest.fixture
def draft(program, cleo, surveys):
    return make.draft(program, cleo)


def asked(program, kind="pulse"):
    return current_survey(kind, program)


class TestStarting:
    def test_a_draft_has_the_questions_of_its_source(self, draft, surveys):
        shared = asked(draft.program)
        assert (draft.state, draft.number, draft.based_on) == ("draft", 1, shared)
        columns = ("code", "asked", "kind", "channel", "is_counted", "texts", "choices")
        theirs, ours = (list(row.questions.values(*columns)) for row in (shared, draft))
        assert ours == theirs

    def test_the_program_still_asks_the_edition_before_it(self, draft):
        assert asked(draft.program).program is None

    @pytest.mark.parametrize("role", ["reader", "matcher", "carer"])
    def test_other_members_do_not(self, role, program, surveys):
        member = factories.member(program=program, role=role)
        with pytest.raises(ActionNotAllowed):
            start_edition(asked(program), program=program, by=member)

    def test_a_chair_of_another_program_does_not(self, program, surveys):
        chair = factories.member(program=factories.program(name="Other"), role="chair")
        with pytest.raises(ActionNotAllowed):
            start_edition(asked(program), program=program, by=chair)

    def test_there_is_one_draft_of_a_kind_at_a_time(self, draft, cleo):
        with pytest.raises(ActionNotAllowed):
            start_edition(draft, program=draft.program, by=cleo)
        assert Survey.objects.filter(program=draft.program).count() == 1

    def test_the_next_edition_has_the_next_number(self, draft, cleo):
        publish(draft, by=cleo)
        following = start_edition(draft, program=draft.program, by=cleo)
        assert (following.number, following.based_on) == (2, draft)


class TestPublishing:
    def test_it_is_asked_from_then_on(self, draft, cleo, program):
        publish(draft, by=cleo)
        assert asked(program) == draft
        assert draft.published_at is not None

    def test_other_programs_still_ask_the_shared_one(self, draft, cleo):
        publish(draft, by=cleo)
        assert asked(factories.program(name="Other")).program is None

    def test_the_edition_before_it_is_retired(self, draft, cleo, program):
        publish(draft, by=cleo)
        following = start_edition(draft, program=program, by=cleo)
        publish(following, by=cleo)
        draft.refresh_from_db()
        assert (draft.state, draft.retired_at) == ("retired", following.published_at)
        assert asked(program) == following

    @pytest.mark.parametrize("role", ["reader", "matcher", "carer"])
    def test_other_members_do_not(self, role, draft, program):
        with pytest.raises(ActionNotAllowed):
            publish(draft, by=factories.member(program=program, role=role))
        draft.refresh_from_db()
        assert draft.state == "draft"

    def test_twice_is_refused(self, draft, cleo):
        publish(draft, by=cleo)
        with pytest.raises(ActionNotAllowed):
            publish(draft, by=cleo)

    def test_a_draft_with_a_problem_is_refused_with_the_reason(self, draft, cleo):
        Question.objects.filter(survey=draft, code="useful").update(texts={"en": "Useful?"})
        with pytest.raises(ActionNotAllowed, match="missing in French"):
            publish(draft, by=cleo)
        assert asked(draft.program) != draft

    def test_two_drafts_of_one_kind_break_a_rule_of_the_database(self, draft):
        with pytest.raises(IntegrityError), transaction.atomic():
            Survey.objects.create(program=draft.program, kind="pulse", number=9)


class TestRetiring:
    def test_the_program_asks_the_shared_one_again(self, draft, cleo, program):
        publish(draft, by=cleo)
        retire(draft, by=cleo)
        assert asked(program).program is None

    def test_a_draft_is_discarded(self, draft, cleo, program):
        retire(draft, by=cleo)
        assert draft.state == "retired"
        assert start_edition(draft, program=program, by=cleo).number == 2

    def test_twice_is_refused(self, draft, cleo):
        retire(draft, by=cleo)
        with pytest.raises(ActionNotAllowed):
            retire(draft, by=cleo)

    def test_other_members_do_not(self, draft, program):
        with pytest.raises(ActionNotAllowed):
            retire(draft, by=factories.member(program=program, role="reader"))

    def test_no_one_retires_a_shared_survey(self, surveys, cleo):
        with pytest.raises(ActionNotAllowed):
            retire(surveys[0], by=cleo)

    def test_who_was_asked_already_can_still_answer(self, draft, cleo, cared, ben):
        publish(draft, by=cleo)
        checkin = make.opened(cared, ben)
        retire(draft, by=cleo)
        assert answer(checkin, by=ben, answers=make.GOOD_PULSE)
        assert own_answers(checkin, ben) == make.GOOD_PULSE


# --- what is frozen


def another_draft(row):
    other = Survey.objects.create(program=row.program, kind="fit", titles=TWO_LANGUAGES)
    other.questions.create(code="else", kind="text", channel="care", texts=TWO_LANGUAGES)
    return other


def move(question, survey):
    question.survey = survey
    question.save()


WAYS = {
    "save the survey": lambda row: row.save(),
    "update the survey": lambda row: Survey.objects.filter(pk=row.pk).update(titles={"en": "x"}),
    "save a question": lambda row: row.questions.first().save(),
    "add a question": lambda row: Question.objects.create(
        survey=row, code="new", kind="text", channel="care", texts=TWO_LANGUAGES
    ),
    "add questions": lambda row: Question.objects.bulk_create(
        [Question(survey=row, code="new", kind="text", channel="care", texts=TWO_LANGUAGES)]
    ),
    "change who reads": lambda row: row.questions.filter(code="rhythm").update(channel="care"),
    "let it be counted": lambda row: row.questions.filter(code="call").update(is_counted=True),
    "remove a question": lambda row: row.questions.first().delete(),
    "remove questions": lambda row: row.questions.all().delete(),
    "set its state": lambda row: Survey.objects.filter(pk=row.pk).update(
        state="draft", published_at=None, retired_at=None
    ),
    "delete the survey": lambda row: row.delete(),
    "delete the surveys": lambda row: Survey.objects.filter(pk=row.pk).delete(),
    "move a question away": lambda row: move(row.questions.first(), another_draft(row)),
    "move a question there": lambda row: move(another_draft(row).questions.get(), row),
    "move questions there": lambda row: another_draft(row).questions.update(survey=row),
}


@pytest.mark.parametrize("state", ["published", "retired"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_what_is_no_draft_can_not_be_changed(way, state, draft, cleo):
    before = list(draft.questions.values())
    publish(draft, by=cleo)
    if state == "retired":
        retire(draft, by=cleo)
    with pytest.raises(ActionNotAllowed):
        way(draft)
    assert list(Survey.objects.get(pk=draft.pk).questions.values()) == before


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_draft_can_be_changed(way, draft):
    way(draft)


# --- questions to one role

OF_MENTORS = {"code": "load", "kind": "yes_no", "channel": "pooled", "asked": "mentor"}


@pytest.fixture
def with_a_question_to_mentors(draft, cleo):
    texts = {"en": "Is it too much?", "fr": "Est-ce trop?"}
    choices = [["yes", {"en": "Yes", "fr": "Oui"}], ["no", {"en": "No", "fr": "Non"}]]
    Question.objects.filter(survey=draft, code="call").delete()
    Question.objects.create(survey=draft, texts=texts, choices=choices, position=9, **OF_MENTORS)
    publish(draft, by=cleo)
    return draft


def test_a_question_is_asked_of_its_role_only(with_a_question_to_mentors, match, ada, ben):
    of_mentor, of_mentee = (make.opened(match, person).questions for person in (ada, ben))
    assert [one.code for one in of_mentor] == ["useful", "rhythm", "comment", "load"]
    assert [one.code for one in of_mentee] == ["useful", "rhythm", "comment"]


def test_an_answer_to_a_question_of_the_other_role_is_not_stored(
    with_a_question_to_mentors, match, ben
):
    checkin = make.opened(match, ben)
    answer(checkin, by=ben, answers={**make.GOOD_PULSE, "load": "yes"})
    assert own_answers(checkin, ben) == make.GOOD_PULSE


# --- surveys from before they had states


def test_surveys_from_before_get_their_state_and_keep_their_answers(cared, ben, surveys, program):
    migration = importlib.import_module("checkins.migrations.0013_states_of_surveys")
    checkin = make.answered(cared, ben, comment="Only for my carer")
    now = timezone.now()
    rows = QuerySet(Survey)
    older, newer = (
        Survey.objects.create(program=program, kind="pulse", number=n, titles={"en": "x"})
        if n == 1
        else Survey(program=program, kind="pulse", number=n, titles={"en": "x"})
        for n in (1, 2)
    )
    rows.filter(pk=older.pk).update(state="retired", published_at=now, retired_at=now)
    newer.save()
    rows.filter(pk=newer.pk).update(state="published", published_at=now + timedelta(days=1))
    plain = SimpleNamespace(objects=rows)  # a migration sees a model without our manager
    migration.set_states(SimpleNamespace(get_model=lambda *_name: plain), None)
    states = dict(rows.filter(program=program).values_list("number", "state"))
    assert states == {1: "retired", 2: "published"}
    assert set(rows.filter(program=None).values_list("state", flat=True)) == {"published"}
    assert own_answers(checkin, ben)["comment"] == "Only for my carer"
