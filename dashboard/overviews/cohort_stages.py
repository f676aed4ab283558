"""Where a cohort stands by its dates, what comes next, and its path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from programs.models import Cohort

from .pair_stages import DONE, LATER, NOW, Stage


@dataclass(frozen=True)
class CohortPhase:
    """`words` say where it stands, `tone` is of their chip; `following` what comes next."""

    words: str
    tone: str
    following: str
    stages: list[Stage]


def phase_of(cohort: Cohort, today: date) -> CohortPhase:
    """Return where `cohort` stands on `today`."""
    words, tone = _named(cohort, today)
    return CohortPhase(words, tone, _following(cohort, today), _path(cohort, today))


def _named(cohort: Cohort, today: date) -> tuple[str, str]:
    if cohort.is_over(today):
        return _("The cohort has ended"), "info"
    if today < cohort.opens_on:
        return _("Applications are not open yet"), "info"
    if cohort.is_open(today):
        return _("Applications are open"), "ok"
    if cohort.starts_on is None or today < cohort.starts_on:
        return _("Applications are closed"), "info"
    return _("The cohort has started"), "ok"


def _following(cohort: Cohort, today: date) -> str:
    """Return the next of the days with how far it is; "" if none is known."""
    steps = [
        (cohort.opens_on, _("Applications open on %(day)s.")),
        (cohort.closes_on, _("Applications close on %(day)s.")),
        (cohort.matching_on, _("Matching day is %(day)s.")),
        (cohort.starts_on, _("Pairs start on %(day)s.")),
        (cohort.ends_on, _("The cohort ends on %(day)s.")),
    ]
    for day, words in steps:
        if day and day >= today:
            return f"{words % {'day': date_format(day)}} {_days_left((day - today).days)}"
    return ""


def _days_left(days: int) -> str:
    if days <= 1:
        return _("That is tomorrow.") if days else _("That is today.")
    return _("That is in %(days)s days.") % {"days": days}


def _path(cohort: Cohort, today: date) -> list[Stage]:
    """Return the steps in their order: those that are over, the first that is not, the others."""
    found: list[Stage] = []
    is_before = True
    for label, last, note in _steps(cohort):
        is_over = is_before and last is not None and last < today
        state = DONE if is_over else NOW if is_before else LATER
        is_before = is_over
        found.append(Stage(label, state, note))
    return found


def _steps(cohort: Cohort) -> Iterator[tuple[str, date | None, str]]:
    """Yield the name of each step, its last day (None if it is not known or has none), and when."""
    opens = {"first": date_format(cohort.opens_on)}
    if cohort.closes_on:
        words = _("From %(first)s to %(last)s")
        days = {**opens, "last": date_format(cohort.closes_on)}
        yield _("Applications"), cohort.closes_on, words % days
    else:
        yield _("Applications"), None, _("From %(first)s on, at any time") % opens
    is_rolling = cohort.closes_on is None and cohort.ends_on is None
    for label, day in (
        (_("Matching"), cohort.matching_on),
        (_("Pairs start"), cohort.starts_on),
        (_("The cohort ends"), cohort.ends_on),
    ):
        if day or not is_rolling:
            yield label, day, date_format(day) if day else _("No day is set")
