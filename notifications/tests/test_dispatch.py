"""A whole run: reconcilers, heartbeat, health, commands and the volume limit."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from notifications import outbox, reasons, reconcilers, volume_limit
from notifications.dispatch import Dispatcher, send_due_emails, stop_requested
from notifications.models import Notification, OutboxState
from notifications.outbox_health import report
from notifications.tasks import send_due_emails as send_due_emails_task
from notifications.tasks import stop_after_current_email

from .conftest import TUESDAY_NOON, fresh, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("epoch_file")]
State = Notification.State


@pytest.fixture(autouse=True)
def reconciled(monkeypatch):
    """Only the reconcilers of the test; the list of when they ran."""
    ran = []
    monkeypatch.setattr(reconcilers, "RECONCILERS", {"test": ran.append})
    return ran


@pytest.fixture
def reset_stop_request():
    yield
    stop_requested.clear()


def test_a_reconciler_runs_once_a_turn_at_its_own_second(reconciled):
    begin = TUESDAY_NOON + timedelta(seconds=reconcilers.second_of("test"))
    for seconds in (0, 5, 60, 119, 120, 121):
        send_due_emails(begin + timedelta(seconds=seconds))
    assert reconciled == [begin, begin + timedelta(seconds=120)]


def test_each_reconciler_runs_in_every_turn_and_they_are_spread(monkeypatch):
    ran = []
    every = {f"r{number}": partial(_note, ran, number) for number in range(24)}
    monkeypatch.setattr(reconcilers, "RECONCILERS", every)
    send_due_emails(TUESDAY_NOON)
    assert sorted(ran) == list(range(24))  # nothing is known of an earlier run
    ran.clear()
    most = 0
    for seconds in range(5, 121, 5):
        before = len(ran)
        send_due_emails(TUESDAY_NOON + timedelta(seconds=seconds))
        most = max(most, len(ran) - before)
    assert sorted(ran) == list(range(24))
    assert most == 1


def _note(ran, number, at):
    ran.append(number)


@pytest.mark.parametrize("seconds", [120, 121, 3600])
def test_after_a_stop_every_reconciler_is_due(seconds):
    later = TUESDAY_NOON + timedelta(seconds=seconds)
    assert reconcilers.due_reconcilers(TUESDAY_NOON, later) == ["test"]


def test_none_is_due_again_where_another_machine_has_a_later_time(reconciled):
    send_due_emails(TUESDAY_NOON)
    for seconds in (2, 119):
        assert not reconcilers.reconcile_due(TUESDAY_NOON - timedelta(seconds=seconds))
    assert len(reconciled) == 1


def test_one_of_two_workers_runs_what_is_due(monkeypatch, reconciled):
    """The other one, which has read the time of the last run as well, does nothing."""
    send_due_emails(TUESDAY_NOON)
    later, due = TUESDAY_NOON + timedelta(minutes=2), reconcilers.due_reconcilers

    def due_while_another_runs(since, at):
        OutboxState.objects.update(reconciled_at=at)
        return due(since, at)

    monkeypatch.setattr(reconcilers, "due_reconcilers", due_while_another_runs)
    assert not reconcilers.reconcile_due(later)
    assert len(reconciled) == 1


def test_a_failing_reconciler_is_named_until_it_runs_without_an_error(reconciled):
    def broken(at):
        raise ValueError("a bug")

    reconcilers.RECONCILERS = {"broken": broken, "test": reconciled.append}
    send_due_emails(TUESDAY_NOON)
    second = {name: reconcilers.second_of(name) for name in reconcilers.RECONCILERS}
    assert second["broken"] != second["test"]
    turn = TUESDAY_NOON + timedelta(minutes=6)
    OutboxState.objects.update(reconciled_at=turn + timedelta(seconds=second["test"] - 1))
    send_due_emails(turn + timedelta(seconds=second["test"]))  # only this one
    assert len(reconciled) == 2
    assert OutboxState.objects.get().failing_reconcilers == ["broken"]
    reconcilers.RECONCILERS["broken"] = reconciled.append
    send_due_emails(turn + timedelta(minutes=2))
    assert OutboxState.objects.get().failing_reconcilers == []


def test_a_clock_set_back_does_not_stop_the_reconcilers(reconciled):
    send_due_emails(TUESDAY_NOON + timedelta(days=1))
    send_due_emails(TUESDAY_NOON)
    assert len(reconciled) == 2


def test_a_failing_reconciler_stops_neither_the_others_nor_the_emails(sample, ada, reconciled):
    def broken(at):
        raise ValueError("a bug")

    reconcilers.RECONCILERS = {"broken": broken, **reconcilers.RECONCILERS}
    sample.enqueue(ada)
    assert send_due_emails(TUESDAY_NOON) == 1
    assert reconciled == [TUESDAY_NOON]
    assert report(TUESDAY_NOON)["problems"] == ["reminders cannot be scheduled: broken"]


def test_registering_a_reconciler_twice_runs_it_once(reconciled):
    for _ in range(2):
        reconcilers.reconciler(reconciled.append)
    assert len(reconcilers.RECONCILERS) == 2


def test_a_run_is_healthy_and_records_a_heartbeat(sample, ada):
    sample.enqueue(ada)
    send_due_emails(TUESDAY_NOON)
    found = report(TUESDAY_NOON + timedelta(seconds=30))
    assert found == {
        "healthy": True,
        "problems": [],
        "late_minutes": 0,
        "last_run_seconds_ago": 30,
        "waiting": 0,
        "failed": 0,
        "held": 0,
    }


def test_no_recent_run_is_a_problem():
    assert report(TUESDAY_NOON)["problems"] == ["the process that sends e-mails has not run yet"]
    send_due_emails(TUESDAY_NOON)
    assert report(TUESDAY_NOON + timedelta(minutes=3))["problems"] == [
        "the process that sends e-mails has stopped"
    ]


def test_late_emails_are_a_problem_and_failed_ones_are_counted(sample, ada, ben):
    send_due_emails(TUESDAY_NOON)
    sample.enqueue(ada, at=TUESDAY_NOON - timedelta(minutes=40))
    failed = {"state": State.FAILED, "reason": "refused", "ended_at": TUESDAY_NOON}
    rows().filter(pk=sample.enqueue(ben).pk).update(**failed)
    found = report(TUESDAY_NOON)
    assert found["problems"] == ["the oldest e-mail that is due is 40 minutes late"]
    assert (found["late_minutes"], found["failed"]) == (40, 1)


def test_healthz_holds_no_personal_data(sample, ada):
    sample.enqueue(ada)
    response = Client().get("/healthz")
    assert response.status_code == 503
    assert ada.email not in response.content.decode()
    send_due_emails(timezone.now())
    assert Client().get("/healthz").status_code == 200


def test_check_outbox_exits_with_one_while_there_is_a_problem(capsys):
    with pytest.raises(
        CommandError, match="the process that sends e-mails has not run yet"
    ) as stopped:
        call_command("check_outbox")
    assert stopped.value.returncode == 1
    send_due_emails(timezone.now())
    call_command("check_outbox")
    assert "healthy" in capsys.readouterr().out


def test_the_task_and_the_command_send_what_is_due(ada, mailoutbox):
    outbox.enqueue("test-email", to=ada, about=ada, ordinal=1)
    send_due_emails_task()
    outbox.enqueue("test-email", to=ada, about=ada, ordinal=2)
    call_command("send_due_emails")
    assert len(mailoutbox) == 2


def test_test_emails_can_be_sent_repeatedly(ada, mailoutbox):
    for _ in range(2):
        call_command("send_test_email", ada.email.upper())
        call_command("send_due_emails")
    assert [mail.to for mail in mailoutbox] == [[ada.email]] * 2
    with pytest.raises(CommandError, match="no account"):
        call_command("send_test_email", "nobody@example.org")


@pytest.mark.usefixtures("reset_stop_request")
def test_a_restart_waits_for_one_email_only(sample, ada):
    for number in range(5):
        sample.enqueue(ada, subject=number)

    def stop_after_this_one(about, person):
        stop_after_current_email()
        return usual

    usual, sample.answer = sample.answer, stop_after_this_one
    assert Dispatcher(clock=lambda: TUESDAY_NOON, applies_delivery_rules=False).run() == 1
    assert rows().filter(state=State.PENDING).count() == 4


def test_an_unusual_volume_is_held_and_codes_are_sent(sample, ada, monkeypatch):
    monkeypatch.setattr(volume_limit, "MIN_LIMIT", 10)
    monkeypatch.setattr(volume_limit, "PER_ACCOUNT", 0)
    for number in range(11):
        sample.enqueue(ada, subject=number)
    outbox.enqueue_account_email(
        to=ada,
        address=ada.email,
        subject="code",
        text="1",
        html="1",
        expires_at=None,
        at=TUESDAY_NOON,
    )
    assert send_due_emails(TUESDAY_NOON) == 1
    assert rows().filter(state=State.HELD, reason=reasons.OVER_LIMIT).count() == 11
    assert report(TUESDAY_NOON)["held"] == 11


def test_released_emails_are_not_held_again(sample, ada, monkeypatch):
    monkeypatch.setattr(volume_limit, "MIN_LIMIT", 0)
    monkeypatch.setattr(volume_limit, "PER_ACCOUNT", 0)
    row = sample.enqueue(ada)
    assert volume_limit.hold_above_limit(TUESDAY_NOON) == 1
    outbox.release_held(at=TUESDAY_NOON)
    assert volume_limit.hold_above_limit(TUESDAY_NOON) == 0
    assert send_due_emails(TUESDAY_NOON) == 1
    assert fresh(row).state == State.SENT


def test_the_limit_follows_the_volume_of_the_last_weeks(sample, ada, monkeypatch):
    monkeypatch.setattr(volume_limit, "MIN_LIMIT", 0)
    for number in range(4):
        sample.enqueue(ada, subject=number, at=TUESDAY_NOON - timedelta(days=3))
    Dispatcher(clock=lambda: TUESDAY_NOON - timedelta(days=3), applies_delivery_rules=False).run()
    assert volume_limit.daily_limit(TUESDAY_NOON) == 12


def test_there_is_only_one_outbox_state():
    from django.db import IntegrityError, transaction

    OutboxState.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxState.objects.create(id=2)
