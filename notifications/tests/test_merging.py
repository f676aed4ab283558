"""Several things at once: nothing is lost to the weekly limit, and nobody gets more e-mails."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from notifications import kinds, merged_items, outbox, preferences, volume_limit
from notifications.kinds import LEARNING, NEWS, OPTIONAL, Cancel, Email, Kind
from notifications.models import MergedItem, WeeklyCount
from notifications.models.merged_items import is_merged
from notifications.reasons import ANSWERED
from notifications.several_at_once import SEVERAL
from notifications.testing import deliver_due_emails
from notifications.weekly_counts import count_week, monday_of

from .conftest import TUESDAY_NOON, fresh, rows

pytestmark = pytest.mark.django_db
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def tips(sample, ada):
    """`tips(n)` enqueues so many, each with a link of its own."""
    link = "https://example.org/{}"
    sample.answer = lambda about, person: Email(
        context={"word": "hello"}, action_url=link.format(about.pk)
    )

    def enqueue(count, at=TUESDAY_NOON, first=0, **options):
        return [
            sample.enqueue(ada, kind="tip", subject=first + number, at=at, **options)
            for number in range(count)
        ]

    return enqueue


def send(at=TUESDAY_NOON):
    return deliver_due_emails(at, delivery_rules=True)


def fill_the_week(tips, clock):
    """Use up the three e-mails of a week; return when the next one may be sent."""
    for number in range(3):
        tips(1, first=100 + number)
        assert len(send()) == 1
    return TUESDAY_NOON + WEEK


def states(found):
    return {fresh(row).state for row in found}


def test_four_at_once_become_one_with_a_line_and_a_link_each(tips):
    found = tips(4)
    (mail,) = send()
    assert mail.subject == "4 messages in one e-mail"
    for row in found:
        assert mail.body.count(f"https://example.org/{row.about_id}\n") == 1
        assert f"https://example.org/{row.about_id}" in mail.alternatives[0][0]
    assert states(found) == {"sent"}
    assert {fresh(row).reason for row in found} == {"told-together"}
    (one,) = rows().filter(kind=SEVERAL)
    assert (one.state, MergedItem.system.filter(into=one).count()) == ("sent", 4)
    assert send(TUESDAY_NOON + HOUR) == []


def test_three_at_once_are_sent_alone(tips):
    tips(3)
    assert len(send()) == 3
    assert not rows().filter(kind=SEVERAL).exists()


def test_it_counts_as_one(tips):
    tips(4)
    send()
    tips(2, first=10)
    assert len(send()) == 2
    tips(1, first=20)
    assert send() == []
    count_week(monday_of(TUESDAY_NOON), at=TUESDAY_NOON)
    counts = dict(WeeklyCount.objects.values_list("kind", "sent"))
    assert counts == {SEVERAL: 1, "tip": 2}


def test_what_waits_for_the_next_slot_is_told_then_even_if_it_would_have_expired(tips, clock):
    slot = fill_the_week(tips, clock)
    found = tips(5, expires_at=TUESDAY_NOON + 24 * HOUR)
    assert send() == []
    for days in range(1, 7):
        assert send(TUESDAY_NOON + timedelta(days=days)) == []
    clock.move_to(slot)
    assert len(send(slot)) == 1 or rows().filter(kind=SEVERAL, state="sent").exists()
    assert states(found) == {"sent"}


def test_nobody_gets_more_than_three_a_week_and_nothing_is_lost(tips, clock):
    everything = []
    for day in range(28):
        now = TUESDAY_NOON + timedelta(days=day)
        clock.move_to(now)
        everything += tips(1 + day % 3, at=now, first=1000 + 10 * day, expires_at=now + 80 * HOUR)
        send(now)
    for day in range(28, 42):
        clock.move_to(now := TUESDAY_NOON + timedelta(days=day))
        send(now)
    assert states(everything) == {"sent"}
    mails = sorted(
        row.sent_at for row in rows().filter(~is_merged(), state="sent", stream=OPTIONAL)
    )
    for first, fourth in zip(mails, mails[3:], strict=False):
        assert fourth - first >= WEEK


def test_what_is_no_longer_true_is_left_out_and_ends_with_its_own_reason(tips, sample, clock):
    slot = fill_the_week(tips, clock)
    kept, gone, kept_too = tips(3)
    send()
    usual = sample.answer
    sample.answer = lambda about, person: (
        Cancel(ANSWERED) if about.pk == gone.about_id else usual(about, person)
    )
    clock.move_to(slot)
    mails = [mail for hours in range(2) for mail in send(slot + hours * HOUR)]
    assert f"example.org/{gone.about_id}" not in "".join(mail.body for mail in mails)
    assert states([kept, kept_too]) == {"sent"}
    assert (fresh(gone).state, fresh(gone).reason) == ("cancelled", ANSWERED)


def test_what_becomes_untrue_after_they_were_put_together_is_not_told(tips, sample):
    found = tips(4)
    usual, asked = sample.answer, []

    def answer(about, person):
        asked.append(about.pk)
        is_again = asked.count(about.pk) > 1
        return (
            Cancel(ANSWERED) if is_again and about.pk != found[0].about_id else usual(about, person)
        )

    sample.answer = answer
    (mail,) = send()
    assert "1 thing" not in mail.subject
    assert str(found[0].about_id) in mail.body
    assert [fresh(row).state for row in found] == ["sent"] + ["cancelled"] * 3
    assert {fresh(row).reason for row in found[1:]} == {ANSWERED}


def test_if_nothing_is_true_nothing_is_sent(tips, sample):
    found = tips(4)
    asked = []

    def answer(about, person):
        asked.append(about.pk)
        return Cancel(ANSWERED) if asked.count(about.pk) > 1 else Email(context={"word": "x"})

    sample.answer = answer
    assert send() == []
    assert states(found) == {"cancelled"}
    assert fresh(rows().get(kind=SEVERAL)).reason == "nothing-left"
    assert not MergedItem.system.exists()


def test_a_newer_email_of_a_topic_replaces_the_one_inside(tips, sample, ada, clock):
    slot = fill_the_week(tips, clock)
    old, other = tips(2)
    send()
    sample.enqueue(ada, kind="tip", subject=0, ordinal=2, at=TUESDAY_NOON)
    assert fresh(old).state == "cancelled"
    clock.move_to(slot)
    for hours in range(3):
        send(slot + hours * HOUR)
    assert fresh(other).state == "sent"


@pytest.fixture
def news(monkeypatch, sample):
    monkeypatch.setitem(kinds.KINDS, "note", Kind("note", sample.build, "accounts.User", NEWS))
    return lambda ada, number: sample.enqueue(ada, kind="note", subject=number)


def test_two_streams_each_can_be_stopped_and_one_click_stops_both(tips, news, ada, client):
    tips(2)
    news(ada, 10), news(ada, 11)
    (mail,) = send()
    url = mail.extra_headers["List-Unsubscribe"].strip("<>")
    assert "/unsubscribe/news-optional/" in url
    assert "/unsubscribe/news/" in mail.body
    assert "/unsubscribe/optional/" in mail.body
    path = url.partition("8000")[2]
    for _twice in range(2):
        client.post(path, {"List-Unsubscribe": "One-Click"})
    muted = preferences.muted_streams(ada, TUESDAY_NOON + HOUR)
    assert set(muted) == {"news", "optional"}


def test_a_token_for_one_stream_does_not_stop_another(tips, ada, client):
    tips(1)
    (mail,) = send()
    token = mail.extra_headers["List-Unsubscribe"].strip("<>").rstrip("/").rpartition("/")[2]
    for name in ("news", "news-optional", "optional-essential", "optional-"):
        url = reverse("notifications:unsubscribe", args=[name, token])
        client.post(url, {"List-Unsubscribe": "One-Click"})
    assert preferences.muted_streams(ada, TUESDAY_NOON + HOUR) == {}


def test_a_muted_stream_is_left_out(tips, news, ada):
    mine = tips(4)
    others = [news(ada, number) for number in (10, 11)]
    preferences.mute(ada, "news", at=TUESDAY_NOON)
    send()
    assert states(mine) == {"sent"}
    assert {fresh(row).reason for row in others} == {"turned-off"}


def test_words_are_told_where_there_is_no_link(sample, ada):
    sample.answer = Email(context={"word": "the whole message"})
    for number in range(4):
        sample.enqueue(ada, kind="tip", subject=number)
    (mail,) = send()
    assert mail.body.count("the whole message") >= 4
    assert mail.body.count("\n-- ") == 1  # one signature


def test_a_line_that_looks_like_a_signature_cuts_nothing(sample, ada):
    sample.answer = Email(context={"word": "first\n-- Cleo\n-- \nlast words"})
    for number in range(4):
        sample.enqueue(ada, kind="tip", subject=number)
    (mail,) = send()
    assert mail.body.count("last words") == 4


def test_a_kind_that_fails_is_tried_alone(tips, sample):
    found = tips(4)
    usual = sample.answer

    def answer(about, person):
        if about.pk == found[2].about_id and person:
            raise RuntimeError("broken")
        return usual(about, person)

    sample.answer = answer
    with pytest.raises(RuntimeError):  # of the one, when its own turn comes
        send()
    assert "sent" in states(found)


def test_essential_emails_and_other_people_are_not_merged(tips, sample, ada, ben):
    tips(3)
    sample.enqueue(ada, subject=30)
    sample.enqueue(ben, kind="tip", subject=31)
    assert len(send()) == 5


def test_if_the_mail_server_refuses_it_each_is_tried_alone(tips, monkeypatch):
    from notifications import dispatch
    from notifications.delivery import DeliveryResult, DeliveryStatus

    found = tips(4)
    refuse = DeliveryResult(DeliveryStatus.PERMANENT_FAILURE, 554, "5.7.1 no")
    with monkeypatch.context() as patched:
        patched.setattr(dispatch.MailConnection, "send", lambda *args: refuse)
        send()
    assert states(found) == {"failed"}
    assert rows().filter(kind=SEVERAL).count() == 1
    assert not MergedItem.system.exists()


def test_what_a_person_cancels_frees_what_is_inside(tips):
    found = tips(4)
    one = outbox.Notification.system.create(
        key="x", kind=SEVERAL, stream="optional", recipient=found[0].recipient, topic="x",
        about_type="accounts.user", about_id=found[0].recipient_id,
        due_at=TUESDAY_NOON, next_at=TUESDAY_NOON + HOUR,
    )  # fmt: skip
    merged_items.attach(found, one)
    assert send() == []
    rows().filter(pk=one.pk).update(state="cancelled", reason="by-committee", ended_at=TUESDAY_NOON)
    send()
    assert states(found) == {"sent"}


def test_nothing_is_put_into_one_that_is_on_hold(tips, ada):
    rows().create(
        key="x", kind=SEVERAL, stream="optional", recipient=ada, about_type="accounts.user",
        about_id=ada.pk, topic=outbox.topic_of(SEVERAL, about=ada, to=ada), state="held",
        reason="by-committee", due_at=TUESDAY_NOON, next_at=TUESDAY_NOON,
    )  # fmt: skip
    found = tips(4)
    assert len(send()) == 3
    assert not MergedItem.system.exists()
    assert sorted(fresh(row).state for row in found) == ["pending", "sent", "sent", "sent"]


def test_an_unusual_volume_holds_the_things_and_not_what_tells_them(tips, ada, monkeypatch):
    monkeypatch.setattr(volume_limit, "MIN_LIMIT", 4)
    monkeypatch.setattr(volume_limit, "PER_ACCOUNT", 0)
    found = tips(4)
    one = rows().create(
        key="x", kind=SEVERAL, stream="optional", recipient=ada, about_type="accounts.user",
        about_id=ada.pk, topic="x", created_at=TUESDAY_NOON, due_at=TUESDAY_NOON,
        next_at=TUESDAY_NOON,
    )  # fmt: skip
    assert volume_limit.hold_above_limit(TUESDAY_NOON) == 0
    found += tips(1, first=10)
    assert volume_limit.hold_above_limit(TUESDAY_NOON) == 5
    assert states(found) == {"held"}
    assert fresh(one).state == "pending"


@pytest.fixture
def short_text(monkeypatch, sample):
    short = Kind("note", sample.build, "accounts.User", LEARNING)
    monkeypatch.setitem(kinds.KINDS, "note", short)
    return lambda ada, number: sample.enqueue(ada, kind="note", subject=number)


def test_a_short_text_counts_towards_the_limit_and_is_not_merged(tips, short_text, ada, clock):
    short_text(ada, 50)
    assert len(send()) == 1
    tips(2)
    assert len(send()) == 2
    (waits,), text = tips(1, first=10), short_text(ada, 51)
    assert send() == []
    assert states([waits, text]) == {"pending"}
    slot = TUESDAY_NOON + WEEK
    assert {fresh(row).next_at for row in (waits, text)} == {slot}
    clock.move_to(slot)
    assert len(send(slot)) == 2
    assert not MergedItem.system.exists()


def test_the_cost_grows_only_by_what_each_thing_asks(tips, django_assert_max_num_queries):
    tips(6)
    with django_assert_max_num_queries(90):
        deliver_due_emails(TUESDAY_NOON, delivery_rules=True, reconcile=False)


def test_it_is_whole_in_french(tips, ada):
    type(ada).objects.filter(pk=ada.pk).update(language="fr")
    tips(4)
    (mail,) = send()
    assert mail.subject == "4 messages en un seul courriel"
    for broken in ("None", "{", "}", "%(", "\n\n\n"):
        assert broken not in mail.body
