"""The mail server's reply decides whether an e-mail is sent, retried, failed or unknown."""

from datetime import timedelta
from typing import ClassVar

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from notifications.dispatch import Dispatcher
from notifications.kinds import Email
from notifications.models import Notification, OutboxState
from testkit import smtp

from .conftest import TUESDAY_NOON, fresh, rows

pytestmark = pytest.mark.django_db
State = Notification.State


@pytest.fixture
def outbox_state(db):
    return OutboxState.objects.create()


def deliver(at=TUESDAY_NOON):
    return Dispatcher(clock=lambda: at, applies_delivery_rules=False, is_strict=True).run()


def test_an_accepted_email_is_sent_and_the_reply_code_is_kept(sample, ada, server):
    row = sample.enqueue(ada)
    assert deliver() == 1
    assert (fresh(row).state, fresh(row).smtp_code) == (State.SENT, 250)
    assert [message.to for message in server.messages] == [ada.email]


def test_a_connection_is_used_for_fifty_emails(sample, ada, server):
    for number in range(51):
        sample.enqueue(ada, subject=number)
    assert deliver() == 51
    assert [message.connection for message in server.messages] == [1] * 50 + [2]


def test_a_temporary_failure_is_retried_with_growing_pauses(sample, ada, server):
    row, at = sample.enqueue(ada), TUESDAY_NOON
    server.script = ["450"] * 5
    waits = []
    for _ in range(5):
        deliver(at)
        waits.append((fresh(row).next_at - at) / timedelta(minutes=1))
        at = fresh(row).next_at
    for wait, minutes in zip(waits, (1, 5, 15, 60, 240), strict=True):
        assert 0.8 * minutes <= wait <= 1.2 * minutes
    assert deliver(at) == 1


def test_an_email_fails_after_eight_attempts(sample, ada, server):
    row, at = sample.enqueue(ada), TUESDAY_NOON
    server.script = ["450"] * 20
    for _ in range(12):
        deliver(at)
        at += timedelta(hours=6)
    assert (fresh(row).state, fresh(row).reason) == (State.FAILED, "attempts-failed")
    assert len(server.script) == 12


@pytest.mark.parametrize("answer", ["550", "rcpt550"])
def test_a_rejected_email_fails_at_once_and_the_error_holds_no_address(
    sample, ada, ben, server, answer
):
    row = sample.enqueue(ada)
    sample.enqueue(ben)
    server.script = [answer]
    assert deliver() == 1
    failed = fresh(row)
    assert (failed.state, failed.smtp_code, failed.reason) == (
        State.FAILED,
        550,
        "rejected",
    )
    assert ada.email not in failed.error


def test_a_connection_that_breaks_before_the_end_of_data_makes_no_copy(sample, ada, server):
    large = (
        "plan.txt",
        "a line of seventy characters or so, many times over\n" * 80_000,
        "text/plain",
    )
    sample.answer = Email(
        context={"word": "hello"}, attachments=[large]
    )  # more than the network takes unread
    row = sample.enqueue(ada)
    server.script = ["close-before-dot"]
    assert deliver() == 0
    assert (fresh(row).state, fresh(row).unknown_outcomes) == (State.PENDING, 0)
    deliver(fresh(row).next_at)
    assert server.copies() == {fresh(row).message_id: 1}


def test_a_lost_reply_is_unknown_and_is_retried_four_times_at_most(
    sample, ada, server, outbox_state
):
    row, at = sample.enqueue(ada), TUESDAY_NOON
    server.script = ["close-after-dot"] * 10
    for _ in range(8):
        deliver(at)
        at += timedelta(hours=6)
    assert (fresh(row).state, fresh(row).reason) == (State.FAILED, "outcome-unknown")
    assert server.copies() == {fresh(row).message_id: 4}


def test_five_lost_replies_in_a_row_pause_sending_for_15_minutes(sample, ada, server, outbox_state):
    for number in range(9):
        sample.enqueue(ada, subject=number)
    server.script = ["close-after-dot"] * 9
    deliver()
    assert len(server.messages) == 5
    outbox_state.refresh_from_db()
    assert outbox_state.paused_until == TUESDAY_NOON + timedelta(minutes=15)
    assert deliver(TUESDAY_NOON + timedelta(minutes=14)) == 0
    server.script = []
    assert deliver(TUESDAY_NOON + timedelta(minutes=15)) > 0


def test_a_reply_resets_the_count_of_lost_replies(sample, ada, server, outbox_state):
    for number in range(9):
        sample.enqueue(ada, subject=number)
    server.script = ["close-after-dot"] * 4 + [""] + ["close-after-dot"] * 4
    deliver()
    outbox_state.refresh_from_db()
    assert (len(server.messages), outbox_state.paused_until, outbox_state.lost_replies) == (
        9,
        None,
        4,
    )


def test_a_server_that_never_replies_costs_only_the_time_of_one_email(
    sample, ada, server, settings
):
    settings.OUTBOX_LEASE_SECONDS = 2
    row = sample.enqueue(ada)
    server.script = ["slow"]
    assert deliver() == 0
    assert (fresh(row).state, fresh(row).unknown_outcomes) == (State.PENDING, 1)


def test_an_unavailable_server_costs_no_attempt_and_pauses_sending(
    sample, ada, ben, server, settings, outbox_state
):
    row, other = sample.enqueue(ada), sample.enqueue(ben)
    smtp.use(settings, 1)
    for minutes in range(0, 600, 60):
        deliver(TUESDAY_NOON + timedelta(minutes=minutes))
    assert [(fresh(each).state, fresh(each).attempts) for each in (row, other)] == [
        (State.PENDING, 0)
    ] * 2
    outbox_state.refresh_from_db()
    assert outbox_state.pause_reason == "no-mail-server"
    smtp.use(settings, server.port)
    assert deliver(TUESDAY_NOON + timedelta(days=1)) == 2
    outbox_state.refresh_from_db()
    assert outbox_state.failed_connections == 0


def test_an_idle_connection_closed_by_the_server_is_reopened(sample, ada, ben, server):
    first, second = sample.enqueue(ada), sample.enqueue(ben)
    server.script = ["", "421"]
    deliver()
    assert fresh(first).state == State.SENT
    assert (fresh(second).state, fresh(second).smtp_code) == (State.PENDING, 421)
    assert deliver(fresh(second).next_at) == 1


def test_no_transaction_is_open_while_an_email_is_sent(sample, ada, server, monkeypatch):
    from django.db import connection

    from notifications.delivery import MailConnection

    sample.enqueue(ada)
    seen, send, outside = [], MailConnection.send, len(connection.savepoint_ids)
    monkeypatch.setattr(
        MailConnection,
        "send",
        lambda *args: (seen.append(len(connection.savepoint_ids)), send(*args))[1],
    )
    deliver()
    assert seen == [outside]


def test_dots_and_long_texts_arrive_unchanged(sample, ada, server):
    word = "\n.\n..\n.hidden\n" + "ü" * 2000
    sample.answer = Email(context={"word": word})
    sample.enqueue(ada)
    deliver()
    text = (
        server.messages[0]
        .message.get_payload()[0]
        .get_payload(decode=True)
        .decode()
        .replace("\r\n", "\n")
    )
    assert "\n.\n..\n.hidden\n" + "ü" * 2000 in text


def test_an_invalid_address_does_not_stop_the_other_emails(sample, ada, ben, server):
    rows().filter(pk=sample.enqueue(ada).pk).update(address="not\nan address@example.org")
    sample.enqueue(ben)
    Dispatcher(clock=lambda: TUESDAY_NOON, applies_delivery_rules=False).run()
    assert [message.to for message in server.messages] == [ben.email]
    assert rows().get(recipient=ada).error.startswith("cannot-render")


class ProviderBackend(BaseEmailBackend):
    """A backend that sends through a provider's API, and raises its own errors."""

    answers: ClassVar[list[int | Exception]] = []
    taken: ClassVar[list[EmailMessage]] = []

    def send_messages(self, email_messages):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        self.taken.extend(email_messages[:answer])
        return answer


def test_another_backend_is_retried_until_it_accepts_the_email(sample, ada, settings, monkeypatch):
    smtp.use_backend(settings, f"{__name__}.ProviderBackend")
    answers: list[int | Exception] = [RuntimeError("no such key"), TimeoutError(), 0, 1]
    monkeypatch.setattr(ProviderBackend, "answers", answers)
    row, at, errors = sample.enqueue(ada), TUESDAY_NOON, []
    for _ in range(3):
        assert deliver(at) == 0
        errors.append(fresh(row).error)
        at = fresh(row).next_at
    assert errors == [
        "temporary-failure RuntimeError",
        "temporary-failure TimeoutError",
        "temporary-failure not accepted",
    ]
    assert deliver(at) == 1
    assert (fresh(row).state, fresh(row).attempts) == (State.SENT, 4)
    assert [message.to for message in ProviderBackend.taken] == [[ada.email]]


def test_the_test_server_counts_what_it_accepted(server):
    assert isinstance(server, smtp.Sink)
    assert not rows().exists()
    assert server.copies() == {}


def test_a_pause_that_a_clock_ahead_has_set_holds_nothing_back(sample, ada, server, outbox_state):
    ahead = TUESDAY_NOON + timedelta(days=1)
    OutboxState.objects.update(paused_until=ahead, pause_reason="no-mail-server")
    outbox_state.refresh_from_db()
    assert not outbox_state.is_paused(TUESDAY_NOON)
    assert outbox_state.is_paused(ahead - timedelta(minutes=1))
    sample.enqueue(ada)
    assert deliver() == 1
