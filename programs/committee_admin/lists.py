"""Lists of the committee that cost the same however long the table is.

1. A list shows, pages and counts its first `LIST_LIMIT` rows. When there are more, the page says so
   and the filters, the dates and the search lead to the others.
2. Who may see which rows is asked once: for the ids of these rows. What the columns show is read
   for the ids of one page (`CommitteeAdmin.with_columns`).
3. A filter offers choices that are known without reading the table. Its counts are among the rows
   that the list shows.
4. The dates are those between the first and the last row, of the whole table where the list does
   not show every row; no date in between is looked for.
5. Only columns with an index can be sorted by: `sortable_by`.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Max, Min, Q, QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.bounded import by_ids, ends_of, narrowed

from ..models import Cohort

LIST_LIMIT = 500
MANY_CHOICES = 20  # of a filter


class BoundedPaginator(Paginator):
    """Pages of the first `LIST_LIMIT` rows; `is_cut` says that there are more."""

    @cached_property
    def _found(self) -> list[int]:
        return list(self._rows.values_list("pk", flat=True)[: LIST_LIMIT + 1])

    @property
    def _rows(self) -> QuerySet:
        return cast(QuerySet, self.object_list)

    @property
    def count(self) -> int:  # type: ignore[override]  # Django caches it
        return min(len(self._found), LIST_LIMIT)

    @property
    def is_cut(self) -> bool:
        return len(self._found) > LIST_LIMIT

    @property
    def limit(self) -> int:
        return LIST_LIMIT

    @property
    def ids(self) -> list[int]:
        """The ids of the rows that the list has, in its order."""
        return self._found[:LIST_LIMIT]

    def ids_of(self, page: int) -> list[int]:
        """Return the ids of the rows of one page, the first being 1."""
        return self.ids[(page - 1) * self.per_page : page * self.per_page]


class PageWithColumns(Protocol):
    """What a list needs of its `CommitteeAdmin`."""

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet: ...


class CommitteeList(ChangeList):
    """Django's list, which asks once which rows it has, and reads one page of them by ids."""

    paginator: BoundedPaginator

    def get_ordering_field(self, field_name: Callable | str) -> str | Combinable | None:
        """Return nothing for a column that no one can sort by; Django only hides its link."""
        is_sortable = field_name in (self.sortable_by or ())
        return super().get_ordering_field(field_name) if is_sortable else None

    def get_results(self, request: HttpRequest) -> None:
        if self.get_filters_params() or self.query:
            self.queryset = narrowed(self.queryset, LIST_LIMIT)
        super().get_results(request)
        found = self.paginator
        ids = found.ids_of(self.page_num) if self.multi_page and not self.show_all else found.ids
        rows = by_ids(self.queryset, ids)
        admin_page = cast(PageWithColumns, self.model_admin)
        shown = self.apply_select_related(admin_page.with_columns(request, rows))
        self.result_list = shown.order_by(*self.queryset.query.order_by)

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet:
        rows = super().get_queryset(request, exclude_parameters)
        if exclude_parameters is None:
            return rows
        # Without the parameters of one filter: these are the rows that this filter counts.
        shown = rows.values_list("pk", flat=True)[:LIST_LIMIT]
        return self.root_queryset.order_by().filter(pk__in=list(shown))


class CohortFilter(admin.SimpleListFilter):
    """The newest cohorts of the member's own programs."""

    title = gettext_lazy("cohort")
    parameter_name = "cohort"
    path = "cohort"  # from a row of the list

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        newest = Cohort.objects.for_committee(request.user).order_by("-opens_on", "-pk")
        return list(newest.values_list("slug", "name")[:MANY_CHOICES])

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(**{f"{self.path}__slug": self.value()}) if self.value() else queryset


class CohortOfMatchFilter(CohortFilter):
    """For lists of matches, and of other rows with a mentee."""

    path = "mentee__cohort"


class InCohort(Protocol):
    """Rows that can be asked for those of a cohort."""

    def in_cohort(self, cohort: Cohort) -> QuerySet: ...


class InCohortFilter(CohortFilter):
    """For lists of rows that belong to a cohort in more than one way: see their `in_cohort`."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        chosen = Cohort.objects.for_committee(request.user).filter(slug=self.value()).first()
        return cast(InCohort, queryset).in_cohort(chosen) if chosen else queryset.none()


class CarerFilter(admin.SimpleListFilter):
    """The member's own pairs, and those without a carer; one carer's pairs are found by name."""

    title = gettext_lazy("carer")
    parameter_name = "carer"
    path = "carer"  # from a row of the list

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("me", _("My pairs")), ("none", _("No carer yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        # What nobody looks after any more has a carer still: see `matches.uncovered`.
        since = f"{self.path.removesuffix('carer')}uncovered_since__isnull"
        none = Q((self.path, None)) | Q((since, False))
        carers = {"me": Q((self.path, request.user.pk)), "none": none}
        return queryset.filter(carers.get(self.value() or "", Q()))


@dataclass
class DateLinks:
    """The links of a date hierarchy, in the form of the template `admin/date_hierarchy.html`."""

    choices: list[dict[str, str]] = field(default_factory=list)
    back: dict[str, str] | None = None
    show: bool = True


def date_links(changelist: CommitteeList) -> DateLinks:
    """Return years, then the months of a year, then its days, between the first and last row."""
    name = str(changelist.date_hierarchy)
    chosen = [
        int(str(changelist.params[key])) if key in changelist.params else None
        for key in (f"{name}__year", f"{name}__month", f"{name}__day")
    ]
    year, month, day = chosen

    def link(**parts: int) -> str:
        query = {f"{name}__{part}": value for part, value in parts.items()}
        return changelist.get_query_string(query, [f"{name}__"])

    first, last = _first_and_last(changelist)
    if first is None or last is None:
        return DateLinks(show=False)
    if year and month and day:
        back = {"link": link(year=year, month=month), "title": _month(date(year, month, 1))}
        return DateLinks([{"title": _day(date(year, month, day))}], back)
    if year and month:
        days = [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]
        choices = [
            {"link": link(year=year, month=month, day=day.day), "title": _day(day)}
            for day in days
            if first <= day <= last
        ]
        return DateLinks(choices, {"link": link(year=year), "title": str(year)})
    if year:
        first, last = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
    if year or first.year == last.year:
        choices = [
            {"link": link(year=month.year, month=month.month), "title": _month(month)}
            for month in _months(first, last)
        ]
        return DateLinks(choices, {"link": link(), "title": _("All dates")} if year else None)
    years = range(first.year, last.year + 1)
    return DateLinks([{"link": link(year=year), "title": str(year)} for year in years])


def _first_and_last(changelist: CommitteeList) -> tuple[date | None, date | None]:
    name, found = str(changelist.date_hierarchy), changelist.paginator
    if found.is_cut:
        first, last = ends_of(changelist.queryset, name)
    else:
        listed = by_ids(changelist.queryset, found.ids)
        first, last = listed.aggregate(first=Min(name), last=Max(name)).values()
    return _local(first), _local(last)


def _local(moment: date | datetime | None) -> date | None:
    return timezone.localdate(moment) if isinstance(moment, datetime) else moment


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _month(day: date) -> str:
    return capfirst(date_format(day, "YEAR_MONTH_FORMAT"))


def _day(day: date) -> str:
    return capfirst(date_format(day, "MONTH_DAY_FORMAT"))
