"""Once the closing talk is booked, no one is asked to plan it; when it is lost, they are again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from accounts.wall_time import WallTime
from matches import emails, endings, terms
from matches.closing_plan import closing_plan, talk_is_booked
from matches.models import Match
from meetings import closing_talk, recording, scheduling
from meetings.models import ClosingTalk, Meeting
from notifications.models import Notification
from testkit import factories

SOON = terms.ENDS_SOON
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = pytest.mark.time_machine(NOW)
TODAY = NOW.date()
END = TODAY + timedelta(days=40)


@pytest.fixture
def pair(ada, ben, cohort):
    return factories.match(
        ben,
        ada,
        cohort,
        state=Match.State.ACTIVE,
        active_at=NOW - timedelta(days=325),
        ends_on=END,
        term_agreed_on=TODAY - timedelta(days=325),
    )


def times(*days):
    return [WallTime(TODAY + timedelta(days=day), time(17), "UTC") for day in days]


def plan(pair, *days, agreed=True, talk=False, at=NOW):
    return scheduling.plan_meeting(
        pair,
        by=pair.mentee.person,
        times=times(*days),
        minutes=60,
        mode="video",
        is_agreed=agreed,
        is_closing_talk=talk,
        at=at,
    )


def rows():
    found = Notification.system.filter(kind=SOON).order_by("recipient", "ordinal")
    return [(row.recipient.first_name, row.ordinal, row.state, row.reason) for row in found]


BOOKED = [("Ada", 1, "cancelled", "talk-booked"), ("Ben", 1, "cancelled", "talk-booked")]
WAITING = [("Ada", 1, "pending", ""), ("Ben", 1, "pending", "")]


def test_booking_the_talk_cancels_the_e_mails_that_wait_at_once(pair):
    terms.announce(pair, NOW)
    assert rows() == WAITING
    plan(pair, 30, talk=True)
    assert rows() == BOOKED


def test_it_is_booked_only_once_both_have_confirmed_a_time(pair, ada):
    terms.announce(pair, NOW)
    meeting = plan(pair, 30, 31, agreed=False, talk=True)
    assert (rows(), talk_is_booked(pair, NOW)) == (WAITING, False)
    scheduling.accept(meeting, by=ada, starts_at=times(31)[0].starts_at, at=NOW)
    assert (rows(), talk_is_booked(pair, NOW)) == (BOOKED, True)


def test_another_meeting_does_not_stop_the_e_mails(pair):
    terms.announce(pair, NOW)
    plan(pair, 10)
    assert rows() == WAITING


def test_a_booked_pair_is_not_asked_when_the_next_notice_is_due(pair):
    plan(pair, 39, talk=True)
    terms.announce(pair, NOW)
    assert rows() == BOOKED


def test_choosing_twice_changes_nothing(pair, ben, ada):
    meeting = plan(pair, 30)
    terms.announce(pair, NOW)
    for person in (ben, ben, ada):
        closing_talk.choose(meeting, by=person, at=NOW)
    assert (rows(), ClosingTalk.objects.count()) == (BOOKED, 1)


def test_another_talk_takes_its_place(pair, ben):
    plan(pair, 30, talk=True)
    other = plan(pair, 35)
    closing_talk.choose(other, by=ben, at=NOW)
    assert ClosingTalk.objects.get().meeting == other


def _cancelled(meeting, by):
    scheduling.cancel(meeting, by=by, at=NOW)


def _forgotten(meeting, by):
    closing_talk.forget(meeting, by=by, at=NOW)
    closing_talk.forget(meeting, by=by, at=NOW)


def _missed(meeting, by):
    recording.record(meeting, by=by, outcome="missed", at=meeting.ends_at)


@pytest.mark.parametrize("lose", [_cancelled, _forgotten, _missed])
def test_who_had_not_been_asked_is_asked_when_the_talk_is_lost(pair, ada, ben, lose):
    terms.announce(pair, NOW)
    Notification.system.filter(recipient=ada).update(state="sent", sent_at=NOW, ended_at=NOW)
    meeting = plan(pair, 5, talk=True)
    assert rows()[1] == BOOKED[1]
    lose(meeting, ben)
    assert rows() == [
        ("Ada", 1, "sent", ""),
        ("Ben", 1, "cancelled", "talk-booked"),
        ("Ben", 2, "pending", ""),
    ]
    assert not talk_is_booked(pair, NOW)


def test_a_talk_that_was_held_stays_booked(pair, ben):
    terms.announce(pair, NOW)
    meeting = plan(pair, 5, talk=True)
    recording.record(meeting, by=ben, outcome="held", at=meeting.ends_at)
    assert rows() == BOOKED
    assert talk_is_booked(pair, meeting.ends_at)


def test_a_moved_talk_stays_booked_for_its_new_date(pair, ben, ada):
    meeting = plan(pair, 30, talk=True)
    terms.announce(pair, NOW)
    scheduling.suggest_times(meeting, times(33), by=ben, at=NOW)
    assert talk_is_booked(pair, NOW)
    scheduling.accept(meeting, by=ada, at=NOW)
    assert rows() == BOOKED
    assert closing_plan(pair, ben, NOW).is_booked


def test_nothing_is_asked_after_the_last_day_or_far_from_it(pair, ben):
    terms.announce(pair, NOW)
    meeting = plan(pair, 39, talk=True)
    scheduling.cancel(meeting, by=ben, at=NOW + timedelta(days=39))
    assert len(rows()) == 4, "one day is left"
    Notification.system.filter(kind=SOON).delete()
    terms.ask_after_all(pair, at=NOW + timedelta(days=40))
    assert rows() == []


def test_a_longer_term_needs_a_talk_of_its_own(pair, ben):
    meeting = plan(pair, 30, talk=True)
    terms.set_term(pair, END + timedelta(days=365), by=ben, at=NOW)
    assert not talk_is_booked(pair, NOW)
    closing_talk.choose(meeting, by=ben, at=NOW)
    assert talk_is_booked(pair, NOW)


def test_the_e_mail_itself_sees_that_the_talk_is_booked(pair, ben):
    assert emails.match_ends_soon(pair, ben).action_url
    plan(pair, 30, talk=True)
    assert emails.match_ends_soon(pair, ben).reason == "talk-booked"


def test_only_the_pair_chooses(pair, ada):
    meeting = plan(pair, 30)
    for verb in (closing_talk.choose, closing_talk.forget):
        with pytest.raises(ActionNotAllowed):
            verb(meeting, by=factories.person("Dan Ho"), at=NOW)


def test_a_meeting_of_the_past_or_of_an_ended_pair_is_refused(pair, ben):
    meeting = plan(pair, 5)
    with pytest.raises(ActionNotAllowed, match="still ahead"):
        closing_talk.choose(meeting, by=ben, at=meeting.ends_at)
    endings.end(pair, by=ben, kind="early", at=NOW)
    for verb in (closing_talk.choose, closing_talk.forget):
        with pytest.raises(ActionNotAllowed, match="has ended"):
            verb(meeting, by=ben, at=NOW)


def test_a_pair_without_a_term_has_no_closing_talk(ada, ben, cohort):
    early = factories.match(ben, ada, cohort)
    meeting = plan(early, 5)
    with pytest.raises(ActionNotAllowed, match="end of a term"):
        closing_talk.choose(meeting, by=ben, at=NOW)


def closing_page(client, pair):
    return client.get(reverse("matches:match-closing", args=[pair.public_id])).content.decode()


def test_the_page_leads_to_a_new_talk_and_to_meetings_that_are_planned(pair, as_user, ben):
    meeting, client = plan(pair, 30), as_user(ben)
    page = closing_page(client, pair)
    assert "new/?closing-talk=yes" in page
    choose = reverse("meetings:closing-talk", args=[meeting.public_id])
    assert choose in page
    client.post(choose)
    page = closing_page(client, pair)
    assert "Booked for" in page
    client.post(reverse("meetings:closing-talk-forget", args=[meeting.public_id]))
    assert "Plan our closing talk" in closing_page(client, pair)


def test_the_form_of_a_new_meeting_asks_only_near_the_end(pair, as_user, ben):
    url, client = reverse("meetings:meeting-create", args=[pair.public_id]), as_user(ben)
    assert "This is our closing talk" in client.get(url).content.decode()
    Match.objects.filter(pk=pair.pk).update(ends_on=TODAY + timedelta(days=200))
    assert "This is our closing talk" not in client.get(url).content.decode()
    asked = f"{url}?closing-talk=yes"
    assert "This is our closing talk" in client.get(asked).content.decode()


def test_the_form_saves_the_choice(pair, as_user, ben):
    url = reverse("meetings:meeting-create", args=[pair.public_id]) + "?closing-talk=yes"
    day = TODAY + timedelta(days=30)
    data = {"on": day, "wall_time": "17:00", "minutes_planned": 60, "mode": "video"}
    data |= {"is_agreed": "yes", "is_closing_talk": "on"}
    for _time in range(2):
        as_user(ben).post(url, data)
    assert (Meeting.objects.count(), ClosingTalk.objects.count()) == (1, 1)
    assert talk_is_booked(pair, NOW)


def test_home_names_the_day_of_the_talk(pair, as_user, ben):
    Match.objects.filter(pk=pair.pk).update(state=Match.State.CLOSING)
    home = reverse("dashboard:home")
    assert "Plan your closing conversation" in as_user(ben).get(home).content.decode()
    plan(pair, 30, talk=True)
    assert "Your closing conversation: " in as_user(ben).get(home).content.decode()
