"""Readers who leave, opinions that must stay blind, and settings that change in the meantime."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from applications import applicant_questions, opinions, reviewing, submission
from applications.models import Application, Opinion
from notifications.models import Notification
from programs.models import Conflict, Membership, Policy
from testkit import factories

LIST = reverse("admin:applications_application_changelist")


def page_of(row):
    return reverse("admin:applications_application_change", args=[row.pk])


@pytest.fixture
def second(program):
    return factories.member("Kim Osei", program=program, role="matcher")


@pytest.fixture
def third(program):
    return factories.member("Lou Hale", program=program, role="reader")


@pytest.fixture(autouse=True)
def two_readers(program):
    Policy.objects.filter(program=program).update(opinions_needed=2)


def write(application, reader, text="Clear."):
    rows = Application.objects.select_related("cohort__program__policy")
    return opinions.write(rows.get(pk=application.pk), by=reader, outcome="accepted", text=text)


def fresh(application):
    rows = Application.objects.select_related("cohort__program__policy", "person")
    return rows.get(pk=application.pk)


def assign(application, reader, by):
    rows = Application.objects.select_related("cohort__program__policy")
    return opinions.assign(rows.get(pk=application.pk), reader, by=by)


def read_by(user, application):
    rows = Opinion.objects.visible_to(user).written().filter(application=application)
    return {row.reader.name for row in rows}


def leave(reader, sent):
    Membership.objects.filter(user=reader).update(until=timezone.localdate())


def conflict(reader, sent):
    Conflict.objects.create(member=reader, person=sent.person)


def deactivate(reader, sent):
    type(reader).objects.filter(pk=reader.pk).update(is_active=False)


def carer_only(reader, sent):
    Membership.objects.filter(user=reader).update(role="carer")


@pytest.mark.parametrize("lose", [leave, conflict, deactivate, carer_only])
def test_no_one_waits_for_a_reader_who_can_not_write(
    as_user, sent, reader, second, third, cleo, lose
):
    for one in (reader, second):
        assign(sent, one, cleo)
    write(sent, reader)
    lose(second, sent)
    write(sent, third)
    assert read_by(cleo, sent) == {"Rhea Lind", "Lou Hale"}
    page = as_user(cleo).get(page_of(sent))
    assert page.context["decision_form"] is not None
    assert not page.context["are_opinions_hidden"]
    assert "has not written" in page.content.decode().lower()


def test_a_reader_in_a_pair_with_the_applicant_can_not_write(cohort, reader, second, cleo):
    person = factories.person("Nils Berg")
    later = factories.cohort(program=cohort.program)
    sent = factories.application(person, later, state="submitted")
    for one in (reader, second):
        assign(sent, one, cleo)
    factories.match(person, reader, cohort)
    rows = Opinion.objects.assignments(cleo).filter(application=sent)
    assert {row.reader.name: row.is_possible for row in rows} == {
        "Rhea Lind": False,
        "Kim Osei": True,
    }


def test_an_application_whose_readers_left_is_without_a_reader(as_user, sent, reader, second, cleo):
    assign(sent, reader, cleo)
    client = as_user(cleo)
    assert client.get(LIST, {"reader": "none"}).context["cl"].result_count == 0
    leave(reader, sent)
    assert client.get(LIST, {"reader": "none"}).context["cl"].result_count == 1
    done = opinions.share_out([sent], [second, cleo], by=cleo)
    assert set(done.given) == {second, cleo}


def test_an_opinion_is_not_changed_once_another_reader_has_written(
    sent, reader, second, third, cleo
):
    for one in (reader, second, third):
        assign(sent, one, cleo)
    write(sent, reader)
    write(sent, reader, "On second thought.")
    write(sent, second)
    for one in (reader, second):
        with pytest.raises(ActionNotAllowed, match="Other readers have written"):
            write(sent, one, "I agree.")
    write(sent, third)
    assert len(read_by(cleo, sent)) == 3


def test_no_reader_is_added_once_the_opinions_are_open(as_user, sent, reader, second, third, cleo):
    for one in (reader, second):
        write(sent, one)
    with pytest.raises(ActionNotAllowed, match="Ask for a note instead"):
        assign(sent, third, cleo)
    assert assign(sent, reader, cleo).reader == reader  # asked again: nothing changes
    assert as_user(cleo).get(page_of(sent)).context["reader_form"] is None
    assert read_by(cleo, sent) == {"Rhea Lind", "Kim Osei"}


def test_who_takes_back_their_own_turn_to_read_does_not_write_any_more(sent, reader, second, cleo):
    Policy.objects.update(opinions_needed=1)
    assign(sent, second, cleo)
    write(sent, reader)
    assert read_by(second, sent) == set()
    opinions.remove(sent, second, by=second)
    assert read_by(second, sent) == {"Rhea Lind"}
    with pytest.raises(ActionNotAllowed, match="Other readers have written"):
        write(sent, second)
    with pytest.raises(ActionNotAllowed, match="Ask for a note instead"):
        assign(sent, second, second)


def test_a_program_that_wants_no_opinions_any_more_decides_at_once(
    as_user, sent, reader, second, cleo
):
    for one in (reader, second):
        assign(sent, one, cleo)
    write(sent, reader)
    Policy.objects.update(opinions_needed=0)
    page = as_user(cleo).get(page_of(sent))
    assert page.context["decision_form"] is not None
    assert read_by(cleo, sent) == set()  # Kim may still write, and has read nothing
    opinions.remove(sent, second, by=cleo)
    assert read_by(cleo, sent) == set()  # it was written to be read after a second one
    assert page.context["decision_form"] is not None
    decide_and_release(sent, cleo)
    assert read_by(cleo, sent) == {"Rhea Lind"}


def decide_and_release(sent, chair):
    decision = reviewing.decide(fresh(sent), by=chair, outcome="accepted")
    reviewing.release([decision], by=chair, at=timezone.now())


@pytest.mark.parametrize("lowered", [0, 1])
def test_no_one_reads_a_first_opinion_by_lowering_the_number_and_raising_it_again(
    as_user, sent, reader, second, third, cleo, lowered
):
    write(sent, reader)
    Policy.objects.update(opinions_needed=lowered)
    assert read_by(cleo, sent) == read_by(second, sent) == set()
    assert as_user(cleo).get(page_of(sent)).context["are_opinions_hidden"]
    Policy.objects.update(opinions_needed=2)
    assert read_by(cleo, sent) == set()
    with pytest.raises(ActionNotAllowed, match="1 reader still has to write"):
        reviewing.decide(fresh(sent), by=cleo, outcome="accepted")
    write(sent, second)
    assert read_by(cleo, sent) == {"Rhea Lind", "Kim Osei"}


def test_a_program_that_wants_one_more_opinion_asks_for_none_that_is_not_blind(
    as_user, sent, reader, second, cleo
):
    Policy.objects.update(opinions_needed=1)
    write(sent, reader)
    assert read_by(cleo, sent) == {"Rhea Lind"}
    Policy.objects.update(opinions_needed=2)
    assert read_by(cleo, sent) == {"Rhea Lind"}
    with pytest.raises(ActionNotAllowed, match="Ask for a note instead"):
        assign(sent, second, cleo)
    assert not opinions.share_out([sent], [second, cleo], by=cleo).given
    assert as_user(cleo).get(page_of(sent)).context["decision_form"] is not None
    decide_and_release(sent, cleo)


def test_an_application_whose_first_opinion_is_not_written_follows_the_setting(
    sent, reader, second, cleo
):
    assign(sent, reader, cleo)
    Policy.objects.update(opinions_needed=1)
    write(sent, reader)
    assert read_by(cleo, sent) == {"Rhea Lind"}


def test_an_opinion_is_on_no_list_and_in_no_export(as_user, sent, reader, second, cleo):
    for one in (reader, second):
        assign(sent, one, cleo)
    write(sent, reader, "CANARY-BLIND")
    client = as_user(cleo)
    export = client.post(
        reverse("admin:applications_application_export"), {"format": "csv", "confirmed": "1"}
    )
    pages = [client.get(one) for one in (LIST, page_of(sent), reverse("admin:index"))]
    for answer in (export, *pages):
        assert answer.status_code == 200
        assert b"CANARY-BLIND" not in b"".join(answer)
    refused = client.get(LIST, {"opinion__text__contains": "CANARY"})
    assert refused.status_code in {302, 400}


@pytest.mark.parametrize("n", [1, 2])
def test_the_page_takes_the_same_number_of_queries_for_one_and_two_readers(
    as_user, sent, reader, second, cleo, django_assert_num_queries, n
):
    for one in (reader, second)[:n]:
        assign(sent, one, cleo)
    write(sent, reader)
    client = as_user(cleo)
    client.get(page_of(sent))
    with django_assert_num_queries(40):
        client.get(page_of(sent))


# --- questions to applicants


def ask(sent, by):
    day = timezone.localdate() + timedelta(days=10)
    return applicant_questions.ask(sent, by=by, text="Where do you work?", answer_by_on=day)


def told_of_answers():
    rows = Notification.system.filter(kind=applicant_questions.ANSWERED)
    return {row.recipient.name for row in rows}


def test_the_chairs_hear_of_an_answer_when_who_asked_has_left(sent, reader, ben, cleo):
    question = ask(sent, reader)
    leave(reader, sent)
    applicant_questions.answer(question, by=ben, text="In Lille.")
    assert told_of_answers() == {"Cleo Marsh"}


def test_no_chair_with_a_conflict_hears_of_an_answer(sent, reader, ben, cleo):
    question = ask(sent, reader)
    conflict(reader, sent)
    conflict(cleo, sent)
    applicant_questions.answer(question, by=ben, text="In Lille.")
    assert told_of_answers() == set()


def test_a_question_ends_with_the_application(as_user, sent, reader, ben, cleo):
    question = ask(sent, reader)
    submission.withdraw(Application.objects.select_related("cohort").get(pk=sent.pk), by=ben)
    applicant_questions.remind_of_questions(timezone.now() + timedelta(days=5))
    assert Notification.system.filter(kind=applicant_questions.ASKED).count() == 1
    with pytest.raises(ActionNotAllowed, match="no longer needs an answer"):
        applicant_questions.answer(question, by=ben, text="In Lille.")
    assert as_user(cleo).get(LIST, {"queue": "asked"}).context["cl"].result_count == 0


def test_a_number_that_is_raised_counts_where_no_opinion_is_read_yet(
    program, cohort, sent, dan, reader, second, cleo
):
    unread = factories.application(dan, cohort, "mentee", state="submitted")
    policy = Policy.objects.get(program=program)
    policy.opinions_needed = 1
    policy.save()
    write(sent, reader)
    policy.opinions_needed = 2
    policy.full_clean()
    policy.save()
    assert read_by(cleo, sent) == {"Rhea Lind"}
    with pytest.raises(ActionNotAllowed, match="can't be changed"):
        write(sent, second)
    assert reviewing.missing_opinions(fresh(sent)) == 0
    write(unread, reader)
    assert read_by(cleo, unread) == set()
    assert reviewing.missing_opinions(fresh(unread)) == 1
