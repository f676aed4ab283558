"""Themes in the admin: every member reads them, chairs write them, readers mark answers."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin, messages
from django.db.models import Model
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from programs.committee import Role, acting_member
from programs.committee_admin import ChairedAdmin, translated_name_fields

from ..models import CheckIn, Theme
from ..theme_forms import ThemeForm, marks_forms

COLUMNS = ("position", "retired_on")


@admin.register(Theme)
class ThemeAdmin(ChairedAdmin):
    form = ThemeForm
    add_title = gettext_lazy("Add a theme")
    add_roles = change_roles = (Role.CHAIR,)
    empty_words = gettext_lazy(
        "There are no themes yet. Readers mark them on what people write, and they become counts."
    )
    list_display = ("__str__", "program", "position", "is_current")
    list_select_related = ("program",)
    ordering = ("program", "position", "pk")
    sortable_by = ()

    def _may_write(self, request: HttpRequest, obj: Model | None) -> bool:
        return obj is None or self.has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        words = translated_name_fields() if self._may_write(request, obj) else ["all_names"]
        return ["program", *words, *COLUMNS]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        if not self._may_write(request, obj):
            return ("program", "all_names", *COLUMNS)
        return () if obj is None else ("program",)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[ModelForm]:
        # The inputs of names are no model fields: Django must not look for them.
        chosen = ["program", *COLUMNS] if obj is None else [*COLUMNS]
        fields = chosen if self._may_write(request, obj) else []
        return super().get_form(request, obj, change, **{**kwargs, "fields": fields})

    @admin.display(description=gettext_lazy("names"))
    def all_names(self, theme: Theme) -> str:
        return ", ".join(theme.names.values())

    @admin.display(description=gettext_lazy("in use"))
    def is_current(self, theme: Theme) -> str:
        return _("retired") if theme.retired_on else _("yes")


@require_POST
def marks_view(request: HttpRequest, pk: int, answer: int) -> HttpResponse:
    """Mark themes on one answer of a check-in."""
    member = acting_member(request)
    rows = CheckIn.objects.readable_by(member).with_details()
    checkin = get_object_or_404(rows, pk=pk)
    forms = marks_forms(checkin, member, request.POST)
    form = next((one for one in forms if one.answer.pk == answer), None)
    if form is None:
        raise Http404
    if form.is_valid():
        form.save(checkin, by=member)
        messages.success(request, _("The themes of the answer were saved."))
    else:
        messages.error(request, _("Nothing was saved. Choose themes from the list."))
    return redirect("admin:checkins_checkin_change", checkin.pk)
