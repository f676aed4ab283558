"""The participants' pages, and the links of e-mails that need no sign-in."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from events import arranging, sign_ups
from events.emails import FEEDBACK, LEAVE, SIGN_UP
from events.models import FeedbackAnswer, SignUp
from notifications.links import link
from notifications.testing import deliver_due_emails
from testkit import events, factories

pytestmark = pytest.mark.django_db


def page_of(event, name="detail"):
    return reverse(f"events:event-{name}", args=[event.public_id])


def text_of(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def by_link(purpose, person, event):
    until = timezone.now() + timedelta(days=3)
    return link(purpose, person=person, subject=event, until=until)


def test_the_calendar_is_empty_at_first(as_user, ben):
    page = text_of(as_user(ben).get(reverse("events:event-list")))
    assert "No event is planned for you now" in page


def test_the_calendar_shows_what_comes_and_what_has_been(as_user, event, program, cleo, ben):
    events.held(program, (ben,), by=cleo, titles={"en": "Spring party"})
    events.draft(program, by=cleo, titles={"en": "Secret"})
    page = text_of(as_user(ben).get(reverse("events:event-list")))
    upcoming, past = page.split("Past</h2>")
    assert "Kick-off evening" in upcoming
    assert "Spring party" in past
    assert "You came" in past
    assert "Secret" not in page


def test_the_page_offers_one_thing_to_do(as_user, event, ada, ben):
    client = as_user(ben)
    assert "1 place is free" in text_of(client.get(page_of(event)))
    page = text_of(client.post(page_of(event, "sign-up"), follow=True))
    assert "You have a place. We are e-mailing you the details." in page
    assert "I can't come" in page
    assert "Join the waiting list" in text_of(as_user(ada).get(page_of(event)))
    page = text_of(as_user(ada).post(page_of(event, "sign-up"), follow=True))
    assert "You are the first on the waiting list" in page
    page = text_of(client.post(page_of(event, "leave"), follow=True))
    assert "You are not coming." in page
    assert "You have a place" in text_of(as_user(ada).get(page_of(event)))


def test_both_clocks_are_shown_where_they_differ(as_user, program, cleo, pair, ben):
    User.objects.filter(pk=ben.pk).update(time_zone="America/Vancouver")
    type(program).objects.filter(pk=program.pk).update(time_zone="America/Toronto")
    program.refresh_from_db()
    event = events.published(program, by=cleo)
    page = text_of(as_user(ben).get(page_of(event)))
    assert "15:00 to 17:00 (18:00 in Toronto)" in page


def test_the_link_to_join_is_for_those_with_a_place(as_user, program, cleo, pair, ada, ben):
    event = events.published(program, by=cleo, places=1, link="https://meet.example.org/x")
    for person in (ben, ada):
        sign_ups.sign_up(event, by=person)
    assert "meet.example.org" in text_of(as_user(ben).get(page_of(event)))
    for reader in (ada, cleo):
        assert "meet.example.org" not in text_of(as_user(reader).get(page_of(event)))


def test_strangers_and_members_cannot_sign_up_and_drafts_are_for_members(
    as_user, event, program, cleo, dan
):
    draft = events.draft(program, by=cleo)
    assert as_user(dan).get(page_of(event)).status_code == 404
    assert "This is a draft" in text_of(as_user(cleo).get(page_of(draft)))
    for person in (dan, cleo):
        assert as_user(person).post(page_of(event, "sign-up")).status_code == 404
    assert not SignUp.objects.exists()


def test_nobody_is_offered_the_link_of_a_cancelled_event(as_user, program, cleo, pair, ada, ben):
    event = events.published(program, by=cleo, link="https://meet.example.org/x")
    sign_ups.sign_up(event, by=ben)
    assert "whoever has a place gets the link" in text_of(as_user(ada).get(page_of(event)))
    arranging.cancel(event, by=cleo, reason="The host is ill")
    for reader in (ben, ada):
        page = text_of(as_user(reader).get(page_of(event)))
        assert "meet.example.org" not in page
        assert "gets the link" not in page
    *_older, mail = [mail for mail in deliver_due_emails() if mail.to == [ben.email]]
    assert "meet.example.org" not in mail.body + str(mail.attachments)


def test_a_cancelled_event_says_why(as_user, event, cleo, ben):
    sign_ups.sign_up(event, by=ben)
    arranging.cancel(event, by=cleo, reason="The room is closed")
    page = text_of(as_user(ben).get(page_of(event)))
    assert "Why it was cancelled: The room is closed" in page
    assert "<form" not in page.split("<main")[1].split("</main>")[0]
    page = text_of(as_user(ben).post(page_of(event, "sign-up"), follow=True))
    assert "can no longer sign up" in page


def test_signing_up_by_link_needs_no_sign_in_and_opening_it_does_nothing(event, ben):
    address = by_link(SIGN_UP, ben, event)
    client = Client()
    assert "Sign up" in text_of(client.get(address))
    assert not SignUp.objects.exists()
    for _time in range(2):
        assert "You have a place" in text_of(client.post(address))
    assert SignUp.objects.get().person == ben
    assert "You have a place already." in text_of(client.get(address))


def test_a_page_without_sign_in_never_has_the_link_to_join(program, cleo, pair, ben):
    event = events.published(program, by=cleo, link="https://meet.example.org/x")
    address, client = by_link(SIGN_UP, ben, event), Client()
    for page in (client.post(address), client.get(address)):
        assert "You have a place" in text_of(page)
        assert "meet.example.org" not in page.content.decode()


def test_who_only_waits_has_no_place_to_pass_on(event, ada, ben):
    for person in (ben, ada):
        sign_ups.sign_up(event, by=person)
    words = "Your place goes to the next person"
    assert words in text_of(Client().get(by_link(LEAVE, ben, event)))
    assert words not in text_of(Client().get(by_link(LEAVE, ada, event)))


def test_leaving_by_link_twice(event, ada, ben):
    for person in (ben, ada):
        sign_ups.sign_up(event, by=person)
    address = by_link(LEAVE, ben, event)
    for _time in range(2):
        assert "You are not coming." in text_of(Client().post(address))
    assert SignUp.objects.get(person=ada).is_going
    assert "There is no place to give up here." in text_of(Client().get(address))


def test_links_of_others_and_false_ones_open_nothing(event, ben, dan):
    assert Client().get(by_link(SIGN_UP, dan, event)).status_code == 404
    assert Client().post(by_link(SIGN_UP, dan, event)).status_code == 404
    good = by_link(SIGN_UP, ben, event)
    assert Client().post(good.replace(SIGN_UP, LEAVE)).status_code == 404
    assert Client().post(good[:-4] + "aaaa/").status_code == 404
    assert not SignUp.objects.exists()


def test_a_link_to_a_cancelled_event_says_so(event, ben, cleo):
    address = by_link(SIGN_UP, ben, event)
    arranging.cancel(event, by=cleo, reason="No room")
    assert "This event was cancelled." in text_of(Client().get(address))
    assert "You can no longer sign up" in text_of(Client().post(address))


def test_feedback_by_link_and_on_the_site(as_user, program, cleo, pair, ada, ben):
    event = events.held(program, (ada, ben), by=cleo)
    address = by_link(FEEDBACK, ben, event)
    assert "stored without your name" in text_of(Client().get(address))
    assert "Choose how much it was worth your time." in text_of(Client().post(address, {}))
    answers = {"worth": "4", "length": "right", "better": "More cake"}
    for _time in range(2):
        assert "Thank you" in text_of(Client().post(address, answers))
    assert "nothing left to answer" in text_of(Client().get(address))
    assert "Say how it was" in text_of(as_user(ada).get(page_of(event)))
    assert "Thank you" in text_of(as_user(ada).post(page_of(event, "feedback"), answers))
    assert FeedbackAnswer.system.count() == 2


def test_queries_do_not_grow(as_user, program, cleo, pair, cohort, ben):
    event = events.published(program, by=cleo, places=2)
    client = as_user(ben)

    def count():
        found = []
        for address in (reverse("events:event-list"), page_of(event)):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            found.append(len(queries))
        return found

    def more(number):
        other = events.published(program, by=cleo, days=20 + number, places=3)
        sign_ups.sign_up(other, by=ben)
        guest = factories.person()
        factories.application(guest, cohort)
        sign_ups.sign_up(event, by=guest)
        events.held(program, (ben,), by=cleo)

    more(1)
    sign_ups.sign_up(event, by=ben)
    count()
    few = count()
    for number in range(2, 4):
        more(number)
    assert count() == few
