"""References: an applicant names someone, who answers by a link; four ways each, and no leaks."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from access.exceptions import ActionNotAllowed
from applications import privacy, references, retention, reviewing
from applications.models import Application, Reference
from notifications import preferences
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.models import Conflict, Policy
from testkit import factories
from testkit.accessibility import broken_rules, too_wide

ADDRESS = "Noor.Haddad@Example.org"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def asked(program, no_quiet_hours):
    Policy.objects.update(references_from="everyone")
    type(program).objects.update(reference_questions="Do they listen?\nDo they come?")


def name(application, by, address=ADDRESS, **more):
    words = {"name": "Noor Haddad", "relation": "CANARY-RELATION", **more}
    return references.name_referee(application, by=by, address=address, **words)


def answers(*codes):
    return list(zip(("Do they listen?", "Do they come?"), codes or ("yes", "rather"), strict=True))


def link_in(email, purpose="reference"):
    return re.search(rf"https?://[^/]+(/(?:go|unsubscribe)/{purpose}/\S+/)", email.body)[1]


def row():
    return Reference.system.select_related("application").get()


def page_of(application):
    return reverse("applications:application-referees", args=[application.public_id])


def review_page(application):
    return reverse("admin:applications_application_change", args=[application.pk])


FORM = {
    "name": "Noor Haddad",
    "email": ADDRESS,
    "relation": "We worked together.",
    "language": "en",
}
GIVEN = {"answer_0": "yes", "answer_1": "rather_not", "text": "CANARY-WORDS"}


def test_a_referee_answers_by_the_link_and_the_committee_reads_it(
    as_user, client, sent, ben, reader
):
    page = as_user(ben).post(page_of(sent), FORM, follow=True).content.decode()
    assert "Thank you. We write to them if we may." in page
    assert "Noor Haddad" in page
    waiting = as_user(reader).get(review_page(sent)).content.decode()
    assert "Waiting for the answer" in waiting
    assert "The applicant can name 1 more referee." in waiting
    (email,) = deliver_due_emails()
    assert (email.to, email.subject) == (
        [ADDRESS.lower()],
        "Ben Okoro has named you as a reference",
    )
    url = link_in(email)
    opened = client.get(url).content.decode()
    assert "Do they listen?" in opened
    assert row().answered_at is None
    done = client.post(url, GIVEN).content.decode()
    assert "Thank you for your answers" in done
    page = as_user(reader).get(review_page(sent)).content.decode()
    assert "CANARY-WORDS" in page
    assert "rather no" in page
    assert row().address == ""
    assert not Notification.system.filter(kind=references.KIND).exists()
    own = as_user(ben).get(page_of(sent)).content.decode()
    assert "CANARY-WORDS" not in own


def test_the_applicant_is_not_told_whether_someone_has_answered(as_user, sent, ben):
    first = name(sent, ben)
    before = as_user(ben).get(page_of(sent)).content.decode()
    references.answer(first, answers())
    Reference.system.update(declined_at=None)
    after = as_user(ben).get(page_of(sent)).content.decode()
    token = re.compile(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"')
    assert token.sub("", before) == token.sub("", after)


def test_naming_gets_the_same_answer_for_every_address(as_user, sent, ben, ada, dan):
    preferences.unsubscribe_address(
        references.outbox.digest_of_address("no@example.org"), at=timezone.now()
    )
    said = []
    for address in ("no@example.org", ada.email):
        Reference.system.all().delete()
        data = {**FORM, "email": address}
        answer = as_user(ben).post(page_of(sent), data, follow=True)
        said.append([str(one) for one in answer.context["messages"]])
    assert said == [["Thank you. We write to them if we may."]] * 2


def test_who_wants_no_e_mail_gets_none(sent, ben):
    key = references.outbox.digest_of_address(ADDRESS)
    preferences.unsubscribe_address(key, at=timezone.now())
    name(sent, ben)
    assert deliver_due_emails() == []


def test_others_name_no_one(as_user, sent, dan, cleo, reader):
    for person in (dan, cleo, reader):
        with pytest.raises(ActionNotAllowed, match="your own application"):
            name(sent, person)
        assert as_user(person).get(page_of(sent)).status_code == 404


def test_the_same_address_is_asked_once_and_a_third_is_refused(sent, ben):
    first = name(sent, ben)
    assert name(sent, ben, address="noor.haddad@example.org") == first
    name(sent, ben, address="second@example.org")
    with pytest.raises(ActionNotAllowed, match="No more references"):
        name(sent, ben, address="third@example.org")
    Reference.system.filter(pk=first.pk).delete()
    with pytest.raises(ActionNotAllowed, match="not yourself"):
        name(sent, ben, address=ben.email)


@pytest.mark.parametrize("state", ["accepted", "declined", "withdrawn", "draft"])
def test_nothing_is_asked_about_an_application_in_another_state(sent, ben, state):
    Application.objects.update(state=state)
    with pytest.raises(ActionNotAllowed, match="No more references"):
        name(sent, ben)


def test_a_program_that_asks_for_none_shows_nothing(as_user, sent, ben, reader):
    Policy.objects.update(references_from="mentors")
    with pytest.raises(ActionNotAllowed, match="No more references"):
        name(sent, ben)
    assert as_user(ben).get(page_of(sent)).status_code == 404
    assert "referee" not in as_user(reader).get(review_page(sent)).content.decode()


def test_answering_twice_is_once_and_nothing_is_changed_later(sent, ben):
    reference = name(sent, ben)
    references.answer(reference, answers(), text="Good.")
    references.answer(reference, answers(), text="Good.")
    for act in (
        lambda: references.answer(reference, answers("no", "no")),
        lambda: references.decline(reference),
    ):
        with pytest.raises(ActionNotAllowed, match="can't be answered any more"):
            act()
    assert row().text == "Good."


def test_an_answer_that_is_none_is_refused(sent, ben):
    reference = name(sent, ben)
    with pytest.raises(ActionNotAllowed, match="Answer each question"):
        references.answer(reference, answers("yes", "perhaps"))


def test_a_form_without_an_answer_comes_back_with_what_was_typed(client, sent, ben):
    name(sent, ben)
    (email,) = deliver_due_emails()
    page = client.post(link_in(email), {**GIVEN, "answer_1": ""}).content.decode()
    assert "Answer each question." in page
    assert "CANARY-WORDS" in page
    assert row().answered_at is None


def test_a_referee_may_decline(as_user, client, sent, ben, reader):
    name(sent, ben)
    (email,) = deliver_due_emails()
    for _time in range(2):
        page = client.post(link_in(email), {"decline": "1"}).content.decode()
        assert "Thank you for telling us" in page
    assert "Does not answer" in as_user(reader).get(review_page(sent)).content.decode()
    assert row().address == ""


def test_the_mail_program_takes_the_address_off(client, sent, ben):
    name(sent, ben)
    (email,) = deliver_due_emails()
    header = email.extra_headers["List-Unsubscribe"]
    path = re.search(r"https?://[^/]+(/[^>]+)>", header)[1]
    client.post(path, {"List-Unsubscribe": "One-Click"})
    assert row().declined_at is not None
    assert preferences.is_unsubscribed(row().address_key)


def test_one_reminder_then_the_link_is_over_and_the_address_gone(client, sent, ben):
    name(sent, ben)
    now = timezone.now()
    letters = {day: deliver_due_emails(now + day * DAY) for day in range(35)}
    days = [day for day, found in letters.items() if found]
    assert (days[0], len(days), 7 <= days[1] <= 10) == (0, 2, True)
    assert "This is the only reminder." in letters[days[1]][0].body
    assert (row().address, row().closed_at is not None) == ("", True)
    page = client.post(link_in(letters[0][0]), GIVEN)
    assert "CANARY" not in page.content.decode()
    assert row().answered_at is None


def test_no_reminder_once_the_committee_has_decided(sent, ben, cleo):
    name(sent, ben)
    now = timezone.now()
    assert len(deliver_due_emails()) == 1
    rows = Application.objects.select_related("cohort__program__policy", "person")
    decision = reviewing.decide(rows.get(pk=sent.pk), by=cleo, outcome="accepted")
    reviewing.release([decision], by=cleo, at=now)
    later = [mail.subject for day in (8, 9) for mail in deliver_due_emails(now + day * DAY)]
    assert "Ben Okoro has named you as a reference" not in later
    assert references.forget_referees(now + 9 * DAY) == 0
    assert row().address == ""


def test_who_does_not_read_in_full_reads_no_reference(as_user, sent, ben, carer, reader, cleo):
    references.answer(name(sent, ben), answers(), text="CANARY-WORDS")
    assert not Reference.objects.visible_to(carer).exists()
    assert not Reference.objects.visible_to(ben).exists()
    assert "CANARY" not in as_user(carer).get(review_page(sent)).content.decode()
    Conflict.objects.create(member=reader, person=ben)
    assert not Reference.objects.visible_to(reader).exists()
    assert Reference.objects.visible_to(cleo).exists()


def test_who_does_not_read_in_full_is_told_nothing_of_references(as_user, sent, carer, reader):
    words = "The applicant can name 2 more referees."
    assert words in as_user(reader).get(review_page(sent)).content.decode()
    assert "referee" not in as_user(carer).get(review_page(sent)).content.decode()


def test_nothing_is_waited_for_once_the_program_asks_for_none(as_user, client, sent, ben, cleo):
    open_, come = name(sent, ben), name(sent, ben, address="second@example.org")
    references.answer(come, answers())
    email = next(mail for mail in deliver_due_emails() if mail.to == [ADDRESS.lower()])
    home, listed = reverse("admin:index"), reverse("admin:applications_application_changelist")
    found = [f"{listed}?references={code}" for code in ("come", "open")]
    counts = [as_user(cleo).get(one).context["cl"].result_count for one in found]
    assert counts == [1, 1]
    Policy.objects.update(references_from="mentors")
    page = client.post(link_in(email), GIVEN).content.decode()
    assert "This request is over" in page
    with pytest.raises(ActionNotAllowed, match="can't be answered any more"):
        references.answer(open_, answers())
    assert "reference that has come" not in as_user(cleo).get(home).content.decode()
    counts = [as_user(cleo).get(one).context["cl"].result_count for one in found]
    assert counts == [0, 0]


def test_the_committee_reads_in_french_that_an_answer_has_come(as_user, sent, ben, cleo):
    references.answer(name(sent, ben), answers())
    cleo.language = "fr"
    cleo.save()
    assert "Réponse reçue" in as_user(cleo).get(review_page(sent)).content.decode()


def test_the_page_says_that_an_answer_is_no_check_by_itself(as_user, ada, cohort, reader, cleo):
    mine = factories.application(ada, cohort, "mentor", state="submitted")
    references.answer(name(mine, ada), answers())
    words, link = "An answer is no check by itself", 'href="#checks"'
    assert words not in as_user(cleo).get(review_page(mine)).content.decode()
    Policy.objects.update(references_needed=1)
    assert words in (page := as_user(reader).get(review_page(mine)).content.decode())
    assert link not in page
    assert link in as_user(cleo).get(review_page(mine)).content.decode()


def test_a_reference_that_has_come_is_on_today_and_in_the_list(as_user, sent, ben, cleo):
    reference = name(sent, ben)
    home, listed = reverse("admin:index"), reverse("admin:applications_application_changelist")
    words = "application with a reference that has come"
    assert words not in as_user(cleo).get(home).content.decode()
    assert as_user(cleo).get(f"{listed}?references=open").context["cl"].result_count == 1
    references.answer(reference, answers())
    assert words in as_user(cleo).get(home).content.decode()
    assert as_user(cleo).get(f"{listed}?references=come").context["cl"].result_count == 1
    assert as_user(cleo).get(f"{listed}?references=open").context["cl"].result_count == 0


@pytest.mark.parametrize("n", [1, 2])
def test_the_page_takes_the_same_number_of_queries_for_one_and_two_references(
    as_user, sent, ben, cleo, django_assert_num_queries, n
):
    for number in range(n):
        references.answer(name(sent, ben, address=f"r{number}@example.org"), answers())
    client = as_user(cleo)
    client.get(review_page(sent))
    with django_assert_num_queries(40):
        client.get(review_page(sent))


def test_references_go_with_the_texts_with_the_applicant_and_with_the_referee(sent, ben, ada):
    name(sent, ben)
    retention.erase_texts(Application.objects.filter(pk=sent.pk))
    assert not Reference.system.exists()
    references.answer(name(sent, ben, address=ada.email), answers(), text="CANARY-WORDS")
    assert "CANARY-WORDS" not in str(privacy.export(ben))
    assert "CANARY-RELATION" in str(privacy.export(ben))
    assert "CANARY-WORDS" in str(privacy.export(ada))
    privacy.erase(ada)
    assert not Reference.system.exists()


def test_it_is_in_the_referees_language(client, sent, ben):
    name(sent, ben, language="fr")
    (email,) = deliver_due_emails()
    assert email.subject == "Ben Okoro a donné votre nom comme référence"
    assert "Qui lit ceci" in client.get(link_in(email)).content.decode()


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_a_referee_answers_on_a_phone_without_scripts(open_as, sent, ben):
    name(sent, ben)
    (email,) = deliver_due_emails()
    page = open_as(None, scripts=False)
    page.goto(link_in(email))
    assert too_wide(page) == []
    for label in ("yes", "rather yes"):
        group = page.get_by_role("group").nth(0 if label == "yes" else 1)
        group.get_by_label(label, exact=True).check()
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", name="Thank you for your answers")).to_be_visible()
    assert [answer for _question, answer in row().answers] == ["yes", "rather yes"]


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
def test_the_page_of_a_referee_breaks_no_rule(open_as, sent, ben):
    name(sent, ben)
    (email,) = deliver_due_emails()
    page = open_as(None, scripts=True)
    page.goto(link_in(email))
    assert broken_rules(page) == []
