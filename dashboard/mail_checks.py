"""Whether e-mail from this installation arrives: asked once a week, and when a chair asks.

A worker asks the DNS, never a page. The chairs are e-mailed only if something got worse.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications import outbox
from notifications.mail_check import DNSResolver, MailSetup, Resolver, Verdict, run_checks
from notifications.models import Notification
from programs.models import Membership, Program

from .models import MailCheck

LEASE = timedelta(minutes=10)
ASK_AGAIN_AFTER = timedelta(minutes=5)
TEST_EMAILS_AN_HOUR = 3
RETENTION = timedelta(days=400)
WEEK = timedelta(days=7)
TEST_EMAIL = "test-email"


def setup_of_installation() -> MailSetup:
    """Return how this installation sends, from its settings and the programs' addresses."""
    contacts = Program.objects.exclude(contact_email="").values_list("contact_email", flat=True)
    return MailSetup(
        sender=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        return_path=settings.BOUNCE_ADDRESS,
        mail_host=str(getattr(settings, "EMAIL_HOST", "") or ""),
        selectors=tuple(settings.DKIM_SELECTORS),
        reply_addresses=tuple(sorted(contacts)),
    )


def latest() -> MailCheck | None:
    """Return the last check that is finished."""
    return MailCheck.objects.exclude(finished_at=None).order_by("-finished_at").first()


def is_asked() -> bool:
    """Return whether a check waits for the worker, or is being made."""
    return MailCheck.objects.filter(finished_at=None).exists()


@transaction.atomic
def ask(*, by: User, at: datetime | None = None) -> None:
    """Ask for a check; one that waits already is enough.

    Raises ActionNotAllowed if there was one a few minutes ago.
    """
    now = at or timezone.now()
    if is_asked():
        return
    if MailCheck.objects.filter(asked_at__gt=now - ASK_AGAIN_AFTER).exists():
        raise ActionNotAllowed(
            _("It was checked a moment ago. Changes of the DNS take a while: try again later.")
        )
    MailCheck.objects.create(asked_by=by, asked_at=now)


def run_due(at: datetime, *, resolver: Resolver | None = None) -> bool:
    """Make the check that is due at `at`, if any; return whether one was made.

    One is due in each week, and when someone has asked. Of several workers one makes it; if it
    dies, another begins again after `LEASE`.
    """
    year, week, _day = at.isocalendar()
    MailCheck.objects.get_or_create(week=f"{year}-{week:02}", defaults={"asked_at": at})
    free = Q(started_at=None) | Q(started_at__lt=at - LEASE)
    check = MailCheck.objects.filter(free, finished_at=None).order_by("pk").first()
    if check is None:
        return False
    if not MailCheck.objects.filter(free, pk=check.pk, finished_at=None).update(started_at=at):
        return False  # another worker was faster
    finish(check, at=at, resolver=resolver)
    return True


def check_now(at: datetime, *, resolver: Resolver | None = None) -> MailCheck:
    """Check at once, for a person at the command line; return the result."""
    check = MailCheck.objects.create(asked_at=at, started_at=at)
    finish(check, at=at, resolver=resolver)
    return check


def finish(check: MailCheck, *, at: datetime, resolver: Resolver | None = None) -> None:
    """Ask the DNS and store what was found; e-mail the chairs if something got worse."""
    found = run_checks(setup_of_installation(), resolver or DNSResolver())
    findings = [
        {
            "check": one.check.value,
            "verdict": one.verdict.value,
            "code": one.code,
            "values": one.values,
            "name": one.name,
            "record": one.record,
        }
        for one in found
    ]
    with transaction.atomic():
        check.findings, check.finished_at = findings, at
        check.worse = sorted(worse_than_before(check, at))
        mine = MailCheck.objects.filter(pk=check.pk, finished_at=None)
        changes = {"findings": findings, "finished_at": at, "worse": check.worse}
        if not mine.update(**changes):
            return  # another worker has finished it
        if check.worse:
            for chair in chairs():
                outbox.enqueue("mail-check-worse", to=chair, about=check, at=at)
        MailCheck.objects.filter(finished_at__lt=at - RETENTION).delete()


def worse_than_before(check: MailCheck, at: datetime) -> set[str]:
    """Return the checks that are wrong now and were not when they were last known.

    What could not be asked is skipped: neither does it get worse, nor is it a time before.
    """
    known: dict[str, bool] = {}
    for row in MailCheck.objects.exclude(finished_at=None).order_by("finished_at"):
        known |= _known(row)
    if not known:
        return set()  # the first check: the page shows it
    return {name for name, is_wrong in _known(check).items() if is_wrong and not known.get(name)}


def _known(check: MailCheck) -> dict[str, bool]:
    """Return by check whether anything about it is wrong; without what could not be asked."""
    found: dict[str, bool] = {}
    for one in check.findings:
        if one["verdict"] != Verdict.UNKNOWN:
            is_wrong = one["verdict"] == Verdict.WRONG
            found[one["check"]] = found.get(one["check"], False) or is_wrong
    return found


def chairs() -> Iterable[User]:
    """Return the chairs of all programs."""
    live = Membership.objects.live().filter(role=Membership.Role.CHAIR)
    return User.objects.filter(pk__in=live.values("user"), is_active=True).order_by("pk")


def test_emails(person: User) -> QuerySet[Notification]:
    """Return the test e-mails to a person, the newest first."""
    rows = Notification.objects.visible_to(person).filter(kind=TEST_EMAIL)
    return rows.order_by("-pk")


@transaction.atomic
def send_test(*, to: User, at: datetime | None = None) -> None:
    """Send a test e-mail to oneself. Raises ActionNotAllowed after several within an hour."""
    now = at or timezone.now()
    list(User.objects.select_for_update(no_key=True).filter(pk=to.pk).values_list("pk"))
    mine = test_emails(to)
    if mine.filter(created_at__gt=now - timedelta(hours=1)).count() >= TEST_EMAILS_AN_HOUR:
        raise ActionNotAllowed(
            _("You have sent several test e-mails within an hour. Wait a little.")
        )
    outbox.enqueue(TEST_EMAIL, to=to, about=to, ordinal=mine.count() + 1, at=now)
