"""Pairs of people who must not be matched with each other."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import Field as FormField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.fact_changes import watched
from accounts.models import User
from applications.models import Application
from matching.models import MATCHERS, KeepApart
from matching.rounds import pair_offers
from programs.committee_admin import CommitteeAdmin, find_field
from programs.models import Program


def people_to_name(request: HttpRequest) -> QuerySet[User]:
    """Return everyone whom the member may name."""
    mine = Application.objects.for_committee(request.user).values("person")
    return User.objects.filter(pk__in=mine).order_by("name")


def with_address(person: User) -> str:
    return person.name_and_address


@admin.register(KeepApart)
class KeepApartAdmin(CommitteeAdmin):
    add_title = _("Keep two people apart")
    empty_words = _("No one is kept apart.")
    empty_advice = _("Add two people who must not be matched, such as a person and their manager.")
    list_display = ("pair", "kind", "by", "since", "until")
    list_select_related = ("first", "second", "by")
    list_filter = ("kind",)
    search_fields = ("first__name", "second__name")
    search_help_text = _("Search by name")
    fields = ("program", "first", "second", "kind", "reason", "since", "until")
    add_roles = change_roles = MATCHERS
    duplicate_field = "second"

    def row_title(self, row: Model) -> str:
        assert isinstance(row, KeepApart)
        return self.pair(row)

    @admin.display(description=_("pair"))
    def pair(self, row: KeepApart) -> str:
        return gettext("%(one)s and %(other)s") % {"one": row.first, "other": row.second}

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> FormField | None:
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.for_committee(request.user, *MATCHERS)
        if db_field.name in {"first", "second"}:
            people = people_to_name(request)
            return find_field(db_field, people, search=("name", "email"), describe=with_address)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return ("program", "first", "second", "since") if obj else ("until",)

    def fill_in(self, request: HttpRequest, form: forms.ModelForm) -> None:
        row = form.instance
        if row._state.adding:
            row.by = request.user
            row.since = row.since or timezone.localdate()

    def save_model(
        self, request: HttpRequest, obj: Model, form: forms.ModelForm, change: bool
    ) -> None:
        """Save the row; a question that is open about these two ends at once."""
        assert isinstance(obj, KeepApart)
        with watched(obj.first):  # the two may be in a running pair
            super().save_model(request, obj, form, change)
        pair_offers.end_kept_apart([obj.first, obj.second], at=timezone.now())

    def has_duplicate(self, request: HttpRequest, row: Model) -> bool:
        """Return whether the two are kept apart already, whoever is named first."""
        assert isinstance(row, KeepApart)
        known = KeepApart.objects.visible_to(request.user).exclude(pk=row.pk)
        same = known.filter(program=row.program, kind=row.kind, until=None)
        people = [row.first_id, row.second_id]
        return row.until is None and same.filter(first__in=people, second__in=people).exists()
