"""A question to an applicant and its answer: works, wrong person, wrong state, twice."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from access.exceptions import ActionNotAllowed
from access.placeholder_address import NO_ADDRESS_DOMAIN
from applications import applicant_questions, privacy
from applications.models import ApplicantQuestion, Application
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.models import Conflict
from testkit import factories
from testkit.accessibility import broken_rules, too_wide

TEXT = "You write that you move soon. Where to?"
REPLY = "To Halifax, in May."


def soon(days=7):
    return timezone.localdate() + timedelta(days=days)


def ask(application, by, text=TEXT, **more):
    return applicant_questions.ask(application, by=by, text=text, answer_by_on=soon(), **more)


def page_of(question):
    ids = [question.application.public_id, question.public_id]
    return reverse("applications:application-question", args=ids)


def review_page(application):
    return reverse("admin:applications_application_change", args=[application.pk])


def send(client, application, **data):
    address = reverse("admin:applications_application_ask", args=[application.pk])
    sent = {"question-text": TEXT, "question-answer_by_on": soon().isoformat(), **data}
    return client.post(address, sent, follow=True).content.decode()


def test_a_question_is_e_mailed_and_its_answer_reaches_who_asked(as_user, reader, ben, sent):
    page = send(as_user(reader), sent)
    assert "The question is on its way to Ben Okoro." in page
    (mail,) = deliver_due_emails()
    assert (mail.to, mail.subject) == ([ben.email], "A question about your application")
    assert TEXT in mail.body
    question = ApplicantQuestion.system.get()
    assert page_of(question) in mail.body
    answered = as_user(ben).post(page_of(question), {"text": REPLY}, follow=True)
    assert "The committee has your answer." in answered.content.decode()
    (told,) = deliver_due_emails()
    assert told.to == [reader.email]
    assert REPLY not in told.body
    assert review_page(sent) in told.body
    assert REPLY in as_user(reader).get(review_page(sent)).content.decode()
    assert REPLY in as_user(ben).get(page_of(question)).content.decode()


def test_asking_changes_nothing_else(reader, sent):
    ask(sent, reader)
    sent.refresh_from_db()
    assert (sent.state, sent.review_started_at) == ("submitted", None)


def test_those_who_do_not_decide_ask_nothing(sent, carer, dan, ben):
    other_chair = factories.member(program=factories.program())
    for stranger in (carer, dan, ben, other_chair):
        with pytest.raises(ActionNotAllowed, match="have permission"):
            ask(sent, stranger)
    assert not ApplicantQuestion.system.exists()


def test_a_member_with_a_conflict_neither_asks_nor_reads(as_user, sent, reader, cleo, ben):
    question = ask(sent, reader)
    Conflict.objects.create(member=cleo, person=ben)
    with pytest.raises(ActionNotAllowed, match="have permission"):
        ask(sent, cleo, "Another one?")
    with pytest.raises(ActionNotAllowed, match="have permission"):
        applicant_questions.take_back(question, by=cleo)
    assert not ApplicantQuestion.objects.for_committee(cleo).exists()
    address = reverse("admin:applications_application_question-take-back", args=[question.pk])
    assert as_user(cleo).post(address).status_code == 404


@pytest.mark.parametrize("state", ["draft", "accepted", "declined", "withdrawn"])
def test_nothing_is_asked_before_it_is_sent_and_after_a_decision(ben, cohort, cleo, state):
    application = factories.application(ben, cohort, state=state)
    with pytest.raises(ActionNotAllowed):
        ask(application, cleo)


def test_someone_on_the_waiting_list_can_be_asked(ben, cohort, cleo):
    assert ask(factories.application(ben, cohort, state="waitlisted"), cleo).is_open


def test_someone_without_an_address_is_not_asked(cohort, cleo):
    person = factories.person(email=f"ben{NO_ADDRESS_DOMAIN}")
    application = factories.application(person, cohort, state="submitted")
    with pytest.raises(ActionNotAllowed, match="no e-mail address"):
        ask(application, cleo)


def test_the_same_words_are_asked_once_and_one_question_waits(sent, reader, cleo):
    first = ask(sent, reader)
    assert ask(sent, reader) == first
    with pytest.raises(ActionNotAllowed, match="Another question waits"):
        ask(sent, cleo, "And why?")
    applicant_questions.take_back(first, by=cleo)
    assert ask(sent, cleo, "And why?").is_open


@pytest.mark.parametrize(
    ("days", "words"), [(0, "from tomorrow on"), (61, "at most 60 days"), (-1, "from tomorrow on")]
)
def test_a_day_that_is_over_or_far_away_is_an_error(as_user, reader, sent, days, words):
    page = send(as_user(reader), sent, **{"question-answer_by_on": soon(days).isoformat()})
    assert words in page
    with pytest.raises(ActionNotAllowed, match=words):
        applicant_questions.ask(sent, by=reader, text=TEXT, answer_by_on=soon(days))
    assert not ApplicantQuestion.system.exists()


def test_an_empty_question_or_answer_is_an_error(as_user, reader, ben, sent):
    assert "Enter a question." in send(as_user(reader), sent, **{"question-text": " "})
    question = ask(sent, reader)
    page = as_user(ben).post(page_of(question), {"text": ""}).content.decode()
    assert "Enter your answer." in page


def test_only_the_applicant_answers(as_user, sent, reader, cleo, dan):
    question = ask(sent, reader)
    for other in (dan, cleo, reader):
        assert as_user(other).get(page_of(question)).status_code == 404
        assert as_user(other).post(page_of(question), {"text": "x"}).status_code == 404
        with pytest.raises(ActionNotAllowed, match="only answer for yourself"):
            applicant_questions.answer(question, by=other, text="x")


def test_an_answer_is_given_once(as_user, sent, reader, ben):
    question = ask(sent, reader)
    applicant_questions.answer(question, by=ben, text=REPLY)
    applicant_questions.answer(question, by=ben, text=REPLY)
    with pytest.raises(ActionNotAllowed, match="You answered this question on"):
        applicant_questions.answer(question, by=ben, text="To Montreal.")
    assert len([mail for mail in deliver_due_emails() if mail.to == [reader.email]]) == 1
    with pytest.raises(ActionNotAllowed, match="answered or taken back"):
        applicant_questions.take_back(question, by=reader)
    assert ApplicantQuestion.system.get().answer == REPLY


@pytest.mark.parametrize("state", ["accepted", "declined", "withdrawn"])
def test_after_a_decision_the_page_says_that_nothing_is_needed(as_user, sent, reader, ben, state):
    question = ask(sent, reader)
    Application.objects.filter(pk=sent.pk).update(state=state)
    assert "no longer needs an answer" in as_user(ben).get(page_of(question)).content.decode()
    page = as_user(ben).post(page_of(question), {"text": REPLY}, follow=True)
    assert "Nothing was sent." in page.content.decode()
    assert deliver_due_emails() == []


def test_a_question_that_was_taken_back_is_gone(as_user, sent, reader, ben):
    question = ask(sent, reader)
    address = reverse("admin:applications_application_question-take-back", args=[question.pk])
    client = as_user(reader)
    assert "was taken back" in client.post(address, follow=True).content.decode()
    assert "answered or taken back" in client.post(address, follow=True).content.decode()
    assert deliver_due_emails() == []
    sent_page = reverse("applications:application-sent", args=[sent.public_id])
    assert page_of(question) not in as_user(ben).get(sent_page).content.decode()


def enqueued_on(days, since):
    """Run the reconciler on each day; return those on which it has enqueued a reminder."""
    found, known = [], Notification.system.filter(kind=applicant_questions.ASKED).count()
    for day in days:
        applicant_questions.remind_of_questions(since + timedelta(days=day))
        count = Notification.system.filter(kind=applicant_questions.ASKED).count()
        found += [day] * (count - known)
        known = count
    return found


def test_reminders_come_after_4_and_8_days(sent, reader):
    now = timezone.now()
    ask(sent, reader, at=now)
    assert enqueued_on(range(20), now) == [4, 8]


def test_who_has_answered_is_not_reminded(sent, reader, ben):
    now = timezone.now()
    applicant_questions.answer(ask(sent, reader, at=now), by=ben, text=REPLY)
    assert enqueued_on(range(20), now) == []


def test_reminding_takes_the_same_number_of_queries(
    sent, reader, cohort, django_assert_max_num_queries
):
    now = timezone.now()
    for _ in range(5):
        person = factories.person()
        ask(factories.application(person, cohort, state="submitted"), reader, at=now)
    applicant_questions.remind_of_questions(now + timedelta(days=5))
    with django_assert_max_num_queries(2):
        applicant_questions.remind_of_questions(now + timedelta(days=5))


def test_the_applicant_sees_it_first_on_their_pages(as_user, sent, reader, ben):
    question = ask(sent, reader)
    client = as_user(ben)
    for address in ("dashboard:home", "applications:application-sent"):
        ids = [sent.public_id] if address.startswith("app") else []
        page = client.get(reverse(address, args=ids)).content.decode()
        assert "The committee has a question" in page
        assert page_of(question) in page
    applicant_questions.answer(question, by=ben, text=REPLY)
    assert (
        "The committee has a question" not in client.get(reverse("dashboard:home")).content.decode()
    )


def test_it_can_be_answered_after_the_day(as_user, sent, reader, ben):
    question = ask(sent, reader)
    ApplicantQuestion.system.update(answer_by_on=soon(-2))
    assert "You can still answer." in as_user(ben).get(page_of(question)).content.decode()
    assert "Not answered in time" in as_user(reader).get(review_page(sent)).content.decode()
    applicant_questions.answer(question, by=ben, text=REPLY)
    assert ApplicantQuestion.system.get().answer == REPLY


def test_a_carer_reads_neither_question_nor_answer_before_a_match(as_user, sent, reader, carer):
    ask(sent, reader)
    assert TEXT not in as_user(carer).get(review_page(sent)).content.decode()


def test_the_queue_lists_who_was_asked(as_user, sent, reader, cohort):
    factories.application(factories.person(), cohort, state="submitted")
    ask(sent, reader)
    listed = as_user(reader).get(
        reverse("admin:applications_application_changelist"), {"queue": "asked"}
    )
    assert list(listed.context["cl"].queryset) == [sent]


def test_the_person_takes_both_along_and_erases_them(sent, reader, ben):
    question = ask(sent, reader)
    applicant_questions.answer(question, by=ben, text=REPLY)
    (exported,) = privacy.export(ben)["applications"]
    (row,) = exported["questions_of_the_committee"]
    assert (row["question"], row["answer"]) == (TEXT, REPLY)
    privacy.erase(ben)
    assert not ApplicantQuestion.system.exists()


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_asking_and_answering_on_a_phone_without_scripts(open_as, sent, reader, ben):
    desk = open_as(reader, scripts=True, width=1280)
    desk.goto(review_page(sent))
    desk.get_by_text("Ask the applicant something").click()
    desk.get_by_label("Your question").fill(TEXT)
    assert broken_rules(desk) == []
    desk.get_by_role("button", name="Send the question").click()
    expect(desk.get_by_text("The question is on its way")).to_be_visible()
    phone = open_as(ben, scripts=False)
    phone.goto(reverse("dashboard:home"))
    phone.get_by_role("link", name="Answer").click()
    phone.get_by_label("Your answer").fill(REPLY)
    assert too_wide(phone) == []
    phone.get_by_role("button", name="Send my answer").click()
    expect(phone.get_by_text("The committee has your answer.")).to_be_visible()
    desk.goto(review_page(sent))
    expect(desk.get_by_text(REPLY)).to_be_visible()
