"""Of many processes one wins, on every database; a row is free again when its lease is over."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from notifications.leases import claim
from notifications.models import Notification
from notifications.testing import deliver_due_emails

from .conftest import TUESDAY_NOON, fresh, rows

pytestmark = pytest.mark.both_databases
State = Notification.State


def at_once(count, work):
    """Run `work` in `count` threads with connections of their own, all started at once."""
    gate, results, errors = threading.Barrier(count), [], []

    def run():
        try:
            gate.wait(10)
            results.append(work())
        except Exception as error:  # noqa: BLE001  (raised again below)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    return results


def let_the_lease_end(row):
    rows().filter(pk=row.pk).update(lease_until=Now() - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
def test_one_of_eight_processes_claims_an_email(sample, ada):
    sample.enqueue(ada)
    leases = at_once(8, lambda: claim(TUESDAY_NOON))
    assert len([lease for lease in leases if lease]) == 1
    assert rows().get().attempts == 1


@pytest.mark.django_db(transaction=True)
def test_four_processes_claim_forty_emails_once_each(sample, ada):
    for number in range(40):
        sample.enqueue(ada, subject=number)

    def take_all():
        taken = []
        while rows().due(TUESDAY_NOON).exists():
            lease = claim(TUESDAY_NOON)
            taken += [lease.row.pk] if lease else []
        return taken

    taken = [pk for some in at_once(4, take_all) for pk in some]
    assert sorted(taken) == sorted(rows().values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_three_dispatchers_send_every_email_once(sample, ada, server):
    from notifications.dispatch import Dispatcher

    for number in range(30):
        sample.enqueue(ada, subject=number)
    at_once(3, lambda: Dispatcher(clock=lambda: TUESDAY_NOON, applies_delivery_rules=False).run())
    assert set(server.copies().values()) == {1}
    assert len(server.messages) == 30
    assert set(rows().values_list("state", flat=True)) == {State.SENT}


@pytest.mark.django_db(transaction=True)
def test_enqueueing_the_same_email_eight_times_at_once_makes_one_row(sample, ada):
    at_once(8, lambda: sample.enqueue(ada))
    assert rows().count() == 1


@pytest.mark.django_db
def test_a_claimed_email_is_not_claimed_again(sample, ada):
    sample.enqueue(ada)
    assert claim(TUESDAY_NOON)
    assert claim(TUESDAY_NOON + timedelta(days=1)) is None


@pytest.mark.django_db
def test_an_expired_lease_frees_the_email_and_counts_as_unknown(sample, ada):
    row = sample.enqueue(ada)
    claim(TUESDAY_NOON)
    let_the_lease_end(row)
    lease = claim(TUESDAY_NOON)
    assert (lease.row.attempts, lease.row.unknown_outcomes) == (2, 1)


@pytest.mark.django_db
def test_a_process_that_lost_its_lease_writes_nothing(sample, ada):
    row = sample.enqueue(ada)
    slow = claim(TUESDAY_NOON)
    let_the_lease_end(row)
    quick = claim(TUESDAY_NOON)
    assert slow.record(State.FAILED, reason="late", ended_at=TUESDAY_NOON) is False
    assert quick.record(State.SENT, sent_at=TUESDAY_NOON, ended_at=TUESDAY_NOON) is True
    assert fresh(row).state == State.SENT


@pytest.mark.django_db
def test_every_copy_carries_the_same_message_id(sample, ada):
    row = sample.enqueue(ada)
    first = claim(TUESDAY_NOON).row.message_id
    let_the_lease_end(row)
    assert claim(TUESDAY_NOON).row.message_id == first
    assert first.startswith(f"<n{row.pk}.")


@pytest.mark.django_db
def test_an_email_whose_process_dies_four_times_fails(sample, ada):
    row = sample.enqueue(ada)
    for _ in range(4):
        claim(TUESDAY_NOON)
        let_the_lease_end(row)
    assert deliver_due_emails(TUESDAY_NOON) == []
    assert (fresh(row).state, fresh(row).reason) == (State.FAILED, "outcome-unknown")


@pytest.mark.django_db(transaction=True)
def test_recording_is_retried_until_the_database_confirms(sample, ada, monkeypatch):
    from django.db import OperationalError
    from django.db.models import QuerySet

    row = sample.enqueue(ada)
    lease = claim(TUESDAY_NOON)
    update, failures = QuerySet.update, iter([OperationalError("gone"), OperationalError("gone")])

    def broken_twice(self, **changes):
        for failure in failures:
            raise failure
        return update(self, **changes)

    monkeypatch.setattr(QuerySet, "update", broken_twice)
    assert lease.record(State.SENT, sent_at=TUESDAY_NOON, ended_at=TUESDAY_NOON) is True
    assert fresh(row).state == State.SENT


@pytest.mark.django_db(transaction=True)
def test_after_the_lease_nothing_is_recorded(sample, ada, monkeypatch, settings):
    from django.db import OperationalError
    from django.db.models import QuerySet

    settings.OUTBOX_LEASE_SECONDS = 0.2
    row = sample.enqueue(ada)
    lease = claim(TUESDAY_NOON)

    def always_broken(self, **changes):
        raise OperationalError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(QuerySet, "update", always_broken)
        with pytest.raises(OperationalError):
            lease.record(State.SENT, sent_at=TUESDAY_NOON, ended_at=TUESDAY_NOON)
    assert fresh(row).state == State.SENDING


@pytest.mark.django_db
def test_nothing_is_started_in_the_second_half_of_a_lease(sample, ada, monkeypatch):
    from notifications import dispatch

    row = sample.enqueue(ada)
    monkeypatch.setattr("notifications.leases.Lease.may_start", lambda self: False)
    assert deliver_due_emails(TUESDAY_NOON) == []
    assert (fresh(row).state, fresh(row).error) == (State.PENDING, "slow-rendering")
    assert fresh(row).next_at > TUESDAY_NOON
    assert dispatch.MAX_ATTEMPTS == 8
