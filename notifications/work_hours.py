"""When committee members get e-mails about work that waits for them: at once, or at their hour.

1. A member chooses it with their e-mail preferences; without a choice such e-mails come at once.
   Quiet hours are those of participants and don't apply.
2. The hour is in the member's own time zone, on every day. It counts from when the e-mail was due:
   if nothing could be sent at that hour, the e-mail leaves as soon as it can, not a day later.
3. Help and safety never wait: kinds that are `always_at_once`, and e-mails that are urgent.
4. What waits is asked again before it is sent, so that nothing is told that is no longer true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from .delivery_rules import Wait
from .kinds import KINDS
from .models import Notification, WorkHour
from .reasons import OWN_HOUR
from .recipients import Account

MemberCheck = Callable[[Account], bool]
MEMBER_CHECKS: list[MemberCheck] = []


def member_check(check: MemberCheck) -> MemberCheck:
    """Register `check(person)`: whether a person works on a committee. A decorator."""
    if check not in MEMBER_CHECKS:
        MEMBER_CHECKS.append(check)
    return check


def is_member(person: Account) -> bool:
    """Return whether a person gets e-mails about work, so that the choice is theirs."""
    return any(check(person) for check in MEMBER_CHECKS)


def may_wait(kind: str) -> bool:
    """Return whether e-mails of a kind are about work that can wait for the member's hour."""
    known = KINDS.get(kind)
    return bool(known and known.to_members and not known.always_at_once)


def hour_of(person: int | None) -> int | None:
    """Return the hour that the person with this id has chosen, None for at once."""
    return WorkHour.objects.filter(person=person).values_list("hour", flat=True).first()


def next_time(hour: int, zone: str, at: datetime) -> datetime:
    """Return when it is `hour` in a time zone for the first time, at `at` or later.

    An hour that a clock change skips moves forward; one that occurs twice counts the first time.
    """
    local = at.astimezone(ZoneInfo(zone))
    for days in range(3):
        day = local.date() + timedelta(days=days)
        moment = datetime.combine(day, time(hour), tzinfo=local.tzinfo).astimezone(UTC)
        if moment >= at:
            return moment
    raise AssertionError("an hour comes every day")


def required_wait(row: Notification, zone: str, at: datetime) -> Wait | None:
    """Return until when an e-mail about work waits for its reader's hour, None if it need not."""
    hour = hour_of(row.recipient_id)
    if hour is None:
        return None
    until = next_time(hour, zone, row.due_at)
    return Wait(until, OWN_HOUR) if until > at else None


@transaction.atomic
def choose(person: Account, hour: int | None, *, at: datetime) -> None:
    """Get e-mails about work at an hour of the day, or at once with None.

    What waits follows the new choice: it is looked at again. Choosing twice changes nothing.
    """
    chosen = WorkHour.objects.filter(person=person.pk)
    if hour is None:
        chosen.delete()
    else:
        new = WorkHour(person_id=person.pk, hour=hour, since=at)
        WorkHour.objects.bulk_create(
            [new],
            update_conflicts=True,
            unique_fields=["person"],
            update_fields=["hour", "since"],
        )
    look_again(person.pk, at=at)
    # Once more for the e-mail that a worker has just put off, by the choice of before.
    transaction.on_commit(lambda: look_again(person.pk, at=at))


def look_again(person: int | None, *, at: datetime) -> int:
    """Let the e-mails about work that wait for a person's hour be looked at; return how many."""
    waiting = Notification.system.filter(
        recipient=person,
        kind__in=[name for name in KINDS if may_wait(name)],
        state=Notification.State.PENDING,
        attempts=0,  # not those that the mail server has put off
        due_at__lte=at,
        next_at__gt=at,
    )
    return waiting.update(next_at=at)


@dataclass(frozen=True)
class Arrival:
    """Who is e-mailed about work, and when; `at` is None for at once."""

    name: str
    at: datetime | None


def arrivals(
    people: Iterable[Account], *, at: datetime, due_at: datetime | None = None
) -> list[Arrival]:
    """Return when an e-mail that is due at `due_at`, by default at `at`, reaches these members."""
    found, due = list(people), due_at or at
    rows = WorkHour.objects.filter(person__in=[person.pk for person in found])
    hours = dict(rows.values_list("person", "hour"))
    return [
        Arrival(
            person.name or person.email,
            next_time(hours[person.pk], person.time_zone, due)
            if person.pk in hours
            else (due if due > at else None),
        )
        for person in found
    ]


def arrivals_text(
    people: Iterable[Account], *, at: datetime, due_at: datetime | None = None
) -> str:
    """Return in words who is e-mailed and when, in the reader's time zone; "" for no one."""
    texts = []
    for one in arrivals(people, at=at, due_at=due_at):
        if one.at is None:
            texts.append(_("%(name)s at once") % {"name": one.name})
        else:
            when = date_format(timezone.localtime(one.at), "DATETIME_FORMAT")
            texts.append(_("%(name)s on %(when)s") % {"name": one.name, "when": when})
    return get_text_list(texts, _("and")) if texts else ""


def hour_choices() -> list[tuple[str, str]]:
    """Return the hours of a day as choices of a form, in the reader's language."""
    return [(str(hour), time_format(time(hour))) for hour in range(24)]
