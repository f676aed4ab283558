"""First contact: who is asked when, what one tap does, and what the committee sees."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from access.exceptions import ActionNotAllowed
from checkins import first_contact, first_contact_links
from checkins.first_contact_emails import first_contact_copy
from checkins.models import Concern
from matches.models import Match
from meetings.contacts import note_contact
from meetings.models import PairContact
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.models import Conflict
from testkit import agreements, factories, meetings

Said = first_contact_links.Said


def introduced(match, days):
    Match.objects.filter(pk=match.pk).update(introduced_at=timezone.now() - timedelta(days=days))
    match.refresh_from_db()
    return match


def ask(at=None):
    first_contact.ask_for_first_contact(at or timezone.now())


def enqueued():
    rows = Notification.system.filter(kind__startswith="first-contact").order_by("pk")
    return [(row.kind, row.recipient, row.ordinal) for row in rows]


@pytest.fixture
def cared(match, cleo):
    Match.objects.filter(pk=match.pk).update(carer=cleo)
    match.refresh_from_db()
    return match


@pytest.mark.parametrize(
    ("days", "asked"),
    [
        (3.9, []),
        (4, [("first-contact", "ben", 1)]),
        (8.9, [("first-contact", "ben", 1)]),
        (9, [("first-contact", "ben", 2), ("first-contact-copy", "cleo", 2)]),
        (15.9, [("first-contact", "ben", 2), ("first-contact-copy", "cleo", 2)]),
        (16, []),
    ],
)
def test_the_mentee_is_asked_on_two_days_and_the_carer_gets_a_copy(cared, ben, cleo, days, asked):
    introduced(cared, days)
    ask(), ask()
    names = {"ben": ben, "cleo": cleo}
    assert enqueued() == [(kind, names[to], ordinal) for kind, to, ordinal in asked]


def test_the_days_are_settings(cared, ben):
    policy = cared.program.policy
    policy.contact_reminder_days, policy.contact_last_reminder_days = 1, 2
    policy.save()
    introduced(cared, 1)
    ask()
    assert enqueued() == [("first-contact", ben, 1)]


def test_the_chairs_get_the_copy_where_there_is_no_carer(match, cleo, ben):
    introduced(match, 9)
    ask()
    assert enqueued()[1:] == [("first-contact-copy", cleo, 2)]


def test_a_chair_with_a_conflict_gets_no_copy(match, cleo, ben):
    Conflict.objects.create(member=cleo, person=ben)
    introduced(match, 9)
    ask()
    assert enqueued() == [("first-contact", ben, 2)]


def in_touch(match):
    note_contact(match, by=match.mentor.person)


def suggest(match):
    meetings.meeting(match, timezone.now() + timedelta(days=3), is_agreed=False)


def begin_agreement(match):
    agreements.draft(match)


def not_reached(match):
    first_contact_links.answer(match, by=match.mentee.person, said=Said.NOT_REACHED)


def close(match):
    Match.objects.filter(pk=match.pk).update(
        state="closed", closed_at=timezone.now(), closed_kind="choice"
    )


def pause(match):
    Match.objects.filter(pk=match.pk).update(paused_until=timezone.now() + timedelta(days=30))
    match.refresh_from_db()


STOPS = [pause, in_touch, suggest, begin_agreement, not_reached, close]


@pytest.mark.parametrize("stop", STOPS)
def test_no_one_is_asked_any_more(cared, stop):
    introduced(cared, 9)
    stop(cared)
    ask()
    assert enqueued() == []


@pytest.mark.parametrize("stop", STOPS)
def test_what_waits_is_not_sent(cared, stop):
    introduced(cared, 9)
    ask()
    assert len(enqueued()) == 2
    stop(cared)
    sent = deliver_due_emails(timezone.now() + timedelta(days=4))
    assert not [one for one in sent if "in touch" in one.subject]


def test_the_question_is_asked_again_once_the_carer_has_looked_into_it(cared, cleo, ben):
    introduced(cared, 9)
    not_reached(cared)
    Concern.system.get().resolve(by=cleo, outcome="talked", note="She was on holiday.")
    ask()
    assert [row[:2] for row in enqueued()] == [
        ("first-contact", ben), ("first-contact-copy", cleo),
    ]  # fmt: skip


# --- the link


@pytest.fixture
def address(cared):
    introduced(cared, 4)
    ask()
    (message,) = [
        one for one in deliver_due_emails(timezone.now() + timedelta(days=4))
        if "in touch" in one.subject
    ]  # fmt: skip
    return re.search(r"https?://[^/\s]+(/go/first-contact/[^\s?]+)", unescape(message.body))[1]


def test_opening_the_link_changes_nothing(address, client):
    page = client.get(f"{address}?answer=not-reached")
    assert page.context["main"] == Said.NOT_REACHED
    assert not PairContact.objects.exists()
    assert not Concern.system.exists()


@pytest.mark.parametrize("said", [Said.IN_TOUCH, Said.DATE_SET])
def test_one_tap_counts_as_contact_once(address, client, cared, ben, said):
    for _twice in range(2):
        assert "Saved" in client.post(address, {"answer": said}).content.decode()
    contact = PairContact.objects.get()
    assert (contact.match, contact.person) == (cared, ben)
    cared.refresh_from_db()
    assert cared.quiet_since == contact.at  # the health knows


def test_not_yet_is_no_contact_and_the_carer_sees_when_it_was_said(
    address, client, as_user, cared, cleo, ada
):
    page = client.post(address, {"answer": "not-yet"})
    assert "A text to start with" in page.content.decode()
    assert not PairContact.objects.exists()
    assert not Concern.system.exists()
    cared.refresh_from_db()
    said = date_format(timezone.localdate(cared.not_in_touch_at), "DATE_FORMAT")
    change = reverse("admin:matches_match_change", args=[cared.pk])
    page = as_user(cleo).get(change).content.decode()
    assert "not yet" in page
    assert said in page
    assert (
        "not yet"
        not in as_user(ada)
        .get(reverse("matches:match-detail", args=[cared.public_id]))
        .content.decode()
    )
    copy = render_to_string(
        "emails/first-contact-copy/body.txt",
        {**first_contact_copy(cared, cleo).context, "person": cleo},
    )
    assert f"On {said}" in copy


def test_not_reached_asks_the_carer_once_and_the_partner_learns_nothing(
    address, client, as_user, cared, ada, ben, cleo
):
    for _twice in range(2):
        assert "another way" in client.post(address, {"answer": "not-reached"}).content.decode()
    concern = Concern.system.get()
    assert (concern.cause, concern.person, concern.author) == ("no_reply", ada, ben)
    sent = deliver_due_emails(timezone.now() + timedelta(days=4))
    assert {one.to[0] for one in sent} == {cleo.email}
    page = as_user(cleo).get(reverse("admin:checkins_concern_change", args=[concern.pk]))
    assert "has not been able to reach" in page.content.decode()
    mine, theirs = (
        as_user(one).get(reverse("checkins:concern-list")).content.decode() for one in (ben, ada)
    )
    assert "You could not reach your partner." in mine
    assert "You could not reach" not in theirs


@pytest.mark.parametrize("answer", ["", "nothing", "in-touch\x00"])
def test_any_other_answer_changes_nothing(address, client, answer):
    assert client.post(address, {"answer": answer}).status_code in (200, 400)
    assert not PairContact.objects.exists()


def test_after_the_end_there_is_nothing_to_answer(address, client, cared):
    close(cared)
    assert "nothing left to answer" in client.get(address).content.decode()
    assert "has ended" in client.post(address, {"answer": "in-touch"}).content.decode()
    assert not PairContact.objects.exists()


def test_no_one_else_can_answer(cared, dan):
    for said in Said:
        with pytest.raises(ActionNotAllowed):
            first_contact_links.answer(cared, by=dan, said=said)


def test_once_the_pair_has_begun_the_general_help_is_the_way(cared, ben):
    Match.objects.filter(pk=cared.pk).update(state="active", active_at=timezone.now())
    with pytest.raises(ActionNotAllowed, match="has begun"):
        first_contact_links.answer(cared, by=ben, said=Said.NOT_REACHED)


# --- attention


def test_today_counts_what_the_list_shows(cared, as_user, cleo):
    list_url = reverse("admin:dashboard_pair_changelist")
    for days, count in ((9, 0), (10.1, 1)):
        introduced(cared, days)
        today = as_user(cleo).get(reverse("admin:index")).content.decode()
        assert ("new pair has not been in touch" in today) == bool(count)
        page = as_user(cleo).get(f"{list_url}?contact=none")
        assert page.context["cl"].result_count == count
    in_touch(cared)
    assert as_user(cleo).get(f"{list_url}?contact=none").context["cl"].result_count == 0


# --- something to say before they begin


def before(match):
    return reverse("checkins:first-words", args=[match.public_id])


def words(page, **values):
    form = page.context["form"]
    return {"text": "We know each other.", "nonce": form.initial["nonce"], **values}


def test_either_says_something_to_the_carer_before_they_begin(cared, as_user, ada, ben, cleo):
    for person, partner in ((ben, ada), (ada, ben)):
        client = as_user(person)
        data = words(client.get(before(cared)))
        for _twice in range(2):
            page = client.post(before(cared), data, follow=True)
        assert page.content.decode().count("We know each other.") == 1
        concern = Concern.system.get(author=person)
        assert (concern.cause, concern.urgency, concern.partner_may_know) == (
            "before", "soon", False,
        )  # fmt: skip
        assert concern.match == cared
        for name in ("matches:match-hello", "matches:match-detail"):
            text = as_user(partner).get(reverse(name, args=[cared.public_id])).content.decode()
            assert "We know each other." not in text
    rows = Notification.system.filter(about_type="checkins.concern")
    assert [row.recipient for row in rows] == [cleo, cleo]


def test_words_are_needed(cared, as_user, ben):
    client = as_user(ben)
    page = client.post(before(cared), words(client.get(before(cared)), text=" "))
    assert page.context["form"].errors["text"]
    assert not Concern.system.exists()


def test_others_find_no_page_to_say_something(cared, as_user, dan, cleo):
    for person in (dan, cleo):
        assert as_user(person).get(before(cared)).status_code == 404


@pytest.mark.parametrize("state", ["active", "closed"])
def test_later_the_page_leads_to_the_general_help(cared, as_user, ben, state):
    data = words(as_user(ben).get(before(cared)))
    values = {"closed_at": timezone.now(), "closed_kind": "choice"} if state == "closed" else {}
    Match.objects.filter(pk=cared.pk).update(state=state, **values)
    assert "Ask for help" in as_user(ben).get(before(cared)).content.decode()
    as_user(ben).post(before(cared), data)
    assert not Concern.system.exists()


def test_the_queries_do_not_grow_with_the_pairs(cohort, django_assert_max_num_queries):
    for number in range(3):
        pair = factories.match(
            factories.person(f"Mentee {number}"), factories.person(f"Mentor {number}"), cohort
        )
        introduced(pair, 4)
    with django_assert_max_num_queries(10):
        first_contact._due(timezone.now())
        list(first_contact.to_ask(Match.objects.all()))
