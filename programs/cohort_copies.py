"""The next cohort of a program as a copy of an earlier one: its dates, and no one's application."""

from __future__ import annotations

import re
from datetime import date
from itertools import count

from dateutil.relativedelta import relativedelta
from django.utils import timezone
from django.utils.text import slugify

from .creation import SLUG_LENGTH
from .models import Cohort

DAYS = ("opens_on", "closes_on", "matching_on", "starts_on", "ends_on")
YEAR = re.compile(r"\b(20\d\d)\b")
NUMBER = re.compile(r"^(.*) (\d{1,3})$")
MONTHS_OF_YEAR = 12


def next_cohort(cohort: Cohort, *, on: date | None = None) -> Cohort:
    """Return an unsaved cohort that follows `cohort`: every day is later by the same months.

    It opens as long after `cohort` as that opened after the one before it, a year at most, and not
    before `on` (today). A rolling cohort is followed by one that opens `on`.
    """
    today = on or timezone.localdate()
    if cohort.closes_on is None and cohort.ends_on is None:
        days: dict[str, date | None] = {"opens_on": today}
    else:
        months = _months_until(cohort, today)
        known = {name: getattr(cohort, name) for name in DAYS}
        days = {
            name: day + relativedelta(months=months) if day else None for name, day in known.items()
        }
    opens_on = days["opens_on"]
    assert opens_on is not None
    name = _next_name(cohort, opens_on.year - cohort.opens_on.year)
    return Cohort(program=cohort.program, name=name, slug=_unused_slug(cohort, name), **days)


def _months_until(cohort: Cohort, today: date) -> int:
    """Return by how many months the days move, so that the copy opens today or later."""
    earlier = Cohort.objects.filter(program=cohort.program_id, opens_on__lt=cohort.opens_on)
    before = earlier.order_by("-opens_on").values_list("opens_on", flat=True).first()
    step = MONTHS_OF_YEAR
    if before is not None:
        gap = relativedelta(cohort.opens_on, before)
        if not gap.years:
            step = gap.months or MONTHS_OF_YEAR
    return next(
        months
        for months in count(step, step)
        if cohort.opens_on + relativedelta(months=months) >= today
    )


def _next_name(cohort: Cohort, years: int) -> str:
    """Return the name with the years in it moved, else with a number, that the program lacks."""
    moved = YEAR.sub(lambda found: str(int(found[1]) + years), cohort.name)
    taken = set(Cohort.objects.filter(program=cohort.program_id).values_list("name", flat=True))
    if moved not in taken:
        return moved
    numbered = NUMBER.match(moved)
    base, first = (numbered[1], int(numbered[2]) + 1) if numbered else (moved, 2)
    length = Cohort._meta.get_field("name").max_length or 0
    names = (f"{base[: length - len(f' {n}')]} {n}" for n in count(first))
    return next(name for name in names if name not in taken)


def _unused_slug(cohort: Cohort, name: str) -> str:
    """Return a short name for web addresses, made like that of `cohort`."""
    base = slugify(name)[:SLUG_LENGTH] or cohort.program.slug[:SLUG_LENGTH]
    candidates = (base if n == 1 else f"{base}-{n}" for n in count(1))
    return next(one for one in candidates if not Cohort.objects.filter(slug=one).exists())
