"""Moving the date of a pair's coming check-in, for both people.

A date can't be moved into the past, beyond the end of the pair, into a pause, or past the check-in
that comes after it. Nobody is told: before it opens, no one was told of a date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.endings import may_be_handled_by
from matches.models import Match
from matches.pair_clock import begin_of, rested_since

from . import planning
from .milestones import asked_today, both_answered, end_of, moment_of
from .models import AFTER_THE_END, CheckIn, Kind, MovedDate, last_move


@dataclass(frozen=True)
class Coming:
    """A check-in of a pair that no one was asked yet."""

    kind: str
    ordinal: int
    opens_at: datetime
    is_moved: bool

    @property
    def label(self) -> str:
        """Its name; a pulse has its number."""
        name = capfirst(str(Kind(self.kind).label))
        return f"{name} {self.ordinal}" if self.kind == Kind.PULSE else name


def zone_of(match: Match) -> ZoneInfo:
    return ZoneInfo(match.program.time_zone)


def coming_of(match: Match, at: datetime) -> list[Coming]:
    """Return the coming check-ins of a running pair, the next one first; none of an ended one."""
    row = planning.running_matches(at).filter(pk=match.pk).first()
    return sorted(_coming(row, at), key=lambda one: one.opens_at) if row else []


def _coming(match: Match, at: datetime) -> Iterator[Coming]:
    known = {(row.kind, row.ordinal): row.state for row in match.checkins.all()}
    for kind, ordinal, opens_at in planning.wanted(match, at):
        state = known.get((kind, ordinal), CheckIn.State.SCHEDULED)
        if state == CheckIn.State.SCHEDULED and opens_at > at:
            yield _one(match, kind, ordinal, opens_at)
    for program, kind, since in asked_today():
        if program.pk != match.program.pk or kind in AFTER_THE_END:
            continue
        moment = moment_of(kind, match, match.program.policy)
        is_ahead = moment is not None and moment > at and moment >= since
        if is_ahead and (kind, 1) not in known and not _was_answered_before(kind, match):
            assert moment is not None
            yield _one(match, kind, 1, moment)


def _was_answered_before(kind: str, match: Match) -> bool:
    """Whether both answered when they applied, so that no one is asked in the pair."""
    pairs = Match.objects.filter(both_answered(), pk=match.pk)
    return kind == Kind.BASELINE and pairs.exists()


def _one(match: Match, kind: str, ordinal: int, opens_at: datetime) -> Coming:
    return Coming(kind, ordinal, opens_at, last_move(match, kind, ordinal) is not None)


@transaction.atomic
def move_date(
    match: Match, kind: str, ordinal: int, day: date | None, *, by: User, at: datetime | None = None
) -> None:
    """Move a coming check-in of both people to `day`, or back to the plan if it is None.

    Raises ActionNotAllowed for anyone but the carer, the deputy and the chair, for what is not
    ahead any more, and for a day that is not possible; the message says why.
    """
    at = at or timezone.now()
    if not may_be_handled_by(match, by):
        raise ActionNotAllowed(_("Only the carer, the deputy or the chair can move a date."))
    # Two members who move it at once take turns.
    Match.objects.select_for_update(no_key=True).get(pk=match.pk)
    row = planning.running_matches(at).filter(pk=match.pk).first()
    found = {(one.kind, one.ordinal): one for one in _coming(row, at)} if row else {}
    one = found.get((kind, ordinal))
    if row is None or one is None:
        raise ActionNotAllowed(
            _("This check-in was asked already, or is not planned any more. Reload the page.")
        )
    values: dict[str, object] = {"day": None}
    if day is None:
        if not one.is_moved:
            raise ActionNotAllowed(_("This check-in is on its planned day already."))
    else:
        moment = begin_of(day, zone_of(row))
        _check_day(row, one, day, moment, at)
        rests = [rest for rest in row.pauses.all() if rest.started_at < moment]
        values = {"day": day, "wait": moment - at - rested_since(at, rests)}
        if kind == Kind.CLOSING:
            end = end_of(row)
            assert end is not None  # it has a closing survey
            values["before_end"] = end - moment
    MovedDate.objects.create(
        match=row, kind=kind, ordinal=ordinal, moved_at=at, moved_by=by, **values
    )
    planning.plan_again(row, at)


def _check_day(match: Match, one: Coming, day: date, moment: datetime, at: datetime) -> None:
    zone = zone_of(match)
    if day <= at.astimezone(zone).date():
        raise ActionNotAllowed(_("Choose a day from tomorrow on."))
    if day == one.opens_at.astimezone(zone).date():
        raise ActionNotAllowed(_("It is planned for this day already."))
    last = last_day(match, one, at)
    if day > last:
        text = _("This is too late. The last possible day is %(day)s.")
        raise ActionNotAllowed(text % {"day": format_date(last)})
    if any(rest.started_at <= moment < rest.back_at for rest in match.pauses.all()):
        raise ActionNotAllowed(_("The pair is on a pause then. Choose a day after it."))


def last_day(match: Match, one: Coming, at: datetime) -> date:
    """Return the last day to which a coming check-in can be moved."""
    zone, policy = zone_of(match), match.program.policy
    months = relativedelta(months=policy.term_months)
    end = match.ends_on or (match.introduced_at + months).astimezone(zone).date()
    days = [end - timedelta(days=1)]
    if one.kind == Kind.PULSE:
        following = planning.pulse_at(match, one.ordinal + 1, policy)
        days.append(following.astimezone(zone).date() - timedelta(days=1))
    if one.kind == Kind.MIDTERM:
        closing = moment_of(Kind.CLOSING, match, policy)
        days += [closing.astimezone(zone).date() - timedelta(days=1)] if closing else []
    return min(days)
