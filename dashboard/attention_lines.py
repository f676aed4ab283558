"""The lines of what needs the committee: how many rows wait, since when, and where they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from access.bounded import by_ids, count_up_to
from accounts.models import User
from programs.models import Cohort

Rows = TypeVar("Rows", bound=QuerySet)

SHOWN_LIMIT = 99
FEW = 200  # rows that are counted by reading them
OWN = ("me", "mine")  # the values of filters that leave a member's own rows


@dataclass(frozen=True)
class AttentionItem:
    """One line: how many, in words, and the address of the list, by which the line is known.

    `tone` is bad, amber or info; `since` when the oldest of the rows began to wait, where it is
    known and no more rows wait than are counted.
    """

    count: int
    text: str
    url: str
    tone: str = "info"
    since: date | None = None

    @property
    def shown(self) -> str:
        """The number, or "99+" for more: nobody works through that many in a day."""
        return str(self.count) if self.count <= SHOWN_LIMIT else f"{SHOWN_LIMIT}+"

    @property
    def is_urgent(self) -> bool:
        return self.tone == "bad"

    @property
    def is_personal(self) -> bool:
        """Whether the list holds what this member has taken on or was asked to do."""
        return any(value in OWN for _name, value in parse_qsl(urlsplit(self.url).query))


def changelist_url(name: str, **query: str) -> str:
    """Return the address of an admin list, `name` being "app_model", with filters."""
    address = reverse(f"admin:{name}_changelist")
    return f"{address}?{urlencode(query)}" if query else address


@dataclass(frozen=True)
class Scope:
    """Whose lines are counted, when, and of which cohort; without one, of all that they see."""

    member: User
    at: datetime
    cohort: Cohort | None = None

    def of(self, rows: Rows, path: str = "cohort") -> Rows:
        """Return the rows of the cohort, to which `path` leads from each."""
        return rows.filter(Q((path, self.cohort))) if self.cohort else rows

    def url(self, name: str, **query: str) -> str:
        """Return the address of the list that has exactly these rows; see `changelist_url`."""
        cohort = {"cohort": self.cohort.slug} if self.cohort else {}
        return changelist_url(name, **query, **cohort)


def counted(rows: QuerySet) -> int:
    """Count the rows, no further than is shown."""
    return count_up_to(rows, SHOWN_LIMIT + 1)


def found_few(rows: Rows) -> tuple[int, Rows]:
    """Count the rows, and return them to be asked more; by their ids where there are few.

    For long conditions: they are written and looked for once.
    """
    ids = list(rows.order_by().values_list("pk", flat=True)[: SHOWN_LIMIT + 1])
    return len(ids), rows if len(ids) > SHOWN_LIMIT else by_ids(rows, ids)


class Found(NamedTuple):
    """How many rows wait, none counted further than is shown, and since when the oldest does."""

    number: int
    since: date | None = None


def found_since(rows: QuerySet, since: str) -> Found:
    """Count the rows and find the smallest value of the column `since`, in one query."""
    days = list(rows.order_by().values_list(since, flat=True)[: SHOWN_LIMIT + 1])
    return _found_days(days)


def _found_days(days: list[date | datetime | None]) -> Found:
    known = [day for day in days if day is not None]
    is_exact = len(days) <= SHOWN_LIMIT
    return Found(len(days), _day(min(known, default=None)) if is_exact else None)


def _day(moment: date | datetime | None) -> date | None:
    return timezone.localdate(moment) if isinstance(moment, datetime) else moment


def together(found: Iterable[Found]) -> Found:
    """Add up numbers; the oldest day is known if none of them was counted only up to the limit."""
    known = list(found)
    is_exact = all(one.number <= SHOWN_LIMIT for one in known)
    days = [one.since for one in known if one.since and is_exact]
    return Found(sum(one.number for one in known), min(days, default=None))


def found_by(rows: QuerySet, column: str, since: str, *values: str) -> dict[str, Found]:
    """Count the rows with each value of a column, and since when they wait, as `found_since` does.

    Usually there are few, and one query asks once who may see them.
    """
    few = list(rows.order_by().values_list(column, since)[: FEW + 1])
    by_value = {value: [day for one, day in few if one == value] for value in values}
    if len(few) > FEW:
        # Where more were read than are shown, it is known that there are more.
        return {
            value: Found(len(days))
            if len(days) > SHOWN_LIMIT
            else found_since(rows.filter(**{column: value}), since)
            for value, days in by_value.items()
        }
    return {value: _found_days(days) for value, days in by_value.items()}
