"""Pairs of people who must not be matched with each other."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth import get_user_model
from django.db.models import Field, ForeignKey, Model
from django.forms import Field as FormField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from matching.models import MATCHERS, KeepApart
from programs.committee_admin import CommitteeAdmin
from programs.models import Program


class PersonChoice(forms.TypedChoiceField):
    """One of the people whom the member may name, read once for both fields."""

    def __init__(
        self, people: dict[str, Any], *, label: Any, initial: Any = None, **_more: object
    ) -> None:
        choices = [
            ("", "---------"),
            *((key, f"{one.name} <{one.email}>") for key, one in people.items()),
        ]
        super().__init__(
            choices=choices, coerce=people.__getitem__, empty_value=None, label=capfirst(label)
        )

    def has_changed(self, initial: object, data: object) -> bool:
        return str(initial or "") != str(data or "")


def people_of(request: HttpRequest) -> dict[str, Any]:
    """Return everyone whom the member may name, by id; read once for a request."""
    if not hasattr(request, "people_to_name"):
        mine = Application.objects.for_committee(request.user).values("person")
        people = get_user_model()._default_manager.filter(pk__in=mine).order_by("name")
        request.people_to_name = {str(one.pk): one for one in people}
    return request.people_to_name


@admin.register(KeepApart)
class KeepApartAdmin(CommitteeAdmin):
    empty_words = _(
        "No one is kept apart. Add two people who must not be matched, such as a person and "
        "their manager."
    )
    list_display = ("pair", "kind", "by", "since", "until")
    list_select_related = ("first", "second", "by")
    list_filter = ("kind",)
    search_fields = ("first__name", "second__name")
    search_help_text = _("Search by name")
    fields = ("program", "first", "second", "kind", "reason", "since", "until")
    add_roles = change_roles = MATCHERS
    duplicate_field = "second"

    @admin.display(description=_("pair"))
    def pair(self, row: KeepApart) -> str:
        return f"{row.first} | {row.second}"

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> FormField | None:
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.for_committee(request.user, *MATCHERS)
        if db_field.name in {"first", "second"}:
            return PersonChoice(people_of(request), label=db_field.verbose_name)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: object
    ) -> FormField | None:
        """Use plain choices, without the links to view or add people and programs."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return ("program", "first", "second", "since") if obj else ("until",)

    def fill_in(self, request: HttpRequest, form: forms.ModelForm) -> None:
        row = form.instance
        if row._state.adding:
            row.by = request.user
            row.since = row.since or timezone.localdate()

    def has_duplicate(self, request: HttpRequest, row: Model) -> bool:
        """Return whether the two are kept apart already, whoever is named first."""
        assert isinstance(row, KeepApart)
        known = KeepApart.objects.visible_to(request.user).exclude(pk=row.pk)
        same = known.filter(program=row.program, kind=row.kind, until=None)
        people = [row.first_id, row.second_id]
        return row.until is None and same.filter(first__in=people, second__in=people).exists()
