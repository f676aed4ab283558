"""Topics and experiences: one name per language, retired instead of deleted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import Form, ModelChoiceField, RadioSelect
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..committee import Role
from ..committee_admin import ExportAdmin, TranslatedNamesForm, translated_name_fields
from ..models import Experience, Program, Topic
from ..spreadsheets import Sheet
from ..vocabulary_exports import words_sheet
from ..word_merging import merge_words, uses


class EntryForm(TranslatedNamesForm):
    """The code is made from the name in the site's first language and never changes."""

    class Meta:
        fields: ClassVar[tuple[str, ...]] = ("program", "position", "retired_on")

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        if not self.instance.code:
            self.instance.code = slugify(self.instance.names.get(settings.LANGUAGE_CODE, ""))[:60]
            self._check_duplicate(cleaned.get("program"))
        return cleaned

    def _check_duplicate(self, program: Program | None) -> None:
        model, code = type(self.instance), self.instance.code
        if not code or model.objects.filter(program=program, code=code).exists():
            self.add_error(
                f"name_{settings.LANGUAGE_CODE}",
                _(
                    "There is already an entry with this name, perhaps a retired one. "
                    "Choose another name."
                ),
            )


class TopicForm(EntryForm):
    class Meta(EntryForm.Meta):
        model = Topic
        fields = ("program", "kind", "position", "retired_on")


class ExperienceForm(EntryForm):
    class Meta(EntryForm.Meta):
        model = Experience


class MergeForm(Form):
    keep = ModelChoiceField(
        Topic.objects.none(),
        label=gettext_lazy("Word to keep"),
        widget=RadioSelect,
        empty_label=None,
    )

    def __init__(self, data: QueryDict | None = None, *, words: QuerySet) -> None:
        super().__init__(data)
        keep = self.fields["keep"]
        assert isinstance(keep, ModelChoiceField)
        keep.queryset = words.filter(retired_on=None)


class EntryAdmin(ExportAdmin):
    """Entries of the member's programs and the shared ones; chairs add and change their own."""

    columns: ClassVar[tuple[str, ...]] = ("program", "position", "retired_on")

    add_roles = change_roles = (Role.CHAIR,)
    list_display = ("__str__", "program", "position", "is_current")
    list_select_related = ("program",)
    search_fields = ("code", "names")
    ordering = ("program", "position")
    actions = ("retire_selected", "restore_selected", "merge_selected")

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
            kwargs["empty_label"] = _("Shared by all programs")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Shared entries belong to every program: only the maintainer changes them."""
        if isinstance(obj, Topic | Experience) and obj.program_id is None:
            return request.user.is_superuser
        return super().has_change_permission(request, obj)

    def export_sheet(self, request: HttpRequest, rows: QuerySet) -> Sheet:
        return words_sheet(rows)

    @admin.display(description=gettext_lazy("names"))
    def all_names(self, entry: Topic | Experience) -> str:
        return ", ".join(entry.names.values())

    @admin.display(description=gettext_lazy("in use"))
    def is_current(self, entry: Topic | Experience) -> str:
        return _("retired") if entry.retired_on else _("yes")

    def _changeable_ids(self, request: HttpRequest, chosen: QuerySet) -> list[int]:
        return [
            entry.pk
            for entry in chosen.select_related("program")
            if self.has_change_permission(request, entry)
        ]

    @admin.action(description=gettext_lazy("Retire"), permissions=["change"])
    def retire_selected(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
        """Show which words would no longer be offered, and who chose them; then retire them."""
        mine = self.model.objects.filter(
            pk__in=self._changeable_ids(request, chosen), retired_on=None
        )
        if "confirmed" in request.POST or not mine.exists():
            self._report_changed(request, mine.update(retired_on=timezone.localdate()))
            return None
        return self._confirm(request, "retire_selected", _("Retire words"), mine)

    @admin.action(description=gettext_lazy("Merge into one word"), permissions=["change"])
    def merge_selected(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
        """Ask which word to keep, show what changes, then merge the others into it."""
        mine = self.model.objects.filter(pk__in=self._changeable_ids(request, chosen))
        if mine.count() < 2:
            text = _("Select at least two words that you may change.")
            self.message_user(request, text, messages.WARNING)
            return None
        form = MergeForm(request.POST if "confirmed" in request.POST else None, words=mine)
        if not form.is_valid():
            return self._confirm(request, "merge_selected", _("Merge words"), mine, form=form)
        keep = form.cleaned_data["keep"]
        others = list(mine.exclude(pk=keep.pk))
        changed = merge_words(keep, others)
        self.log_change(request, keep, [{"changed": {"name": "merged", "object": str(keep)}}])
        text = ngettext(
            "Merged into “%(word)s”: %(n)d choice changed. The other words are retired.",
            "Merged into “%(word)s”: %(n)d choices changed. The other words are retired.",
            changed,
        )
        messages.success(request, text % {"word": keep, "n": changed})
        return None

    def _confirm(
        self,
        request: HttpRequest,
        action: str,
        title: str,
        words: QuerySet,
        form: MergeForm | None = None,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "action": action,
            "words": [(word, uses(word)) for word in words],
            "form": form,
        }
        return TemplateResponse(request, "admin/programs/confirm_words.html", context)

    @admin.action(description=gettext_lazy("Restore"), permissions=["change"])
    def restore_selected(self, request: HttpRequest, chosen: QuerySet) -> None:
        mine = self.model.objects.filter(pk__in=self._changeable_ids(request, chosen)).exclude(
            retired_on=None
        )
        self._report_changed(request, mine.update(retired_on=None))

    def _report_changed(self, request: HttpRequest, changed: int) -> None:
        words = ngettext("%(n)d entry was changed.", "%(n)d entries were changed.", changed)
        messages.success(request, words % {"n": changed})


@admin.register(Topic)
class TopicAdmin(EntryAdmin):
    empty_words = gettext_lazy(
        "There are no topics yet. Mentees choose what they would like help with, "
        "mentors what they offer."
    )
    form = TopicForm
    columns = ("program", "kind", "position", "retired_on")
    list_display = ("__str__", "kind", "program", "position", "is_current")  # type: ignore[assignment]
    list_filter = ("kind",)


@admin.register(Experience)
class ExperienceAdmin(EntryAdmin):
    empty_words = gettext_lazy(
        "There are no experiences yet. Mentees choose what they are going through, "
        "mentors what they have been through."
    )
    form = ExperienceForm
