"""The page "Does e-mail arrive?", and the weekly check behind it."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from dashboard import mail_checks
from dashboard.models import MailCheck
from dashboard.tasks import check_mail
from notifications.mail_check import CouldNotAsk
from notifications.models import BouncedAddress, Notification
from notifications.outbox import digest_of_address
from notifications.testing import deliver_due_emails
from testkit import factories

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE, WEEK = timedelta(minutes=1), timedelta(days=7)
PAGE = reverse("admin:mail")


class Domain:
    """A domain with or without a DMARC record, or one that does not answer."""

    def __init__(self, state="good"):
        self.state, self.asked = state, 0

    def txt(self, name):
        self.asked += 1
        if self.state == "silent":
            raise CouldNotAsk(name)
        if name.startswith("_dmarc"):
            return ["v=DMARC1; p=none"] if self.state == "good" else []
        return ["v=spf1 mx -all"] if "_domainkey" not in name else ["p=key"]

    def mx(self, name):
        return ["mx.example.org"]

    def addresses(self, name):
        return ["192.0.2.1"]

    def names(self, address):
        return []


def run(at, state="good"):
    return mail_checks.run_due(at, resolver=Domain(state))


def waiting():
    return Notification.system.filter(kind="mail-check-worse")


def test_it_is_checked_once_a_week(cleo):
    assert [run(MONDAY + n * MINUTE) for n in range(3)] == [True, False, False]
    assert [run(MONDAY + WEEK + n * MINUTE) for n in range(2)] == [True, False]
    assert MailCheck.objects.count() == 2


def test_the_chairs_are_told_once_when_something_got_worse(cleo, ben, program):
    factories.member(program=program, role="reader")
    for week, state in enumerate(("good", "bad", "bad", "good", "bad")):
        run(MONDAY + week * WEEK, state)
    assert [row.recipient for row in waiting().order_by("pk")] == [cleo, cleo]
    assert MailCheck.objects.order_by("pk").values_list("worse", flat=True)[1] == ["dmarc"]


def test_the_first_check_and_a_silent_dns_tell_no_one(cleo):
    for week, state in enumerate(("bad", "silent", "bad", "silent")):
        run(MONDAY + week * WEEK, state)
    assert not waiting().exists()


def test_a_silent_week_hides_no_change(cleo):
    for week, state in enumerate(("good", "silent", "bad")):
        run(MONDAY + week * WEEK, state)
    assert waiting().count() == 1


def test_the_email_is_not_sent_once_it_is_fine_again(cleo):
    now = timezone.now()
    run(now - WEEK * 2)
    run(now - WEEK, "bad")
    [message] = deliver_due_emails(reconcile=False)
    assert "has no DMARC record" in message.body
    below = message.body.split("Add the record below", 1)[1]
    assert "Record of type TXT for _dmarc." in below
    assert "v=DMARC1" in below
    assert PAGE in message.body
    Notification.system.update(state="pending", sent_at=None, ended_at=None, next_at=now)
    run(now)
    assert deliver_due_emails(reconcile=False) == []
    assert waiting().get().reason == "mail-fine"


def test_a_worker_that_dies_is_followed_by_another(cleo):
    MailCheck.objects.create(asked_at=MONDAY, started_at=MONDAY, week="2026-10")
    assert not run(MONDAY + MINUTE)
    assert run(MONDAY + 11 * MINUTE)


def test_two_workers_that_finish_tell_once(cleo):
    run(MONDAY)
    check = MailCheck.objects.create(asked_at=MONDAY + WEEK)
    twin = MailCheck.objects.get(pk=check.pk)
    for one in (check, twin):
        mail_checks.finish(one, at=MONDAY + WEEK, resolver=Domain("bad"))
    assert waiting().count() == 1


def test_a_chair_asks_and_reads_what_was_found(as_user, cleo):
    client = as_user(cleo)
    assert "Nothing has been checked yet." in client.get(PAGE).text
    for _twice in range(2):
        client.post(reverse("admin:mail-check"))
    assert MailCheck.objects.get().asked_by == cleo
    assert "A check is waiting for the worker." in client.get(PAGE).text
    MailCheck.objects.update(week="2026-10")
    run(MONDAY, "bad")
    text = client.get(PAGE).text
    for words in ("To fix", "has no DMARC record", "v=DMARC1; p=none; rua=mailto:"):
        assert words in text
    with pytest.raises(ActionNotAllowed, match="a moment ago"):
        mail_checks.ask(by=cleo)


def test_the_page_is_for_chairs(as_user, cleo, program, ben):
    reader = factories.member(program=program, role="reader")
    for person in (reader, ben):
        client = as_user(person)
        assert client.get(PAGE).status_code in (302, 403, 404)
        for name in ("admin:mail-check", "admin:mail-test"):
            assert client.post(reverse(name)).status_code in (302, 403, 404)
    assert not MailCheck.objects.exists()
    assert not Notification.system.exists()
    outbox = reverse("admin:notifications_notification_changelist")
    assert PAGE in as_user(cleo).get(outbox).text
    assert PAGE not in as_user(reader).get(outbox).text


def test_a_test_email_to_oneself_is_sent_and_its_fate_shown(as_user, cleo):
    client = as_user(cleo)
    client.post(reverse("admin:mail-test"))
    assert "Waiting" in client.get(PAGE).text
    [message] = deliver_due_emails(reconcile=False)
    assert message.to == [cleo.email]
    row = Notification.system.get()
    Notification.system.update(bounce="hard", bounced_at=row.sent_at)
    assert "the address receives no e-mail" in client.get(PAGE).text


def test_test_emails_are_limited(as_user, cleo):
    for _number in range(3):
        mail_checks.send_test(to=cleo)
    with pytest.raises(ActionNotAllowed, match="several test e-mails"):
        mail_checks.send_test(to=cleo)
    assert (
        "several test e-mails" in as_user(cleo).post(reverse("admin:mail-test"), follow=True).text
    )
    mail_checks.send_test(to=cleo, at=timezone.now() + timedelta(hours=2))


def test_the_page_counts_whom_email_does_not_reach(as_user, cleo, cohort, ben):
    factories.application(ben, cohort)
    now = timezone.now()
    BouncedAddress.objects.create(
        pk=digest_of_address(ben.email), person=ben, last_bounced_at=now, stopped_at=now
    )
    assert "1 person can't be reached" in as_user(cleo).get(PAGE).text.replace("&#x27;", "'")


def test_the_command_says_what_to_add(monkeypatch):
    out = StringIO()
    monkeypatch.setattr(mail_checks, "DNSResolver", lambda: Domain("bad"))
    with pytest.raises(CommandError, match="1 to fix"):
        call_command("check_mail", stdout=out)
    assert "_dmarc." in out.getvalue()
    monkeypatch.setattr(mail_checks, "DNSResolver", Domain)
    call_command("check_mail", stdout=out)


def test_the_task_checks_what_is_due(monkeypatch):
    monkeypatch.setattr(mail_checks, "DNSResolver", Domain)
    check_mail()
    assert MailCheck.objects.get().finished_at
