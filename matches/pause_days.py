"""The days of a pause: until when a pair may be paused, and what it does to the end of its term."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.template.defaultfilters import date as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.exceptions import ActionNotAllowed
from accounts.models import User

from .models import Match, Pause, PauseRequest
from .pair_clock import begin_of
from .terms import today_of

LONGER_DAYS = 14  # one tap in the e-mail before the end


@dataclass(frozen=True)
class Wish:
    """What someone asks for: until when, and what the carer and the partner may read of it."""

    last_day: date
    reason: str = ""
    text: str = ""  # read by carer and chair
    note: str = ""  # read by the partner


def pause_of(match: Match, at: datetime) -> Pause | None:
    """Return the pause in which `match` is at `at`."""
    if not match.is_paused(at):
        return None
    return Pause.objects.open().filter(match=match, back_at__gt=at).first()


def back_at_of(match: Match, last_day: date) -> datetime:
    """Return the moment at which a pause until `last_day` is over, on the program's calendar."""
    zone = ZoneInfo(match.program.time_zone)
    return begin_of(last_day + timedelta(days=1), zone).astimezone(UTC)


def latest_day(match: Match, at: datetime) -> date:
    """Return the last day that a pause of `match` can have; before today when none is left."""
    policy = match.program.policy
    of_term = Pause.objects.filter(match=match)
    if match.term_agreed_on:
        of_term = of_term.filter(starts_on__gte=match.term_agreed_on)
    current = pause_of(match, at)
    begun = current.starts_on if current else today_of(match, at)
    used = sum(pause.days for pause in of_term if current is None or pause.pk != current.pk)
    days = min(policy.pause_days, policy.pause_total_days - used)
    return begun + timedelta(days=days - 1)


def last_day_with(match: Match, wish: Wish, *, person: User, at: datetime) -> date:
    """Return the last day of the pause if `person` asks for `wish`: the later one of both."""
    current = pause_of(match, at)
    return together(current, wish.last_day, person) if current else wish.last_day


def end_with(match: Match, last_day: date, at: datetime) -> date | None:
    """Return the last day of the term if the pair is paused until `last_day`."""
    if match.ends_on is None or match.active_at is None:
        return None
    current = pause_of(match, at)
    days = current.days if current else 0
    begun = current.starts_on if current else today_of(match, at)
    return match.ends_on + timedelta(days=(last_day - begun).days + 1 - days)


def longer_day(match: Match, found: Pause, at: datetime) -> date:
    """Return the last day of a pause that is made longer in one tap."""
    return min(found.last_day + timedelta(days=LONGER_DAYS), latest_day(match, at))


def check_day(match: Match, last_day: date, at: datetime) -> None:
    """Raise ActionNotAllowed if a pause cannot last until `last_day`."""
    if last_day < today_of(match, at):
        raise ActionNotAllowed(_("This day is over. Enter a day from today on."))
    latest = latest_day(match, at)
    if latest < today_of(match, at):
        days = match.program.policy.pause_total_days
        text = ngettext(
            "Your pair has been paused for %(days)s day in this term, which is all there is."
            " Talk to your committee.",
            "Your pair has been paused for %(days)s days in this term, which is all there is."
            " Talk to your committee.",
            days,
        )
        raise ActionNotAllowed(text % {"days": days})
    if last_day > latest:
        text = _(
            "A pause can last until %(day)s at the latest. If you need longer, talk to your"
            " committee."
        )
        raise ActionNotAllowed(text % {"day": format_date(latest)})


def together(found: Pause, last_day: date, person: User) -> date:
    """Return the later of `last_day` and the day until which the other of the two asked."""
    others = PauseRequest.system.filter(pause=found).exclude(person=person)
    return max([last_day, *others.values_list("last_day", flat=True)])
