"""Tags of the admin: dates and rows of lists, labels and values of fields, recent actions."""

from __future__ import annotations

from typing import cast

from django import forms, template
from django.contrib import admin
from django.contrib.admin.helpers import AdminField, AdminReadonlyField
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import lookup_field
from django.db.models import ForeignKey, Model
from django.template.context import Context
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.timezones import zone_label
from programs.committee import Role, roles_held
from programs.committee_admin.cells import as_sentence, empty_value, labelled_results
from programs.committee_admin.languages import language_label
from programs.committee_admin.lists import CommitteeList, DateLinks, date_links
from programs.committee_admin.row_names import RowKey, RowName, link_to, name_rows
from programs.committee_admin.row_pages import RowPages

register = template.Library()

# What a page says instead of leaving the row out, because nothing is worth saying there.
WORDS_FOR_NOTHING = {
    "carer": gettext_lazy("No carer yet"),
    "mentee_signed": gettext_lazy("Not yet"),
    "mentor_signed": gettext_lazy("Not yet"),
}
LABELS = {"language": language_label, "time_zone": zone_label}  # of columns that store codes


@register.inclusion_tag("admin/date_hierarchy.html")
def committee_dates(changelist: CommitteeList) -> dict[str, object]:
    """Show years, months or days without looking which of them have rows."""
    links: DateLinks = date_links(changelist)
    return {"show": links.show, "back": links.back, "choices": links.choices}


@register.inclusion_tag("admin/change_list_results.html")
def committee_rows(changelist: CommitteeList) -> dict[str, object]:
    """Show the table of a list; on a phone each row is a card."""
    return labelled_results(changelist)


@register.inclusion_tag("admin/programs/no_cohort.html", takes_context=True)
def no_cohort(context: Context) -> dict[str, bool]:
    """Say that a page needs a cohort, and lead a chair to adding one."""
    return {"may_add": Role.CHAIR in roles_held(context["request"])}


@register.simple_tag
def field_label(field: AdminField) -> str:
    """Label an input; one that may stay empty says so, as in every other form of the site."""
    bound, shown = field.field, field.field.field
    says_itself = isinstance(shown.widget, forms.Select)  # the choice for nothing has words
    if shown.required or says_itself:
        return field.label_tag()
    label = _("%(label)s (optional)") % {"label": bound.label}
    return bound.label_tag(contents=conditional_escape(label))


@register.simple_tag(takes_context=True)
def readonly_value(context: Context, field: AdminReadonlyField) -> object:
    """Show a value that can't be changed; a row as a link only if the member may open its page."""
    row, name = _related_row(field), str(field.field["name"])
    if row is not None:
        return row_link(context, row)
    if name in LABELS:
        return LABELS[name](getattr(field.form.instance, name))
    if name == "state" and hasattr(field.form.instance, "get_state_display"):
        page = cast(RowPages, field.model_admin)
        return page.state_chip(field.form.instance)
    contents = field.contents()
    if contents in ("", empty_value()):
        return WORDS_FOR_NOTHING.get(name, "")
    return _in_words(field, contents)


def _in_words(field: AdminReadonlyField, contents: str) -> object:
    """Return a value as a sentence begins; yes and no as words instead of Django's icons."""
    column, _attribute, value = lookup_field(
        field.field["field"], field.form.instance, field.model_admin
    )
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if getattr(column, "flatchoices", None):
        return capfirst(contents)
    is_plain = isinstance(value, str | Promise) and not isinstance(value, SafeData)
    if column is None and is_plain and "\n" not in str(value):
        return as_sentence(str(value))
    return contents


def _related_row(field: AdminReadonlyField) -> Model | None:
    name, row = field.field["field"], field.form.instance
    if named := getattr(field.model_admin, "named_rows", {}).get(name):
        computed: Model | None = getattr(row, named)
        return computed
    columns = {column.name: column for column in row._meta.get_fields()}
    if isinstance(name, str) and isinstance(columns.get(name), ForeignKey):
        found: Model | None = getattr(row, name)
        return found
    return None


@register.simple_tag(takes_context=True)
def row_link(context: Context, row: Model) -> str:
    """Show the name of a row, as a link if the member may open its page."""
    return link_to(context["request"], admin.site, row).__html__()


@register.simple_tag(takes_context=True)
def recent_actions(context: Context, limit: int) -> list[RowName]:
    """Return the rows that the member changed last, the newest first."""
    request = context["request"]
    entries = LogEntry.objects.filter(user=request.user.pk).select_related("content_type")
    newest = list(entries.order_by("-action_time", "-pk")[: limit * 3])
    keys = list(dict.fromkeys(filter(None, map(_row_key, newest))))[:limit]
    names = name_rows(request, admin.site, keys)
    return [names[key] for key in keys]


def _row_key(entry: LogEntry) -> RowKey | None:
    """Return which row an entry is about, None where its table is gone."""
    kind, pk = entry.content_type, str(entry.object_id)
    if kind is None or kind.model_class() is None or not pk.isdecimal():
        return None
    return f"{kind.app_label}.{kind.model}", int(pk)
