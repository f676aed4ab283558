"""Lists of words: retire, restore and merge after a page that says what changes; undo a merge."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import Form, ModelChoiceField, RadioSelect
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext
from django.views.decorators.http import require_POST

from ..models import ProgramActivity, WordMerge
from ..models.word_merges import WordMergeQuerySet
from ..spreadsheets import Sheet
from ..vocabulary_exports import words_sheet
from ..word_merging import Word, merge_words, merged_into, undo_merge, uses
from .chips import chip
from .list_exports import ExportAdmin

SHOWN_MERGES = 5
# What was changed, in the history of a word; translated when it is shown.
MERGED, UNDONE = gettext_noop("words merged into it"), gettext_noop("a merge undone")


def _program_id(word: Word) -> int | None:
    return getattr(word, "program_id", None)


class MergeForm(Form):
    keep = ModelChoiceField(
        WordMerge.objects.none(),
        label=gettext_lazy("Word to keep"),
        widget=RadioSelect,
        empty_label=None,
    )

    def __init__(self, data: QueryDict | None = None, *, words: QuerySet) -> None:
        super().__init__(data)
        keep = self.fields["keep"]
        assert isinstance(keep, ModelChoiceField)
        keep.queryset = words.filter(retired_on=None)


class WordAdmin(ExportAdmin):
    """Topics, experiences, industries and languages."""

    actions: Sequence[str] = ("retire_selected", "restore_selected", "merge_selected")
    change_list_template = "admin/programs/words.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.undo_view))
        return [
            path("merge/<int:pk>/undo/", view, name=f"{self._name}_undo-merge"),
            *super().get_urls(),
        ]

    @property
    def _name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def export_sheet(self, request: HttpRequest, rows: QuerySet) -> Sheet:
        return words_sheet(rows)

    @admin.display(description=gettext_lazy("origin"), ordering="is_from_import")
    def origin(self, word: Word) -> str:
        """Mark what nobody in the committee has written."""
        return chip(_("from import"), "amber") if word.is_from_import else ""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        merges = self._merges_to_undo(request)
        return super().changelist_view(request, {"merges": merges, **(extra_context or {})})

    def _merges(self, request: HttpRequest) -> WordMergeQuerySet:
        kind = str(self.opts.model_name)
        return WordMerge.objects.visible_to(request.user).filter(kind=kind)

    def _merges_to_undo(self, request: HttpRequest) -> list[dict[str, object]]:
        """Return the merges of the last day that the member may undo, with their words."""
        found = list(self._merges(request).to_undo(timezone.now())[:SHOWN_MERGES])
        ids = {pk for one in found for pk in (one.kept_id, *one.merged)}
        words = self._with_program(self.model._default_manager.all()).in_bulk(ids)
        first_of = {one.program_id: words[one.kept_id] for one in found}
        may = {pk: self.has_change_permission(request, word) for pk, word in first_of.items()}
        return [
            {
                "pk": one.pk,
                "keep": words[one.kept_id],
                "others": ", ".join(f"“{words[pk]}”" for pk in one.merged),
                "url": reverse(f"admin:{self._name}_undo-merge", args=[one.pk]),
            }
            for one in found
            if may[one.program_id]
        ]

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(self._merges(request), pk=pk)
        keep = get_object_or_404(self.model, pk=found.kept_id)
        if not self.has_change_permission(request, keep):
            raise Http404
        result = undo_merge(found, at=timezone.now())
        self.log_change(request, keep, [{"changed": {"name": UNDONE}}])
        text = ngettext(
            "The merge was undone: %(n)d choice was put back.",
            "The merge was undone: %(n)d choices were put back.",
            result.undone,
        )
        messages.success(request, text % {"n": result.undone})
        if result.refused:
            text = ngettext(
                "%(n)d choice stays as it is, because its person has changed it since.",
                "%(n)d choices stay as they are, because their people have changed them since.",
                result.refused,
            )
            messages.warning(request, text % {"n": result.refused})
        return redirect(f"admin:{self._name}_changelist")

    def _mine(self, request: HttpRequest, chosen: QuerySet) -> QuerySet:
        """Return those of the chosen words that the member may change."""
        rows = list(self._with_program(chosen))
        first_of = {_program_id(word): word for word in rows}  # permissions are those of a program
        may = {pk: self.has_change_permission(request, word) for pk, word in first_of.items()}
        mine = [word.pk for word in rows if may[_program_id(word)]]
        return self._with_program(self.model._default_manager.filter(pk__in=mine))

    def _with_program(self, words: QuerySet) -> QuerySet:
        return words.select_related("program") if hasattr(self.model, "program") else words

    @admin.action(description=gettext_lazy("Retire"), permissions=["change"])
    def retire_selected(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
        """Show which words would no longer be offered, and who chose them; then retire them."""
        mine = self._mine(request, chosen).filter(retired_on=None)
        if "confirmed" in request.POST or not mine.exists():
            self._report_changed(request, mine.update(retired_on=timezone.localdate()))
            return None
        return self._confirm(request, "retire_selected", _("Retire words"), mine)

    @admin.action(description=gettext_lazy("Restore"), permissions=["change"])
    def restore_selected(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
        """Show which words would be offered again; then restore them."""
        mine = self._mine(request, chosen).exclude(retired_on=None)
        if "confirmed" in request.POST or not mine.exists():
            self._report_changed(request, mine.update(retired_on=None))
            return None
        return self._confirm(request, "restore_selected", _("Restore words"), mine)

    @admin.action(description=gettext_lazy("Merge into one word"), permissions=["change"])
    def merge_selected(self, request: HttpRequest, chosen: QuerySet) -> HttpResponse | None:
        """Ask which word to keep, show what changes, then merge the others into it."""
        mine = self._mine(request, chosen)
        if mine.count() < 2:
            text = _("Select at least two words that you may change.")
            self.message_user(request, text, messages.WARNING)
            return None
        form = MergeForm(request.POST if "confirmed" in request.POST else None, words=mine)
        if not form.is_valid():
            return self._confirm(request, "merge_selected", _("Merge words"), mine, form=form)
        keep = form.cleaned_data["keep"]
        changed = len(merge_words(keep, list(mine.exclude(pk=keep.pk))).moved)
        self.log_change(request, keep, [{"changed": {"name": MERGED}}])
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
            "words": self._with_uses(words),
            "form": form,
            "is_shared": not hasattr(self.model, "program"),
            "is_of_pairs": self.model is ProgramActivity,
        }
        return TemplateResponse(request, "admin/programs/confirm_words.html", context)

    def _with_uses(self, words: QuerySet) -> list[tuple[Word, int, Word | None]]:
        """Return each word, how often it is chosen, and the word into which it was merged."""
        named, kept = uses(words), merged_into(self.model)
        stand_ins = self.model._default_manager.in_bulk([kept.get(one.pk) for one in words])
        return [(one, named[one.pk], stand_ins.get(kept.get(one.pk))) for one in words]

    def _report_changed(self, request: HttpRequest, changed: int) -> None:
        words = ngettext("%(n)d entry was changed.", "%(n)d entries were changed.", changed)
        messages.success(request, words % {"n": changed})
