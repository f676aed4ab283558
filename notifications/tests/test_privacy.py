"""Exporting and erasing a person's e-mails, and deleting old account e-mails."""

from datetime import timedelta

import pytest

from notifications import preferences, privacy
from notifications.models import MutedStream, Notification
from notifications.testing import deliver_due_emails

from .conftest import TUESDAY_NOON, enqueue_code, fresh, rows

pytestmark = pytest.mark.django_db
State = Notification.State


def test_the_export_lists_what_was_sent_and_when(sample, ada, ben):
    sample.enqueue(ada)
    sample.enqueue(ben)
    preferences.mute(ada, "digest", at=TUESDAY_NOON)
    deliver_due_emails(TUESDAY_NOON)
    found = privacy.export_emails(ada)
    assert [(email["kind"], email["sent_at"]) for email in found["emails"]] == [
        ("note", TUESDAY_NOON)
    ]
    assert [row["stream"] for row in found["muted_streams"]] == ["digest"]


def test_erasing_a_person_cancels_their_emails_and_deletes_addresses(sample, ada, ben):
    waiting, other = sample.enqueue(ada), sample.enqueue(ben)
    preferences.mute(ada, "digest", at=TUESDAY_NOON)
    for _ in range(2):
        privacy.erase_emails(ada)
    assert (fresh(waiting).state, fresh(other).state) == (State.CANCELLED, State.PENDING)
    assert not MutedStream.objects.filter(person=ada).exists()


def test_erasing_a_person_deletes_a_waiting_code(ada):
    row = enqueue_code(ada)
    privacy.erase_emails(ada)
    assert (fresh(row).state, fresh(row).body, fresh(row).address) == (State.CANCELLED, None, None)


def test_old_account_emails_are_deleted_and_other_rows_are_kept(sample, ada):
    enqueue_code(ada)
    note = sample.enqueue(ada)
    deliver_due_emails(TUESDAY_NOON)
    assert privacy.purge_account_emails(TUESDAY_NOON + timedelta(days=89)) == 0
    assert privacy.purge_account_emails(TUESDAY_NOON + timedelta(days=91)) == 1
    sample.enqueue(ada)
    assert [row.pk for row in rows()] == [note.pk]
    assert deliver_due_emails(TUESDAY_NOON + timedelta(days=91)) == []
