"""It has been a while: who is asked after how long, and what ends it."""

from datetime import UTC, datetime, timedelta

import pytest

from checkins.models import Concern
from matches import endings
from matches.models import Match
from meetings import overdue, scheduling
from meetings.contacts import note_contact
from meetings.overdue import LOOK_AGAIN, remind_overdue, silent_matches
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from testkit import agreements, factories
from testkit import meetings as make

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW)]


@pytest.fixture
def pair(match):
    """A pair that agreed to meet every 30 days and has never met."""
    agreements.signed(match)
    old = NOW - timedelta(days=400)
    Match.objects.filter(pk=match.pk).update(introduced_at=old, active_at=old)
    match.refresh_from_db()
    return match


def met(match, days_ago):
    return make.held(match, NOW - timedelta(days=days_ago))


def asked(at=NOW):
    for _twice in range(2):
        remind_overdue(at)
    rows = Notification.system.filter(kind="meeting-overdue").order_by("pk")
    return [row.recipient.first_name for row in rows.select_related("recipient")]


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [(44, []), (46, ["Ben"]), (58, ["Ben"]), (61, ["Ben", "Ada"]), (75, [])],
)
def test_the_mentee_is_asked_first_and_then_both(days_ago, expected, pair):
    met(pair, days_ago)
    assert asked() == expected


def test_a_pair_is_looked_at_again_after_half_a_day(pair):
    met(pair, 44.9)
    assert asked() == []
    assert asked(NOW + LOOK_AGAIN - timedelta(minutes=1)) == []
    assert asked(NOW + LOOK_AGAIN) == ["Ben"]


def test_a_run_looks_at_a_batch_the_longest_waiting_first(pair, cohort, monkeypatch):
    monkeypatch.setattr(overdue, "BATCH", 2)
    pairs = (("Una", "Uri"), ("Vic", "Val"), ("Wes", "Wim"), ("Xia", "Xen"))
    others = [
        factories.match(factories.person(mentee), factories.person(mentor), cohort)
        for mentee, mentor in pairs
    ]
    old = NOW - timedelta(days=46)
    for number, match in enumerate([pair, *others]):
        Match.objects.filter(pk=match.pk).update(
            state="active",
            active_at=old,
            look_for_silence_at=NOW - timedelta(hours=number) if number else None,
        )
    met(pair, 46)

    def names():
        rows = Notification.system.filter(kind="meeting-overdue").order_by("pk")
        return {row.recipient.first_name for row in rows.select_related("recipient")}

    remind_overdue(NOW)
    assert names() == {"Ben", "Xia"}
    remind_overdue(NOW)
    assert names() == {"Ben", "Xia", "Wes", "Vic"}
    remind_overdue(NOW)
    assert names() == {"Ben", "Xia", "Wes", "Vic", "Una"}


def test_nothing_is_read_of_pairs_that_are_not_looked_at_yet(pair, django_assert_num_queries):
    met(pair, 46)
    remind_overdue(NOW)
    with django_assert_num_queries(1):
        remind_overdue(NOW)


def test_the_next_silence_is_asked_about_again(pair):
    met(pair, 100)
    assert asked(NOW - timedelta(days=54)) == ["Ben"]
    met(pair, 46)
    assert asked() == ["Ben", "Ben"]


@pytest.mark.parametrize("end", ["contact", "suggested", "closed"])
def test_what_ends_the_silence_stops_the_email_too(end, pair, ben, close):
    met(pair, 46)
    assert asked() == ["Ben"]
    deliver_due_emails(NOW - timedelta(days=1), reconcile=False)
    if end == "contact":
        note_contact(pair, by=ben)
    elif end == "suggested":
        scheduling.plan_meeting(
            pair, by=ben, times=[make.when(ben)], minutes=60, mode="video", is_agreed=False
        )
    else:
        close(pair)
    subjects = [mail.subject for mail in deliver_due_emails(reconcile=False)]
    assert not any("It has been a while" in subject for subject in subjects)


def test_the_email_says_since_when(pair):
    met(pair, 46)
    asked()
    mails = deliver_due_emails(reconcile=False)
    (mail,) = [mail for mail in mails if "It has been a while" in mail.subject]
    assert "We know of no meeting or contact with Ada since" in " ".join(mail.body.split())


def test_a_pair_that_is_introduced_closing_or_planning_is_not_asked(match, pair):
    assert list(silent_matches(NOW)) == [pair]
    make.meeting(pair)
    assert list(silent_matches(NOW)) == []


def test_the_queries_do_not_grow(pair, cohort, django_assert_num_queries):
    met(pair, 46)
    remind_overdue(NOW)
    with django_assert_num_queries(6):
        remind_overdue(NOW + LOOK_AGAIN)


@pytest.fixture
def eve(pair):
    """The carer of the pair."""
    carer = factories.member("Eve Lund", program=pair.program, role="carer")
    Match.objects.filter(pk=pair.pk).update(carer=carer)
    return carer


def silence_concerns():
    return [(row.state, row.raised_at) for row in Concern.system.filter(cause="silence")]


def test_a_long_silence_asks_the_carer_once_and_ends_with_contact(pair, eve, ben):
    met(pair, 76)
    remind_overdue(NOW)
    remind_overdue(NOW + LOOK_AGAIN)
    assert silence_concerns() == [("open", NOW)]
    sent = deliver_due_emails(NOW, reconcile=False)
    assert [eve.email] in [mail.to for mail in sent]
    Concern.system.get().take(by=eve)
    Concern.system.get().resolve(
        by=eve, outcome="talked", note="I called them. They are busy until March."
    )
    remind_overdue(NOW + 2 * LOOK_AGAIN)
    assert [state for state, _at in silence_concerns()] == ["resolved"], "once per silence"
    note_contact(pair, by=ben, at=NOW + 2 * LOOK_AGAIN)
    remind_overdue(NOW + timedelta(days=90))
    assert [state for state, _at in silence_concerns()] == ["open", "resolved"], "a new silence"
    note_contact(pair, by=ben, at=NOW + timedelta(days=90))
    remind_overdue(NOW + timedelta(days=91))
    assert [state for state, _at in silence_concerns()] == ["resolved", "resolved"]


def test_the_end_of_the_pair_ends_the_concern(pair, eve, ben):
    met(pair, 76)
    remind_overdue(NOW)
    endings.end(pair, by=ben, kind="choice", at=NOW)
    assert [state for state, _at in silence_concerns()] == ["resolved"]


def test_before_that_the_carer_is_not_asked(pair):
    met(pair, 74)
    remind_overdue(NOW)
    assert silence_concerns() == []
