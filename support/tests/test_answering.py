"""The committee's answers: needs by topic, what can be offered to whom, e-mails, what follows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from accounts import privacy
from accounts.models import Profile
from dashboard.attention import attention_items
from events import arranging
from learning.models import SupportTopic
from matches.models import Match
from notifications.links import link
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.models import Conflict, Membership
from support import being_contact, offering, requesting
from support.emails import HELPED
from support.models import SupportAnswer, SupportContact, SupportRequest
from support.reconcilers import (
    ask_whether_it_helped,
    close_without_reply,
    erase_old_words,
    withdraw_after_the_cohort,
)
from testkit import events, factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DESK = reverse("admin:support_supportrequest_changelist")


def answer_page(row, also=""):
    address = reverse("admin:support_supportrequest_answer", args=[row.pk])
    return f"{address}?with={also}" if also else address


def text_of(response):
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def emails(kind):
    return Notification.system.filter(kind=kind)


@pytest.fixture
def contact(program, cohort, cleo):
    Profile.objects.filter(user=cleo).update(phone="+1 416 555 0100")
    cleo.refresh_from_db()
    return being_contact.agree(program, by=cleo, shows_email=False, shows_phone=True)


def test_the_page_counts_needs_by_topic_and_its_lists_agree(as_user, ask, program, ada, ben, cleo):
    other = SupportTopic.objects.create(program=program, code="o", names={"en": "Feedback"})
    for person in (ada, ben):
        ask(person)
    ask(ben, topic=other)
    found = {str(need.topic): need.count for need in offering.needs_by_topic(cleo)}
    assert found == {"Finding goals": 2, "Feedback": 1}
    page = text_of(as_user(cleo).get(DESK))
    assert "What people wait for" in page
    for need in offering.needs_by_topic(cleo):
        query = {"topic": need.topic.pk, "state__exact": "asked"}
        listed = as_user(cleo).get(DESK, query).context["cl"].result_count
        assert listed == need.count
    Conflict.objects.create(member=cleo, person=ben)
    assert offering.needs_by_topic(cleo) == []  # Ada's words may be about Ben


def test_a_topic_of_another_program_filters_nothing_away(as_user, ask, cleo, ben):
    ask(ben)
    far = SupportTopic.objects.create(program=factories.program(), code="f", names={"en": "Far"})
    page = as_user(cleo).get(DESK, {"topic": far.pk})
    assert page.context["cl"].result_count == 1
    assert "Far" not in text_of(page)


def test_all_of_a_topic_are_answered_at_once_after_a_look(
    as_user, ask, topic, item, event, contact, ada, ben, cleo
):
    first = ask(ada, text="How do I ask?")
    ask(ben)
    client, address = as_user(cleo), answer_page(first, "all")
    page = client.get(address)
    assert "How do I ask?" in text_of(page)
    rows = [row.pk for row in page.context["form"].fields["people"].queryset]
    typed = {"people": rows, "event": event.pk, "item": item.pk, "text": "Come along"}
    page = text_of(client.post(address, typed))
    assert "Send this answer?" in page
    assert "2 people get this" in page
    assert not SupportAnswer.system.exists()
    page = text_of(client.post(address, {**typed, "confirmed": "yes"}, follow=True))
    assert "2 people get your answer, each in an e-mail of their own." in page
    assert {row.state for row in SupportRequest.system.all()} == {"answered"}
    assert emails("support-answer").count() == 2
    page = text_of(client.post(address, {**typed, "confirmed": "yes"}, follow=True))
    assert "None of them is waiting for an answer any more." in page
    assert SupportAnswer.system.count() == 2


def test_each_gets_one_e_mail_of_their_own_with_what_was_offered(
    ask, answer, item, event, contact, ada, ben
):
    answer(ask(ada), ask(ben), item=item, event=event, contact=contact, text="Come along")
    sent = [mail for mail in deliver_due_emails() if "committee answered" in mail.subject]
    assert sorted(mail.to[0] for mail in sent) == sorted([ada.email, ben.email])
    for mail in sent:
        for words in (
            "Come along",
            "Mentors' circle",
            "From a wish to a goal",
            "Cleo Marsh, +1 416 555 0100",
        ):
            assert words in mail.body
        assert "example.org, +1" not in mail.body  # the address is not shown
        (other,) = {ada.email, ben.email}.difference(mail.to)
        assert other not in mail.body


def test_the_person_reads_the_answer_on_their_page(as_user, ask, answer, item, event, contact, ben):
    answer(ask(ben), item=item, event=event, contact=contact, text="Come along")
    page = text_of(as_user(ben).get(reverse("support:request-list")))
    for words in ("Come along", "Mentors' circle", "From a wish to a goal", "+1 416 555 0100"):
        assert words in page
    being_contact.stop(contact.program, by=contact.person)
    arranging.cancel(event, by=contact.person, reason="No room")
    page = text_of(as_user(ben).get(reverse("support:request-list")))
    assert "+1 416 555 0100" not in page
    assert "Mentors' circle" not in page


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing", "Choose an event, a library item or a contact, or write to them."),
        ("event", "This event is not for Ben Okoro."),
        ("past", "No one can sign up for this event any more."),
        ("item", "This item is not for Ben Okoro."),
        ("retired", "This item was retired."),
        ("partner", "This contact is Ben Okoro or their partner."),
        ("left", "This person is no longer a contact."),
        ("far", "Choose one of this program."),
    ],
)
def test_what_does_not_fit_is_refused(
    ask, answer, program, cohort, item, contact, ada, ben, cleo, name, said
):
    row, offer = ask(ben), {}
    if name == "event":
        offer["event"] = events.published(program, by=cleo, role="mentor")
    if name == "past":
        offer["event"] = events.published(program, by=cleo)
        events.move_to(offer["event"], -1)
    if name in ("item", "retired", "far"):
        changes = {
            "item": {"role": "mentor"},
            "retired": {"retired_on": timezone.localdate()},
            "far": {"program": factories.program()},
        }
        type(item).objects.filter(pk=item.pk).update(**changes[name])
        item.refresh_from_db()
        offer["item"] = item
    if name == "partner":
        offer["contact"] = being_contact.agree(program, by=ada, shows_email=True, shows_phone=False)
    if name == "left":
        offer["contact"] = contact
        Membership.objects.filter(user=cleo).update(until=timezone.localdate())
        cleo = factories.member("Eli", program=program)
    with pytest.raises(ActionNotAllowed, match=said):
        answer(row, by=cleo, **offer)
    assert not SupportAnswer.system.exists()


def test_nonsense_on_the_page_is_refused_with_words(as_user, ask, topic, ben, cleo):
    row, client = ask(ben), as_user(cleo)
    assert client.get(answer_page(row).replace(str(row.pk), "99999")).status_code == 404
    for also in ("x", "a,b", ",", "99999999999", "-1"):
        assert len(client.get(answer_page(row, also)).context["requests"]) == 1
    address = answer_page(row)
    for typed, said in (
        ({"people": [row.pk], "confirmed": "yes"}, "Choose an event, a library item"),
        ({"text": "x", "confirmed": "yes"}, "Choose at least one person."),
        ({"people": [row.pk + 99], "text": "x"}, "Select a valid choice"),
        ({"people": [row.pk], "item": "7", "text": "x"}, "Select a valid choice"),
        ({"people": [row.pk], "text": "x" * 2001}, "at most 2000"),
    ):
        assert said in text_of(client.post(address, typed))
    assert not SupportAnswer.system.exists()


def test_only_whoever_may_read_a_request_answers_it(as_user, ask, answer, match, program, ben, ada):
    row, reader = ask(ben), factories.member(role="reader", program=program)
    outsider = factories.member("Eve", program=factories.program())
    for person in (ada, reader, outsider):
        with pytest.raises(ActionNotAllowed, match="None of them is waiting"):
            answer(row, by=person, text="x")
    assert as_user(outsider).get(answer_page(row)).status_code == 404
    assert as_user(reader).post(answer_page(row), {"text": "x"}).status_code == 404
    carer = factories.member(role="carer", program=program)
    Match.objects.filter(pk=match.pk).update(carer=carer)
    assert answer(row, by=carer, text="x") == 1


def test_the_chosen_rows_of_the_list_are_answered(as_user, ask, ada, ben, cleo, answer, item):
    rows = [ask(ada), ask(ben)]
    typed = {"action": "answer_selected", "_selected_action": [row.pk for row in rows]}
    page = as_user(cleo).post(DESK, typed)
    assert len(as_user(cleo).get(page.url).context["requests"]) == 2
    answer(*rows, item=item)
    page = as_user(cleo).post(DESK, typed, follow=True)
    assert "None of these requests is waiting for an answer." in text_of(page)


def test_the_page_of_a_request_shows_who_answered(as_user, ask, answer, item, ben, cleo):
    row = ask(ben, text="How?")
    page = reverse("admin:support_supportrequest_change", args=[row.pk])
    assert answer_page(row) in text_of(as_user(cleo).get(page))
    answer(row, item=item, text="Like this")
    text = text_of(as_user(cleo).get(page))
    for words in ("How?", "Like this", "From a wish to a goal", "by Cleo Marsh"):
        assert words in text
    assert answer_page(row) not in text


def test_it_is_asked_once_whether_it_helped_and_a_reply_ends_it(
    client, ask, answer, item, ben, settings
):
    now = timezone.now()
    row = ask(ben, at=now)
    answer(row, item=item, at=now)
    ask_whether_it_helped(now + 14 * DAY - timedelta(minutes=1))
    assert not emails("support-helped").exists()
    for _time in range(2):
        ask_whether_it_helped(now + 14 * DAY)
    assert emails("support-helped").count() == 1
    address = link(HELPED, person=ben, subject=row, version=1, until=now + 28 * DAY)
    page = client.get(address)
    assert "I still need it" in text_of(page)
    assert "Finding goals" not in text_of(page)
    row.refresh_from_db()
    assert row.state == "answered"
    assert "Choose one of the two answers." in text_of(client.post(address, {"said": "x"}))
    assert "The request is open again." in text_of(client.post(address, {"said": "again"}))
    assert "This is settled already." in text_of(client.get(address))
    assert "nothing was changed" in text_of(client.post(address, {"said": "helped"}))
    row.refresh_from_db()
    assert (row.state, row.turns) == ("asked", 2)
    answer(row, text="Once more", at=now + 15 * DAY)
    assert "nothing was changed" in text_of(client.post(address, {"said": "helped"}))
    ask_whether_it_helped(now + 29 * DAY)
    assert emails("support-helped").count() == 2


def test_after_an_event_it_is_asked_two_weeks_after_the_event(ask, answer, event, ben):
    row = ask(ben)
    answer(row, event=event)
    assert row.ask_at == event.ends_at + 14 * DAY


def test_without_a_reply_it_is_closed_two_weeks_later(ask, answer, item, ben):
    now = timezone.now()
    row = ask(ben, at=now)
    answer(row, item=item, at=now)
    assert close_without_reply(now + 28 * DAY - timedelta(minutes=1)) == 0
    assert (close_without_reply(now + 28 * DAY), close_without_reply(now + 28 * DAY)) == (1, 0)
    row.refresh_from_db()
    assert (row.state, row.outcome) == ("closed", "no_reply")


def test_an_e_mail_is_not_sent_once_the_request_is_over(ask, answer, item, ben):
    row = ask(ben)
    answer(row, item=item)
    requesting.ask_again(row, by=ben)
    assert not [mail for mail in deliver_due_emails() if "committee answered" in mail.subject]


def test_today_shows_what_waits_for_a_week_and_its_list(as_user, ask, ada, ben, cleo):
    now = timezone.now()
    ask(ben, at=now - 8 * DAY)
    ask(ada, at=now)
    (item,) = [one for one in attention_items(cleo, at=now) if "support" in one.text]
    assert item.count == as_user(cleo).get(item.url).context["cl"].result_count == 1


def test_the_list_asks_as_often_for_many_rows_as_for_one(as_user, ask, program, ada, ben, cleo):
    client = as_user(cleo)

    def queries(code):
        topic = SupportTopic.objects.create(program=program, code=code, names={"en": code})
        for person in (ada, ben):
            ask(person, topic=topic)
        with CaptureQueriesContext(connection) as seen:
            client.get(DESK)
        return len(seen)

    queries("warm")
    assert queries("a") == queries("b")


def test_mentors_and_members_agree_to_be_contacts_and_stop(as_user, match, ada, ben, cleo):
    slug = match.program.slug
    page, stop = (reverse(f"support:contact-{n}", args=[slug]) for n in ("update", "stop"))
    assert as_user(ben).get(page).status_code == 404
    with pytest.raises(ActionNotAllowed, match="Only mentors and members"):
        being_contact.agree(match.program, by=ben, shows_email=True, shows_phone=False)
    assert "Choose at least one way" in text_of(as_user(ada).post(page, {}))
    with pytest.raises(ActionNotAllowed, match="no telephone number"):
        being_contact.agree(match.program, by=ada, shows_email=True, shows_phone=True)
    for _time in range(2):
        as_user(ada).post(page, {"shows_email": "on"})
    row = SupportContact.objects.get()
    assert (row.person, row.ways) == (ada, [ada.email])
    assert "You are a contact here." in text_of(as_user(ada).get(reverse("support:contact-list")))
    assert as_user(ben).post(stop).status_code == 404
    as_user(ada).post(stop)
    assert as_user(ada).post(stop).status_code == 404
    assert not SupportContact.objects.exists()


def test_a_member_does_not_choose_a_contact_with_whom_they_have_a_conflict(match, ada, cleo):
    being_contact.agree(match.program, by=ada, shows_email=True, shows_phone=False)
    rows = SupportContact.objects
    assert rows.for_committee(cleo).exists()
    Conflict.objects.create(member=cleo, person=ada)
    assert not rows.for_committee(cleo).exists()


def test_old_words_are_erased_and_the_row_stays(ask, answer, item, match, ben):
    now = timezone.now()
    row = ask(ben, text="Mine")
    answer(row, item=item, text="Ours")
    requesting.say_helped(row, by=ben)
    SupportRequest.system.update(ended_at=now - 400 * DAY)
    assert erase_old_words(now) == 0  # the pair goes on
    Match.objects.filter(pk=match.pk).update(
        state="closed", closed_at=now - 390 * DAY, closed_kind="completed"
    )
    assert (erase_old_words(now), erase_old_words(now)) == (1, 0)
    row.refresh_from_db()
    assert (row.text, row.state) == ("", "closed")
    assert SupportAnswer.system.get().text == ""


def test_unanswered_requests_end_with_the_cohort_and_their_words_are_erased(
    ask, cohort, topic, match, ben, dan
):
    now = timezone.now()
    factories.application(dan, cohort, "mentor")
    row, in_pair = ask(dan, text="Mine", at=now), ask(ben, text="Ours", at=now)

    def ended(days):
        return withdraw_after_the_cohort(now + timedelta(days=days))

    assert ended(14) == 0  # the cohort goes on, or has no end
    cohort.ends_on = timezone.localdate(now) + timedelta(days=20)
    cohort.save()
    assert (ended(20), ended(21), ended(21)) == (0, 1, 0)
    for request in (row, in_pair):
        request.refresh_from_db()
    assert (row.state, in_pair.state) == ("withdrawn", "asked")
    Match.objects.filter(pk=match.pk).update(
        state="closed", closed_at=now + 21 * DAY, closed_kind="completed"
    )
    again = ask(dan, topic=topic, text="More", at=now + 30 * DAY)
    assert (ended(31), ended(43), ended(44)) == (1, 0, 1)  # two weeks to answer what is new
    assert erase_old_words(now + 500 * DAY) == 3
    again.refresh_from_db()
    assert (again.text, again.state) == ("", "withdrawn")


def test_export_has_the_requests_and_erasing_empties_them(ask, answer, contact, ben, ada):
    row = ask(ben, text="Mine")
    answer(row, contact=contact, text="Ours")
    (asked,) = privacy.DATA_PARTS["support"].export(ben)["asked"]
    assert (asked["text"], asked["answers"][0]["text"]) == ("Mine", "Ours")
    for _time in range(2):
        privacy.DATA_PARTS["support"].erase(ben)
    row.refresh_from_db()
    assert (row.text, row.state, SupportAnswer.system.get().text) == ("", "withdrawn", "")
    privacy.DATA_PARTS["support"].erase(contact.person)
    assert not SupportContact.objects.exists()
