"""What happens to e-mails of two accounts that become one."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import merging_accounts
from notifications import outbox
from notifications.models import MutedStream, Notification
from testkit import factories

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
KIND = "application-received"


@pytest.fixture
def work(db):
    """Ben's other account, with the address of his work."""
    return factories.person("Ben Okoro", email="ben@work.example", employer="Acme")


def letter(person, about, **fields):
    outbox.enqueue(KIND, to=person, about=about, at=NOW, **fields)
    return Notification.system.get(recipient=person, about_id=about.pk)


def test_planned_emails_go_to_the_kept_account_and_none_twice(ben, work, cohort):
    application = factories.application(work, cohort)
    row = letter(work, application)
    merging_accounts.merge(ben, work, at=NOW)
    outbox.enqueue(KIND, to=ben, about=application, at=LATER)
    rows = Notification.system.filter(about_id=application.pk, kind=KIND)
    assert list(rows.values_list("pk", "recipient", "state")) == [(row.pk, ben.pk, "pending")]
    fresh = rows.get()
    assert fresh.key == outbox.key_of(KIND, about=application, to=ben)
    assert fresh.topic == outbox.topic_of(KIND, about=application, to=ben)


def test_of_two_emails_about_the_same_thing_one_is_sent(ben, work, cohort):
    application = factories.application(work, cohort)
    letter(work, application)
    letter(ben, application)
    merging_accounts.merge(ben, work, at=NOW)
    rows = Notification.system.filter(kind=KIND).order_by("pk")
    assert list(rows.values_list("recipient", "state", "reason")) == [
        (ben.pk, "cancelled", "accounts-merged"),
        (ben.pk, "pending", ""),
    ]


def test_an_email_that_was_sent_to_the_other_account_is_not_sent_again(ben, work, cohort):
    application = factories.application(work, cohort)
    row = letter(work, application)
    Notification.system.filter(pk=row.pk).update(state="sent", sent_at=NOW, ended_at=NOW)
    merging_accounts.merge(ben, work, at=NOW)
    outbox.enqueue(KIND, to=ben, about=application, at=LATER)
    assert Notification.system.filter(kind=KIND).count() == 1


def test_what_either_account_turned_off_stays_off_and_for_longer(ben, work):
    until = [NOW + timedelta(days=n) for n in (1, 2)]
    MutedStream.objects.create(person=ben, stream="news", until=until[0])
    MutedStream.objects.create(person=work, stream="news", until=until[1])
    MutedStream.objects.create(person=ben, stream="optional", until=None)
    MutedStream.objects.create(person=work, stream="optional", until=until[1])
    MutedStream.objects.create(person=work, stream="learning", until=None)
    merging_accounts.merge(ben, work, at=NOW)
    rows = MutedStream.objects.filter(person=ben).order_by("stream")
    assert list(rows.values_list("stream", "until")) == [
        ("learning", None),
        ("news", until[1]),
        ("optional", None),
    ]
