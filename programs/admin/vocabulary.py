"""Topics and experiences: one name per language, retired instead of deleted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import ForeignKey, Model
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..committee import Role
from ..committee_admin import WordAdmin, WordForm, translated_name_fields
from ..models import Entry, Experience, Program, ProgramActivity, Topic


class EntryForm(WordForm):
    class Meta:
        fields: ClassVar[tuple[str, ...]] = ("program", "position", "retired_on")


class TopicForm(EntryForm):
    class Meta(EntryForm.Meta):
        model = Topic
        fields = ("program", "kind", "position", "retired_on")


class ExperienceForm(EntryForm):
    class Meta(EntryForm.Meta):
        model = Experience


class ProgramActivityForm(EntryForm):
    """What belongs to the first weeks has a week; what pairs do when they like has none."""

    class Meta(EntryForm.Meta):
        model = ProgramActivity
        fields = ("program", "kind", "week", "position", "retired_on")

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        kind, week = cleaned.get("kind"), cleaned.get("week")
        is_activity = kind == ProgramActivity.Kind.ACTIVITY
        if is_activity and week is not None:
            text = _("An activity has no week. Empty this field, or choose another kind.")
            self.add_error("week", text)
        if kind and not is_activity and week is None and "week" not in self.errors:
            self.add_error("week", _("Say in which week it belongs: 1 is that of the first day."))
        return cleaned


class EntryAdmin(WordAdmin):
    """Entries of the member's programs and the shared ones; chairs add and change their own."""

    columns: ClassVar[tuple[str, ...]] = ("program", "position", "retired_on")

    add_roles = change_roles = (Role.CHAIR,)
    list_display = ("__str__", "program", "position", "origin", "is_current")
    list_select_related = ("program",)
    search_fields = ("code", "names")
    ordering = ("program", "position")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        names = translated_name_fields()
        if obj is not None and not self.has_change_permission(request, obj):
            names = ["all_names"]
        return [*names, *self.columns]

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> Any:
        # The inputs of names are no model fields: Django must not look for them.
        return super().get_form(request, obj, change, **{**kwargs, "fields": list(self.columns)})

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> ModelChoiceField | None:
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.for_committee(request.user, Role.CHAIR)
            if request.user.is_superuser:
                kwargs["empty_label"] = _("Shared by all programs")
            else:  # only the maintainer can change what every program has
                kwargs["required"] = True
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Shared entries belong to every program: only the maintainer changes them."""
        if isinstance(obj, Entry) and obj.program_id is None:
            return request.user.is_superuser
        return super().has_change_permission(request, obj)

    @admin.display(description=gettext_lazy("names"))
    def all_names(self, entry: Entry) -> str:
        return ", ".join(entry.names.values())

    @admin.display(description=gettext_lazy("in use"))
    def is_current(self, entry: Entry) -> str:
        return _("retired") if entry.retired_on else _("yes")


@admin.register(Topic)
class TopicAdmin(EntryAdmin):
    add_title = gettext_lazy("Add a topic")
    empty_words = gettext_lazy(
        "There are no topics yet. Mentees choose what they would like help with, "
        "mentors what they offer."
    )
    form = TopicForm
    columns = ("program", "kind", "position", "retired_on")
    list_display = ("__str__", "kind", "program", "position", "origin", "is_current")  # type: ignore[assignment]  # of another length
    list_filter = ("kind", "is_from_import")


@admin.register(Experience)
class ExperienceAdmin(EntryAdmin):
    add_title = gettext_lazy("Add an experience")
    empty_words = gettext_lazy(
        "There are no experiences yet. Mentees choose what they are going through, "
        "mentors what they have been through."
    )
    form = ExperienceForm
    list_filter = ("is_from_import",)


@admin.register(ProgramActivity)
class ProgramActivityAdmin(EntryAdmin):
    add_title = gettext_lazy("Add an activity")
    empty_words = gettext_lazy(
        "There are no activities yet. Pairs choose from them, or write their own. "
        "With a week, they are the list of a newcomer's first weeks."
    )
    form = ProgramActivityForm
    actions = ("retire_selected", "restore_selected")  # pairs have rows about them: no merging
    columns = ("program", "kind", "week", "position", "retired_on")
    list_display = ("__str__", "kind", "week", "program", "position", "is_current")  # type: ignore[assignment]  # of another length
    list_filter = ("kind",)

    def get_urls(self) -> list[URLPattern]:
        return super(WordAdmin, self).get_urls()  # nothing is merged, so nothing is undone
