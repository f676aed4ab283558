"""A restored or copied database sends nothing until a person has released it."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from notifications import reconcilers, restore_guard
from notifications.dispatch import send_due_emails
from notifications.models import Notification, OutboxState
from notifications.outbox_health import report

from .conftest import TUESDAY_NOON, fresh, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("epoch_file", "no_reconcilers")]
State = Notification.State


@pytest.fixture
def no_reconcilers(monkeypatch):
    monkeypatch.setattr(reconcilers, "RECONCILERS", {})


def blocked():
    return OutboxState.objects.get().blocked_reason


def test_a_new_installation_starts_sending_by_itself(sample, ada, epoch_file):
    sample.enqueue(ada)
    assert send_due_emails(TUESDAY_NOON) == 1
    assert (blocked(), OutboxState.objects.get().epoch, epoch_file.read_text()) == ("", 1, "1")


def test_every_run_is_counted_in_the_database_and_in_the_file(epoch_file):
    for _ in range(3):
        send_due_emails(TUESDAY_NOON)
    assert (OutboxState.objects.get().epoch, epoch_file.read_text()) == (3, "3")


def test_a_restored_database_is_behind_its_file_and_sends_nothing(sample, ada, mailoutbox):
    for _ in range(3):
        send_due_emails(TUESDAY_NOON)
    OutboxState.objects.update(epoch=1)
    sample.enqueue(ada)
    assert (send_due_emails(TUESDAY_NOON), mailoutbox) == (0, [])
    assert blocked() == restore_guard.OLDER


def test_a_database_restored_on_a_new_machine_sends_nothing(sample, ada, epoch_file, mailoutbox):
    send_due_emails(TUESDAY_NOON)
    epoch_file.unlink()
    sample.enqueue(ada)
    assert (send_due_emails(TUESDAY_NOON), mailoutbox) == (0, [])
    assert blocked() == restore_guard.UNKNOWN_MACHINE
    call_command("post_restore")
    assert [row.state for row in rows()] == [State.HELD]
    assert (blocked(), epoch_file.read_text()) == ("", "1")


def test_a_copied_database_sends_nothing_elsewhere(sample, ada, mailoutbox, settings):
    send_due_emails(TUESDAY_NOON)
    settings.INSTANCE_ID = "staging"
    sample.enqueue(ada)
    assert (send_due_emails(TUESDAY_NOON), mailoutbox) == (0, [])
    assert blocked() == restore_guard.FOREIGN


def test_a_dump_with_a_blank_id_sends_nothing(sample, ada, mailoutbox):
    send_due_emails(TUESDAY_NOON)
    OutboxState.objects.update(instance_id="")
    sample.enqueue(ada)
    assert (send_due_emails(TUESDAY_NOON), mailoutbox) == (0, [])


def test_an_unreadable_epoch_file_blocks_the_outbox(epoch_file):
    send_due_emails(TUESDAY_NOON)
    epoch_file.write_text("what?")
    send_due_emails(TUESDAY_NOON)
    assert blocked() == restore_guard.EPOCH_UNREADABLE


def test_an_epoch_file_that_cannot_be_written_blocks_the_outbox(
    sample, ada, epoch_file, mailoutbox, settings
):
    settings.OUTBOX_EPOCH_FILE = epoch_file / "no" / "such" / "folder"
    sample.enqueue(ada)
    assert (send_due_emails(TUESDAY_NOON), mailoutbox, blocked()) == (
        0,
        [],
        restore_guard.EPOCH_UNWRITABLE,
    )
    settings.OUTBOX_EPOCH_FILE = epoch_file
    assert (send_due_emails(TUESDAY_NOON), blocked()) == (1, "")


def test_a_blocked_outbox_is_reported():
    send_due_emails(TUESDAY_NOON)
    OutboxState.objects.update(instance_id="other")
    send_due_emails(TUESDAY_NOON)
    found = report(TUESDAY_NOON)
    assert not found["healthy"]
    assert found["problems"] == ["this database belongs to another installation; run post_restore"]


def test_after_a_restore_what_is_due_is_held_and_later_emails_are_not(
    sample, ada, mailoutbox, capsys
):
    due, later = (
        sample.enqueue(ada, at=TUESDAY_NOON),
        sample.enqueue(ada, subject=2, due_at=TUESDAY_NOON + timedelta(days=9999)),
    )
    OutboxState.objects.create(instance_id="", epoch=1)
    restore_guard.write_epoch(9)
    for _ in range(2):
        call_command("post_restore")
    assert (fresh(due).state, fresh(due).reason, fresh(later).state) == (
        State.HELD,
        restore_guard.RESTORED,
        State.PENDING,
    )
    assert send_due_emails(TUESDAY_NOON) == 0
    assert (mailoutbox, blocked(), OutboxState.objects.get().epoch) == ([], "", 10)
    assert "1 e-mails are on hold" in capsys.readouterr().out


def test_an_email_being_sent_in_the_backup_is_held(sample, ada):
    from notifications.leases import claim

    row = sample.enqueue(ada)
    claim(TUESDAY_NOON)
    call_command("post_restore")
    assert fresh(row).state == State.HELD


def test_an_email_being_sent_in_the_backup_is_cancelled_for_a_newer_one(sample, ada):
    from notifications.leases import claim

    row = sample.enqueue(ada)
    claim(TUESDAY_NOON)
    newer = sample.enqueue(ada, ordinal=2)
    call_command("post_restore")
    assert (fresh(row).state, fresh(newer).state) == (State.CANCELLED, State.HELD)


def test_emails_enqueued_by_reconcilers_after_a_restore_are_held(sample, ada):
    reconcilers.reconciler(lambda at: sample.enqueue(ada, at=at))
    call_command("post_restore")
    assert rows().get().state == State.HELD


def test_a_failing_restore_step_keeps_the_outbox_blocked(sample, ada, monkeypatch):
    def forget_again():
        raise RuntimeError("no list of erased people")

    monkeypatch.setattr(restore_guard, "RESTORE_STEPS", [forget_again])
    OutboxState.objects.create(instance_id="")
    row = sample.enqueue(ada)
    with pytest.raises(CommandError, match="forget_again"):
        call_command("post_restore")
    assert send_due_emails(TUESDAY_NOON) == 0
    assert (fresh(row).state, OutboxState.objects.get().instance_id) == (State.PENDING, "")


def test_release_held_releases_what_was_held(sample, ada, capsys):
    row = sample.enqueue(ada)
    call_command("post_restore")
    call_command("release_held")
    assert "1 note (the database was restored)" in " ".join(capsys.readouterr().out.split())
    assert fresh(row).state == State.HELD
    call_command("release_held", kind="note")
    assert fresh(row).state == State.PENDING
    call_command("release_held", all=True)
    assert send_due_emails(fresh(row).next_at) in (0, 1)  # by day it leaves, by night it waits


def test_release_held_can_cancel_instead(sample, ada):
    row = sample.enqueue(ada)
    call_command("post_restore")
    call_command("release_held", all=True, cancel=True)
    assert (fresh(row).state, fresh(row).reason) == (State.CANCELLED, restore_guard.RESTORED)
