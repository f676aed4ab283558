"""Rows of one week, Monday to Sunday, so that a number in an e-mail leads to exactly its rows.

A value is a word and a Monday, such as `begun-2026-11-23`. Unlike "the last seven days" it means
the same rows on the day on which someone opens the link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from django.contrib import admin
from django.db.models import DateTimeField, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WEEK = timedelta(days=7)


def monday_of(day: date) -> date:
    """Return the Monday of the week of `day`."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class InWeek:
    """Rows whose `column` is in a week. `words` name them; `is_ahead` offers this week."""

    column: str
    words: str | Promise
    is_ahead: bool = False


def value_of(code: str, monday: date) -> str:
    """Return the value of the filter for the week that begins on `monday`."""
    return f"{code}-{monday.isoformat()}"


def rows_in_week(rows: QuerySet, column: str, monday: date) -> QuerySet:
    """Return those of `rows` whose `column`, of a day or a moment, is in a week.

    A moment counts by the time zone of whoever asks.
    """
    first: date = monday
    last: date = monday + WEEK
    if isinstance(rows.model._meta.get_field(column), DateTimeField):
        zone = timezone.get_current_timezone()
        first, last = (datetime.combine(day, time(), tzinfo=zone) for day in (first, last))
    return rows.filter(Q((f"{column}__gte", first), (f"{column}__lt", last)))


class WeekFilter(admin.SimpleListFilter):
    """Subclasses say which columns they ask, by the word that begins a value."""

    title = gettext_lazy("week")
    parameter_name = "week"
    weeks: ClassVar[Mapping[str, InWeek]] = {}

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        this = monday_of(timezone.localdate())
        offered = {
            value_of(code, this if week.is_ahead else this - WEEK): code
            for code, week in self.weeks.items()
        }
        chosen = request.GET.get(self.parameter_name, "")
        if code := self._parse(chosen):
            offered.setdefault(chosen, code[0])
        return [(value, self._words(value)) for value in offered]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        found = self._parse(self.value() or "")
        if found is None:
            return queryset
        code, monday = found
        return rows_in_week(queryset, self.weeks[code].column, monday)

    def _parse(self, value: str) -> tuple[str, date] | None:
        code, _dash, day = value.partition("-")
        try:
            monday = date.fromisoformat(day)
            monday + WEEK  # the last weeks of the calendar have none after them
        except (ValueError, OverflowError):
            return None
        return (code, monday) if code in self.weeks else None

    def _words(self, value: str) -> str:
        found = self._parse(value)
        assert found is not None
        code, monday = found
        day = date_format(monday, "MONTH_DAY_FORMAT")
        return _("%(what)s in the week of %(day)s") % {"what": self.weeks[code].words, "day": day}
