from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from checkins.answering import answer, mark_read, own_answers
from checkins.models import Answer, CheckIn, Concern, Question, Survey
from checkins.seeds import seed_surveys
from testkit import checkins as make
from testkit import factories

pytestmark = pytest.mark.django_db
WORDS = {"useful": "4", "rhythm": "less", "comment": "Only for my carer"}


def read_by(user):
    rows = Answer.objects.visible_to(user).select_related("question")
    return {row.question.code for row in rows}


def test_answering_stores_each_question_once(match, ben):
    checkin = make.opened(match, ben)
    assert answer(checkin, by=ben, answers=WORDS) is True
    assert own_answers(checkin, ben) == WORDS
    assert checkin.state == CheckIn.State.ANSWERED


def test_text_is_stored_encrypted(match, ben):
    make.answered(match, ben, comment="Only for my carer")
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM checkins_answer WHERE text <> ''")
        (stored,) = cursor.fetchone()
    assert stored.startswith("f1:")


def test_signed_in_one_can_answer_again_until_it_closes(match, ben):
    checkin = make.answered(match, ben, comment="First")
    answer(checkin, by=ben, answers={**WORDS, "comment": ""})
    assert own_answers(checkin, ben) == {"useful": "4", "rhythm": "less"}
    with pytest.raises(ActionNotAllowed):
        answer(checkin, by=ben, answers=WORDS, at=timezone.now() + timedelta(days=15))


def test_a_link_writes_once(match, ben):
    checkin = make.opened(match, ben)
    assert answer(checkin, by=ben, answers=WORDS, is_by_link=True) is True
    assert (
        answer(checkin, by=ben, answers={**WORDS, "comment": "Another"}, is_by_link=True) is False
    )
    assert own_answers(checkin, ben)["comment"] == "Only for my carer"
    assert CheckIn.objects.get().is_by_link


@pytest.mark.parametrize("person", ["ada", "dan", "cleo"])
def test_only_the_person_asked_answers(person, match, ben, request):
    checkin = make.opened(match, ben)
    with pytest.raises(ActionNotAllowed):
        answer(checkin, by=request.getfixturevalue(person), answers=WORDS)
    assert CheckIn.objects.get().state == CheckIn.State.OPEN


@pytest.mark.parametrize("state", ["lapsed", "cancelled", "scheduled"])
def test_only_an_open_check_in_takes_answers(state, match, ben):
    checkin = make.opened(match, ben)
    checkin.state = state
    with pytest.raises(ActionNotAllowed):
        answer(checkin, by=ben, answers=WORDS)


def test_named_care_answers_are_read_by_carer_and_chair_only(
    cared, ada, ben, cleo, eve, dan, program
):
    make.answered(cared, ben, comment="Secret")
    reader = factories.member("Rita Voss", program=program, role="reader")
    other_carer = factories.member("Olu Bey", program=program, role="carer")
    assert read_by(ben) == {"useful", "rhythm", "comment"}
    assert read_by(eve) == {"useful", "comment"}, "no one reads single pooled answers"
    assert read_by(cleo) == {"useful", "comment"}
    assert [read_by(user) for user in (ada, dan, reader, other_carer)] == [
        set(),
        set(),
        set(),
        set(),
    ]


def test_a_conflict_of_interest_hides_them_even_from_the_chair(cared, ben, cleo, eve):
    from programs.models import Conflict

    make.answered(cared, ben, comment="Secret")
    Conflict.objects.create(member=cleo, person=cared.mentor.person)
    Conflict.objects.create(member=eve, person=ben)
    assert [read_by(user) for user in (cleo, eve)] == [set(), set()]


def test_a_member_who_is_the_partner_reads_nothing(program, cohort, surveys, ben):
    boss = factories.member("Mia Stone", program=program, role="chair")
    match = factories.match(ben, boss, cohort, carer=boss)
    make.answered(match, ben, comment="Secret")
    assert read_by(boss) == set()


def test_a_deputy_reads_for_the_carer_of_that_program_only(cared, ben, eve, program):
    deputy = factories.member("Dov Stein", program=program, role="reader")
    elsewhere = factories.member("Far Away", program=factories.program(), role="carer")
    eve.memberships.update(deputy=deputy)
    make.answered(cared, ben, comment="Secret")
    assert read_by(deputy) == {"useful", "comment"}
    eve.memberships.update(deputy=elsewhere)
    assert read_by(elsewhere) == set()


def test_the_partner_channel_reaches_the_partner(match, ada, ben, dan):
    checkin = make.opened(match, ben)
    make.change_published("rhythm", channel="partner")
    answer(checkin, by=ben, answers=WORDS)
    assert read_by(ada) == {"rhythm"}
    assert read_by(dan) == set()


def test_seeding_writes_the_questions_of_a_survey_at_once(db):
    """Nearly every test does it."""
    with CaptureQueriesContext(connection) as queries:
        seed_surveys()
    written = [query for query in queries if f'INTO "{Question._meta.db_table}"' in query["sql"]]
    assert len(written) == Survey.objects.count()


def test_seeding_twice_seeds_once(surveys):
    from checkins.models import Survey

    assert seed_surveys() == []
    assert Survey.objects.count() == 8
    assert {survey.questions.count() <= 4 for survey in surveys[:2]} == {True}


def test_only_those_who_may_read_mark_as_read(cared, ada, ben, eve):
    checkin = make.answered(cared, ben)
    with pytest.raises(ActionNotAllowed):
        mark_read(checkin, by=ada)
    mark_read(checkin, by=eve)
    mark_read(checkin, by=eve)
    checkin.refresh_from_db()
    assert checkin.read_by == eve
    answer(checkin, by=ben, answers=WORDS)
    assert list(CheckIn.objects.to_read()) == [checkin], "a changed answer is to be read again"


def test_a_low_score_is_a_concern_once(cared, ben, eve):
    checkin = make.answered(cared, ben, useful="2")
    answer(checkin, by=ben, answers={**WORDS, "useful": "1"})
    concern = Concern.objects.visible_to(eve).get()
    assert (concern.cause, concern.person, concern.state, concern.partner_may_know) == (
        "answer",
        ben,
        "open",
        False,
    )


@pytest.mark.parametrize(("fit", "concerns"), [("good", 0), ("deciding", 0), ("not_fit", 1)])
def test_not_a_fit_is_a_concern(fit, concerns, cared, ben, eve, ada):
    make.answered(cared, ben, "fit", fit=fit)
    assert Concern.objects.visible_to(eve).count() == concerns
    assert Concern.objects.visible_to(ada).count() == 0
