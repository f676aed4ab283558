"""Pairs as a sheet: who, since when, in whose care, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from programs.spreadsheets import Cell, Sheet

from .models import Match, MatchQuerySet

BATCH = 500


def pairs_sheet(matches: MatchQuerySet) -> Sheet:
    """Return the sheet of pairs; `matches` are those that the member sees."""
    headings = [
        _("Mentee"),
        _("Mentee's e-mail"),
        _("Mentor"),
        _("Mentor's e-mail"),
        _("State"),
        _("Cohort"),
        _("Carer"),
        _("Introduced on"),
        _("Active since"),
        _("Ends on"),
        _("Days paused"),
        _("Paused until"),
        _("Ended on"),
        _("How it ended"),
        _("How it came about"),
    ]
    return Sheet(_("Pairs"), headings, _rows(matches))


def _rows(matches: MatchQuerySet) -> Iterator[list[Cell]]:
    for match in matches.with_people().iterator(BATCH):
        mentee, mentor = match.people
        yield [
            mentee.name,
            _address(mentee),
            mentor.name,
            _address(mentor),
            match.get_state_display(),
            str(match.cohort),
            match.carer.name if match.carer else "",
            _day(match.introduced_at),
            _day(match.active_at),
            match.ends_on,
            match.paused_days,
            _last_day(match),
            _day(match.closed_at),
            match.get_closed_kind_display(),
            match.get_origin_display(),
        ]


def _address(person: User) -> str:
    return "" if person.is_erased else person.email


def _last_day(match: Match) -> date | None:
    """Return the last day of the pause that goes on, on the program's calendar."""
    if match.paused_until is None or match.state == Match.State.CLOSED:
        return None
    return timezone.localdate(match.paused_until, ZoneInfo(match.program.time_zone)) - timedelta(1)


def _day(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment else None
