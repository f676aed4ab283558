"""Tell visitors when a program opens for applications.

1. An address counts once its owner confirms it by the link in an e-mail. Until then it gets that
   e-mail and nothing else, and is deleted after a week.
2. One e-mail says that applications are open. With it the address is deleted. Without an opening it
   is deleted after 18 months.
3. Asking does the same work and gets the same answer whether or not an address is known.
4. No one reads an address. The committee gets the number of people per role.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications import outbox
from notifications.models import Notification
from notifications.models.outbox import NotificationQuerySet
from notifications.reasons import reason
from notifications.reconcilers import reconciler

from .models import Cohort, OpeningRequest, Program

NOT_OPEN = reason("not-open", gettext_lazy("applications are not open any more"))
IS_OPEN = reason("is-open", gettext_lazy("applications are open already"))
ASK, TELL = "opening-confirm", "opening-open"
UNCONFIRMED_DAYS = 7
CONFIRMED_MONTHS = 18
State = Notification.State


@transaction.atomic
def ask(program: Program, address: str, role: str, *, at: datetime | None = None) -> None:
    """Enqueue the e-mail that asks the owner of `address` to confirm, in the language of the page.

    A known address keeps what it is: confirmed, or not.
    """
    now = at or timezone.now()
    row = OpeningRequest(
        program=program,
        role=role,
        address=address.strip().lower(),
        address_key=outbox.digest_of_address(address),
        language=translation.get_language() or settings.LANGUAGE_CODE,
        asked_at=now,
        times_asked=0,
    )
    one = OpeningRequest.system.filter(program=program, address_key=row.address_key, role=role)
    OpeningRequest.system.bulk_create([row], ignore_conflicts=True)
    one.update(asked_at=now, language=row.language, times_asked=F("times_asked") + 1)
    stored = one.get()
    outbox.enqueue(
        ASK, to=None, address=stored.address, about=stored, ordinal=stored.times_asked, at=now
    )


def confirm(request: OpeningRequest, *, at: datetime | None = None) -> None:
    """Put the address on the list. Doing it twice changes nothing."""
    now = at or timezone.now()
    OpeningRequest.system.filter(pk=request.pk, confirmed_at=None).update(confirmed_at=now)
    request.confirmed_at = request.confirmed_at or now


@transaction.atomic
def withdraw(request: OpeningRequest) -> None:
    """Take the address off the list of its program, in both roles, with the e-mails to it."""
    rows = OpeningRequest.system.filter(program=request.program_id, address_key=request.address_key)
    rows.delete()
    outbox.delete_about_missing(OpeningRequest)


def counts(program: Program) -> dict[str, int]:
    """Return how many people have confirmed that they want to be told, by role."""
    rows = OpeningRequest.system.confirmed().filter(program=program).order_by()
    found = dict(rows.values_list("role").annotate(Count("pk")))
    return {role: found.get(role, 0) for role in OpeningRequest.Role.values}


def rows_of(user: User) -> QuerySet[OpeningRequest]:
    """Return the requests with an address that the person has proven to be theirs."""
    return OpeningRequest.system.with_address_of(user)


def rows_with(addresses: Iterable[str]) -> QuerySet[OpeningRequest]:
    """Return the requests with one of these addresses."""
    return OpeningRequest.system.with_addresses(addresses)


def open_cohorts(program: Program, at: datetime) -> QuerySet[Cohort]:
    """Return the cohorts of a public program that take applications at `at`, the newest first."""
    return program.cohorts.taking_applications(_day(at)).order_by("-opens_on", "-pk")


def _day(at: datetime) -> date:
    """Return the day by which the page of an anonymous visitor is made."""
    return timezone.localdate(at, timezone.get_default_timezone())


@reconciler
def tell_of_openings(at: datetime) -> int:
    """Enqueue one e-mail to each confirmed address of a program that is open; return how many.

    Its number is the cohort's id: once per person and opening, also for who asked in both roles.
    """
    newest = dict(
        Cohort.objects.taking_applications(_day(at))
        .order_by("opens_on", "pk")
        .values_list("program", "pk")
    )
    waiting = OpeningRequest.system.confirmed().filter(program__in=newest).order_by("pk")
    known = Notification.system.filter(about_type=OpeningRequest._meta.label_lower, kind=TELL)
    told = set(known.values_list("about_id", "ordinal"))
    found = 0
    for row in _first_of_each_address(waiting):
        cohort = newest[row.program_id]
        if (row.pk, cohort) not in told:
            outbox.enqueue(TELL, to=None, address=row.address, about=row, ordinal=cohort, at=at)
            found += 1
    return found


def _first_of_each_address(rows: Iterable[OpeningRequest]) -> list[OpeningRequest]:
    first: dict[tuple[int, str], OpeningRequest] = {}
    for row in rows:
        first.setdefault((row.program_id, row.address_key), row)
    return list(first.values())


@reconciler
def delete_old_requests(at: datetime) -> int:
    """Delete addresses that were told, never confirmed, or waited too long; return how many.

    Nor does the outbox remember them. An e-mail that was cancelled because applications had closed
    again makes place for the next opening.
    """
    unconfirmed = Q(confirmed_at=None, asked_at__lte=at - timedelta(days=UNCONFIRMED_DAYS))
    forgotten = Q(confirmed_at__lte=at - relativedelta(months=CONFIRMED_MONTHS))
    with transaction.atomic():
        over = OpeningRequest.system.filter(unconfirmed | forgotten | Q(pk__in=_told()))
        deleted: int = over.delete()[0]
        outbox.delete_about_missing(OpeningRequest)
        _emails(State.CANCELLED).filter(reason=NOT_OPEN).delete()
    return deleted


def _told() -> list[int]:
    """Return the ids of the requests whose address was told, in whichever role."""
    first = OpeningRequest.system.filter(
        pk__in=_emails(State.SENT, State.FAILED).values("about_id")
    )
    told = set(first.values_list("program", "address_key"))
    rows = OpeningRequest.system.filter(address_key__in={key for _program, key in told})
    found = rows.values_list("pk", "program", "address_key")
    return [pk for pk, program, key in found if (program, key) in told]


def _emails(*states: str) -> NotificationQuerySet:
    rows = Notification.system.filter(about_type=OpeningRequest._meta.label_lower, kind=TELL)
    return rows.filter(state__in=states)
