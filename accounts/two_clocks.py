"""A time by the clocks of two people who may live in different zones."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.template.defaultfilters import date as format_date
from django.utils.translation import gettext as _

from .models import User


def show_time(starts_at: datetime, person: User, partner: User | None = None) -> str:
    """Return a time by the clock of `person` and, where it differs, by that of the partner too."""
    mine = starts_at.astimezone(ZoneInfo(person.time_zone))
    shown = format_date(mine, "WEEKDAY_YEAR_TIME_FORMAT")
    if partner is None:
        return shown
    theirs = starts_at.astimezone(ZoneInfo(partner.time_zone))
    if theirs.utcoffset() == mine.utcoffset():
        return shown
    same_day = theirs.date() == mine.date()
    facts = {
        "when": shown,
        "theirs": format_date(theirs, "TIME_FORMAT" if same_day else "WEEKDAY_TIME_FORMAT"),
        "name": partner.first_name or partner.name,
    }
    return _("%(when)s (%(theirs)s for %(name)s)") % facts
