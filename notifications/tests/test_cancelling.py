"""An e-mail that is no longer wanted is cancelled when it is about to be sent, with a reason."""

from datetime import timedelta

import pytest

from notifications import preferences
from notifications.dispatch import Dispatcher, expire_old
from notifications.kinds import KINDS, Cancel, Email
from notifications.models import Notification
from notifications.testing import deliver_due_emails

from .conftest import TUESDAY_NOON, fresh, rows

pytestmark = pytest.mark.django_db
State = Notification.State


def end_of(row):
    return fresh(row).state, fresh(row).reason


def test_an_email_that_is_no_longer_wanted_is_cancelled(sample, ada):
    row = sample.enqueue(ada)
    sample.answer = Cancel("answered")
    assert deliver_due_emails(TUESDAY_NOON) == []
    assert end_of(row) == (State.CANCELLED, "answered")


def test_the_kind_is_asked_when_sending_and_not_when_enqueueing(sample, ada):
    sample.enqueue(ada)
    assert sample.asked == []
    deliver_due_emails(TUESDAY_NOON)
    assert sample.asked == [ada]


def test_a_closed_account_gets_nothing(sample, ada):
    row = sample.enqueue(ada)
    type(ada).objects.filter(pk=ada.pk).update(is_active=False)
    assert deliver_due_emails(TUESDAY_NOON) == []
    assert end_of(row) == (State.CANCELLED, "account-closed")


def test_an_email_about_a_deleted_record_is_cancelled(sample, ada):
    row = sample.enqueue(ada)
    rows().update(about_id=0)
    assert deliver_due_emails(TUESDAY_NOON) == []
    assert end_of(row) == (State.CANCELLED, "record-deleted")


def test_a_muted_stream_is_cancelled_and_essential_emails_are_sent(sample, ada):
    tip, note = sample.enqueue(ada, kind="tip"), sample.enqueue(ada, kind="note")
    preferences.mute(ada, "optional", at=TUESDAY_NOON)
    assert [mail.subject for mail in deliver_due_emails(TUESDAY_NOON)] == ["A note for Ada"]
    assert end_of(tip) == (State.CANCELLED, "turned-off")
    assert fresh(note).state == State.SENT


def test_a_pause_ends_by_itself(sample, ada):
    preferences.pause(ada, at=TUESDAY_NOON)
    during, after = TUESDAY_NOON + timedelta(days=29), TUESDAY_NOON + timedelta(days=30)
    sample.enqueue(ada, kind="tip", subject=1, due_at=during)
    sample.enqueue(ada, kind="tip", subject=2, due_at=after)
    assert deliver_due_emails(during) == []
    assert len(deliver_due_emails(after)) == 1


def test_an_email_that_has_expired_is_not_sent(sample, ada):
    row = sample.enqueue(ada, expires_at=TUESDAY_NOON + timedelta(hours=1))
    assert deliver_due_emails(TUESDAY_NOON + timedelta(hours=1)) == []
    assert end_of(row) == (State.EXPIRED, "expired")


def test_an_email_that_expires_during_the_run_is_not_sent(sample, ada, mailoutbox):
    row = sample.enqueue(ada, expires_at=TUESDAY_NOON + timedelta(hours=1))
    late = TUESDAY_NOON + timedelta(hours=2)
    Dispatcher(clock=lambda: late).run()
    assert (end_of(row), mailoutbox) == ((State.EXPIRED, "expired"), [])


def test_held_emails_expire_and_keep_their_reason(sample, ada, cleo):
    row = sample.enqueue(ada, expires_at=TUESDAY_NOON + timedelta(hours=1))
    row.hold(by=cleo, why="a question")
    assert expire_old(TUESDAY_NOON + timedelta(hours=1)) == 1
    assert end_of(row) == (State.EXPIRED, "a question")


def test_the_kind_sets_when_an_email_expires(sample, ada, monkeypatch):
    from dataclasses import replace

    monkeypatch.setitem(KINDS, "note", replace(KINDS["note"], expires_after=timedelta(days=2)))
    assert sample.enqueue(ada).expires_at == TUESDAY_NOON + timedelta(days=2)


def test_an_email_that_cannot_be_rendered_waits_and_the_others_are_sent(sample, ada, ben):
    def only_for_ben(about, person):
        if person == ada:
            raise KeyError("a bug")
        return Email(context={"word": "hello"})

    sample.answer = only_for_ben
    broken = sample.enqueue(ada)
    sample.enqueue(ben)
    Dispatcher(clock=lambda: TUESDAY_NOON, applies_delivery_rules=False).run()
    assert fresh(broken).error == "cannot-render KeyError"
    assert list(rows().filter(state=State.SENT).values_list("recipient", flat=True)) == [ben.pk]


def test_an_email_of_a_removed_kind_fails_after_several_attempts(sample, ada):
    row = sample.enqueue(ada)
    rows().update(kind="removed")
    now = TUESDAY_NOON
    for _ in range(9):
        Dispatcher(clock=lambda: now, applies_delivery_rules=False).run()  # noqa: B023  # called in this turn
        now += timedelta(days=1)
    assert end_of(row) == (State.FAILED, "attempts-failed")
    assert fresh(row).error == "cannot-render UnknownKind"


def test_emails_that_cannot_be_rendered_do_not_stop_the_others(sample, ada):
    def poison_every_tenth(about, person):
        if len(sample.asked) % 10 == 0:
            raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "lone")
        return Email(context={"word": "hello"})

    sample.answer = poison_every_tenth
    for number in range(30):
        sample.enqueue(ada, subject=number)
    Dispatcher(clock=lambda: TUESDAY_NOON, applies_delivery_rules=False).run()
    counts = {state: rows().filter(state=state).count() for state in (State.SENT, State.PENDING)}
    assert counts == {State.SENT: 27, State.PENDING: 3}
