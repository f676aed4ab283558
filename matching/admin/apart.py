"""Keep apart: people who must not be paired."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.models import MATCHERS, KeepApart
from matching.standing import people_near
from programs.committee import CommitteeAdmin
from programs.models import Application, Program


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} <{obj.email}>"


@admin.register(KeepApart)
class KeepApartAdmin(CommitteeAdmin):
    list_display = ("pair", "kind", "by", "since", "until")
    list_select_related = ("first", "second", "by")
    list_filter = ("kind",)
    search_fields = ("first__name", "second__name")
    search_help_text = _("Search by name")
    fields = ("program", "first", "second", "kind", "reason", "since", "until")
    add_roles = change_roles = MATCHERS

    @admin.display(description=_("pair"))
    def pair(self, row: KeepApart) -> str:
        return f"{row.first} | {row.second}"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.for_committee(request.user, *MATCHERS)
        if db_field.name in {"first", "second"}:
            mine = Application.objects.for_committee(request.user).values("person")
            people = db_field.related_model._default_manager.filter(pk__in=mine)
            kwargs["queryset"] = people.exclude(pk__in=people_near(request.user)).order_by("name")
            return PersonChoice(kwargs["queryset"], label=db_field.verbose_name, widget=forms.Select)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("program", "first", "second", "since") if obj else ("until",)

    def save_model(self, request: HttpRequest, obj: KeepApart, form: Any, change: bool) -> None:
        if not change:
            obj.by = request.user
            obj.since = obj.since or timezone.localdate()
        super().save_model(request, obj, form, change)
