"""Requests for a contact: by either, answered with the word of the person, told to who waits."""

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from meetings import contact_requests
from meetings.contact_requests import MAX_OPEN
from meetings.models import ContactRequest, SharedItem
from notifications.testing import deliver_due_emails

pytestmark = pytest.mark.django_db
CONTACT = {"answer": "share", "name": "Kim Roy", "details": "kim@example.org", "has_consent": "on"}


def page(name, *args):
    return reverse(f"meetings:{name}", args=args)


def wish(match, by, wished="A recruiter", **more):
    return contact_requests.ask(match, by=by, wished=wished, **more)


def sent():
    return [(mail.to[0].split(".")[0], mail.subject) for mail in deliver_due_emails()]


@pytest.mark.parametrize("asker", ["ada", "ben"])
def test_either_asks_and_the_partner_is_told_once(asker, match, as_user, ada, ben):
    person, partner = (ada, ben) if asker == "ada" else (ben, ada)
    data = {"wished": "Someone who hires nurses", "why": "To ask about the night shift"}
    for _twice in range(2):
        as_user(person).post(page("contact-request-create", match.public_id), data)
    row = ContactRequest.objects.visible_to(partner).get()
    mails = [
        to for to, subject in sent() if "knows someone" in subject or "know someone" in subject
    ]
    assert mails == [partner.first_name.lower()]
    assert (
        "Someone who hires nurses"
        in as_user(partner).get(page("shared-list", match.public_id)).content.decode()
    )
    text = as_user(partner).get(page("contact-request-answer", row.public_id)).content.decode()
    assert "To ask about the night shift" in text


def test_an_answer_shares_a_contact_who_has_agreed(match, as_user, ada, ben):
    row = wish(match, ben)
    sent()
    client = as_user(ada)
    url = page("contact-request-answer", row.public_id)
    client.post(url, {"answer": "promise"})
    row.refresh_from_db()
    assert row.state == "promised"
    for _twice in range(2):
        client.post(url, CONTACT)
    row.refresh_from_db()
    assert row.state == "shared"
    item = SharedItem.objects.visible_to(ben).get()
    assert (item.title, item.details, item.author) == ("Kim Roy", "kim@example.org", ada)
    assert [to for to, subject in sent() if "request for a contact" in subject] == ["ben"]


@pytest.mark.parametrize(
    ("missing", "field"),
    [("name", "name"), ("details", "details"), ("has_consent", "has_consent")],
)
def test_without_their_word_nothing_is_passed_on(missing, field, match, as_user, ada, ben):
    row = wish(match, ben)
    data = {name: value for name, value in CONTACT.items() if name != missing}
    answer = as_user(ada).post(page("contact-request-answer", row.public_id), data)
    assert list(answer.context["form"].errors) == [field]
    assert not SharedItem.objects.visible_to(ben).exists()


@pytest.mark.parametrize("data", [{}, {"answer": "perhaps"}])
def test_an_answer_must_be_chosen(data, match, as_user, ada, ben):
    row = wish(match, ben)
    answer = as_user(ada).post(page("contact-request-answer", row.public_id), data)
    assert list(answer.context["form"].errors) == ["answer"]


@pytest.mark.parametrize("data", [{"wished": ""}, {"wished": "x" * 151}])
def test_a_wish_needs_words(data, match, as_user, ben):
    answer = as_user(ben).post(page("contact-request-create", match.public_id), data)
    assert list(answer.context["form"].errors) == ["wished"]


def test_a_no_needs_no_reason_and_is_final(match, as_user, ada, ben):
    row = wish(match, ben)
    as_user(ada).post(page("contact-request-answer", row.public_id), {"answer": "decline"})
    contact_requests.decline(row, by=ada)
    for verb in (contact_requests.promise, contact_requests.withdraw):
        with pytest.raises(ActionNotAllowed):
            verb(row, by=ada if verb is contact_requests.promise else ben)
    (told,) = [mail for mail in deliver_due_emails() if "request for a contact" in mail.subject]
    assert "can't help with this one" in " ".join(told.body.split())


def test_who_asked_takes_it_back_and_no_one_hears_of_it(match, as_user, ada, ben):
    row = wish(match, ben)
    client = as_user(ben)
    for _twice in range(2):
        client.post(page("contact-request-withdraw", row.public_id))
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert [subject for _to, subject in sent() if "know someone" in subject] == []
    client.get(page("shared-list", match.public_id))  # with the message
    assert "A recruiter" not in client.get(page("shared-list", match.public_id)).content.decode()
    with pytest.raises(ActionNotAllowed):
        contact_requests.promise(row, by=ada)


def test_each_verb_belongs_to_one_of_the_two(match, ada, ben, dan):
    row = wish(match, ben)
    for person in (ben, dan):
        for verb in (contact_requests.promise, contact_requests.decline):
            with pytest.raises(ActionNotAllowed):
                verb(row, by=person)
        with pytest.raises(ActionNotAllowed):
            contact_requests.share(row, by=person, name="n", details="d")
    for person in (ada, dan):
        with pytest.raises(ActionNotAllowed):
            contact_requests.withdraw(row, by=person)
    with pytest.raises(ActionNotAllowed):
        wish(match, dan)


def test_a_person_has_few_open_questions(match, as_user, ben):
    for number in range(MAX_OPEN):
        wish(match, ben, wished=f"Person {number}")
    answer = as_user(ben).post(
        page("contact-request-create", match.public_id), {"wished": "Another"}
    )
    assert f"{MAX_OPEN} of your requests are open" in answer.content.decode()


def test_after_the_end_nothing_is_asked_or_answered(match, as_user, ada, ben, close):
    row = wish(match, ben)
    close(match)
    for verb in (
        lambda: wish(match, ada),
        lambda: contact_requests.promise(row, by=ada),
        lambda: contact_requests.decline(row, by=ada),
        lambda: contact_requests.share(row, by=ada, name="n", details="d"),
        lambda: contact_requests.withdraw(row, by=ben),
    ):
        with pytest.raises(ActionNotAllowed):
            verb()
    for name, about in (("contact-request-create", match), ("contact-request-answer", row)):
        text = as_user(ada).get(page(name, about.public_id)).content.decode()
        assert '<form method="post" class="wm-form"' not in text
    assert [subject for _to, subject in sent() if "know someone" in subject] == []


def test_a_contact_that_is_no_longer_shared_leaves_the_answer(match, as_user, ada, ben):
    row = wish(match, ben, at=timezone.now())
    contact_requests.share(row, by=ada, name="Kim Roy", details="kim@example.org")
    SharedItem.objects.visible_to(ada).get().delete()
    text = as_user(ben).get(page("contact-request-answer", row.public_id)).content.decode()
    assert "Contact shared" in text
    assert "Kim Roy" not in text
