"""An e-mail is enqueued exactly when its transaction commits, and only once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from notifications import outbox
from notifications.kinds import UnknownKind
from notifications.models import Notification
from notifications.testing import deliver_due_emails

from .conftest import TUESDAY_NOON, fresh, rows

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
State = Notification.State


def test_enqueueing_twice_makes_one_row(sample, ada):
    first = sample.enqueue(ada)
    sample.enqueue(ada, at=TUESDAY_NOON + timedelta(days=1))
    assert rows().get().due_at == first.due_at


def test_reminders_differ_by_their_ordinal(sample, ada):
    for number in (1, 2, 2, 3):
        sample.enqueue(ada, ordinal=number)
    assert list(rows().order_by("ordinal").values_list("ordinal", flat=True)) == [1, 2, 3]
    assert [row.state for row in rows().order_by("ordinal")] == [
        State.CANCELLED,
        State.CANCELLED,
        State.PENDING,
    ]


def test_a_rollback_also_removes_the_email(sample, ada):
    with transaction.atomic():
        sample.enqueue(ada)
        assert rows().exists()
        transaction.set_rollback(True)
    assert not rows().exists()


def test_an_email_is_delivered_once(sample, ada):
    row = sample.enqueue(ada)
    assert [mail.to for mail in deliver_due_emails(TUESDAY_NOON)] == [[ada.email]]
    assert deliver_due_emails(TUESDAY_NOON) == []
    assert (fresh(row).state, fresh(row).sent_at) == (State.SENT, TUESDAY_NOON)


def test_nothing_is_sent_before_it_is_due(sample, ada):
    due = TUESDAY_NOON + timedelta(days=3)
    sample.enqueue(ada, due_at=due)
    assert deliver_due_emails(due - timedelta(seconds=1)) == []
    assert len(deliver_due_emails(due)) == 1


def test_an_unregistered_kind_is_an_error(ada):
    with pytest.raises(UnknownKind):
        outbox.enqueue("no-such-kind", to=ada, about=ada)


def test_a_kind_is_about_its_own_model_only(sample, ada, program):
    with pytest.raises(ValueError, match="is about"):
        outbox.enqueue("note", to=ada, about=program)


def test_an_email_that_expires_before_it_is_due_is_not_enqueued(sample, ada):
    sample.enqueue(ada, expires_at=TUESDAY_NOON)
    assert not rows().exists()


def test_an_address_without_an_account_is_stored_encrypted(sample, ada):
    from django.db import connection

    outbox.enqueue("note", to=None, about=ada, address=" Friend@Example.org ", at=TUESDAY_NOON)
    outbox.enqueue("note", to=None, about=ada, address="friend@example.org", at=TUESDAY_NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, key FROM notifications_notification")
        stored = cursor.fetchall()
    assert len(stored) == 1
    assert "friend" not in " ".join(stored[0])
    assert [mail.to for mail in deliver_due_emails(TUESDAY_NOON)] == [["friend@example.org"]]


@pytest.mark.parametrize(
    "broken",
    [
        {"recipient": None, "address": None},
        {"state": State.SENDING},
        {"lease_token": "x" * 22},
        {"state": State.SENT, "ended_at": TUESDAY_NOON},
        {"state": State.SENT, "sent_at": TUESDAY_NOON},
        {"sent_at": TUESDAY_NOON},
        {"state": State.CANCELLED, "ended_at": TUESDAY_NOON},
        {"state": State.FAILED, "reason": "why"},
        {"state": State.HELD},
        {"state": State.EXPIRED, "ended_at": TUESDAY_NOON, "reason": "why", "body": "a code"},
        {"expires_at": TUESDAY_NOON},
    ],
)
def test_the_database_rejects_inconsistent_rows(sample, ada, broken):
    row = sample.enqueue(ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows().filter(pk=row.pk).update(**broken)
    assert fresh(row).state == State.PENDING


def test_emails_about_a_record_can_be_cancelled(sample, ada, ben):
    ended, other = sample.enqueue(ada), sample.enqueue(ben)
    assert outbox.cancel_about(ada, why="answered") == 1
    assert outbox.cancel_about(ada, why="answered") == 0
    assert (fresh(ended).state, fresh(ended).reason, fresh(other).state) == (
        State.CANCELLED,
        "answered",
        State.PENDING,
    )


def test_a_held_email_waits_until_it_is_released(sample, ada, cleo):
    row = sample.enqueue(ada)
    row.hold(by=cleo, why="look at it first")
    assert deliver_due_emails(TUESDAY_NOON) == []
    row.release(by=cleo, at=TUESDAY_NOON)
    assert len(deliver_due_emails(TUESDAY_NOON)) == 1
    with pytest.raises(ActionNotAllowed):
        fresh(row).release(by=cleo)


def test_a_cancelled_email_stays_cancelled(sample, ada, cleo):
    row = sample.enqueue(ada)
    row.cancel(by=cleo, why="done in person")
    for verb in (row.hold, row.cancel):
        with pytest.raises(ActionNotAllowed):
            verb(by=cleo, why="again")
    assert deliver_due_emails(TUESDAY_NOON) == []
    assert (fresh(row).state, fresh(row).acted_by) == (State.CANCELLED, cleo)


def test_of_two_concurrent_changes_the_later_one_is_rejected(sample, ada, cleo):
    row = sample.enqueue(ada)
    outdated = fresh(row)
    row.cancel(by=cleo, why="no")
    with pytest.raises(ActionNotAllowed):
        outdated.hold(by=cleo, why="wait")
    assert fresh(row).state == State.CANCELLED


def test_a_failed_email_is_sent_again_with_its_message_id(sample, ada, cleo):
    row = sample.enqueue(ada)
    ended = {
        "state": State.FAILED,
        "reason": "refused",
        "ended_at": TUESDAY_NOON,
        "attempts": 8,
        "message_id": "<n1@x>",
    }
    rows().filter(pk=row.pk).update(**ended)
    fresh(row).send_again(by=cleo, at=TUESDAY_NOON)
    (mail,) = deliver_due_emails(TUESDAY_NOON)
    assert mail.extra_headers["Message-ID"] == "<n1@x>"


def test_people_see_their_own_emails_and_are_no_committee(sample, ada, ben, cleo):
    sample.enqueue(ada)
    sample.enqueue(ben)
    assert [row.recipient for row in Notification.objects.visible_to(ada)] == [ada]
    assert not Notification.objects.for_committee(ada).exists()


def test_a_member_with_a_conflict_sees_no_email_about_that_person(
    ada, ben, cleo, cohort, monkeypatch
):
    from notifications import kinds
    from notifications.kinds import Email, Kind
    from programs.models import Conflict
    from testkit import factories

    known = Kind(
        "about-application",
        lambda about, person: Email(),
        "applications.Application",
    )
    monkeypatch.setitem(kinds.KINDS, "about-application", known)
    for person in (ada, ben):
        outbox.enqueue("about-application", to=person, about=factories.application(person, cohort))
    Conflict.objects.create(member=cleo, person=ada)
    assert [row.recipient for row in Notification.objects.for_committee(cleo)] == [ben]


def test_now_is_the_default(sample, ada):
    before = timezone.now()
    outbox.enqueue("note", to=ada, about=ada)
    assert before <= rows().get().due_at <= timezone.now()
