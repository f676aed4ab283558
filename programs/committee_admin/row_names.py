"""What the committee calls a row of any table, and where its page is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.text import capfirst

RowKey = tuple[str, int]  # "app.model", id


@dataclass(frozen=True)
class RowName:
    """The name of a row, and the address of its page; "" where the member may not open it."""

    text: str
    url: str = ""

    def __html__(self) -> str:
        if not self.url:
            return format_html("{}", self.text)
        return format_html('<a href="{}">{}</a>', self.url, self.text)

    def __str__(self) -> str:
        return self.text


def name_rows(
    request: HttpRequest, site: AdminSite, keys: Iterable[RowKey]
) -> dict[RowKey, RowName]:
    """Return the names of rows, in one query for each table.

    A row that the member may not see has the name of its table and no link.
    """
    wanted: dict[str, set[int]] = {}
    for label, pk in keys:
        wanted.setdefault(label, set()).add(pk)
    names: dict[RowKey, RowName] = {}
    for label, ids in wanted.items():
        model = apps.get_model(label)
        unknown = RowName(capfirst(str(model._meta.verbose_name)))
        names |= {(label, pk): unknown for pk in ids}
        page = site._registry.get(model)
        if page is not None:
            names |= {
                (label, row.pk): RowName(title_of(page, row), _change_url(page, row))
                for row in _seen_rows(request, page).filter(pk__in=ids)
            }
    return names


def title_of(page: ModelAdmin, row: Model) -> str:
    """Return the title of the page of `row`."""
    title = getattr(page, "row_title", str)
    return str(title(row))


def link_to(request: HttpRequest, site: AdminSite, row: Model) -> RowName:
    """Return the name of a row that is at hand, with a link if the member may open its page."""
    page = site._registry.get(type(_loaded(row)))
    if page is None or not _seen_rows(request, page).filter(pk=row.pk).exists():
        return RowName(str(row))
    return RowName(str(row), _change_url(page, row))


def _loaded(row: Model) -> Model:
    return row._wrapped if isinstance(row, SimpleLazyObject) else row


def _seen_rows(request: HttpRequest, page: ModelAdmin) -> QuerySet:
    if not page.has_view_permission(request):
        return page.model._default_manager.none()
    rows = page.get_queryset(request)
    related = page.list_select_related
    return rows.select_related(*related) if isinstance(related, tuple | list) else rows


def _change_url(page: ModelAdmin, row: Model) -> str:
    name = f"{page.opts.app_label}_{page.opts.model_name}_change"
    try:
        return reverse(f"admin:{name}", args=[row.pk])
    except NoReverseMatch:
        return ""
