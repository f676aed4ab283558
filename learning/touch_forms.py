"""The short text of a month as the committee enters it, with its words in each language."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.program_texts import LANGUAGES, language_in_sentence

from .models import LibraryItem, TouchText

LONGEST_TITLE, LONGEST_TEXT, LONGEST_TRY = 100, 1500, 300
LABELS = {
    "title": _("Title in %(language)s"),
    "text": _("Text in %(language)s"),
    "try": _("One thing to try in %(language)s"),
}
NEEDED = _("Needed in each language in which the text is there.")
COLUMNS = {"title": "titles", "text": "texts", "try": "tries"}


class TouchTextForm(forms.ModelForm):
    """A text is there in each language that has a title, a text and one thing to try."""

    needed_at_times: ClassVar[set[str]] = {
        f"{part}_{code}" for part in COLUMNS for code in LANGUAGES
    }

    class Meta:
        model = TouchText
        fields: ClassVar[tuple[str, ...]] = ("program", "role", "month", "item", "retired_on")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as they are
        version = self.instance.version if self.instance.pk else None
        for code in LANGUAGES:
            name = {"language": language_in_sentence(code)}
            for part, column in COLUMNS.items():
                field = _field(part)
                field.label = str(LABELS[part]) % name
                field.initial = getattr(version, column).get(code, "") if version else ""
                self.fields[f"{part}_{code}"] = field
        item = self.fields.get("item")
        if isinstance(item, forms.ModelChoiceField):
            item.empty_label = str(_("No library item"))

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        written = [code for code in LANGUAGES if any(self._typed(part, code) for part in COLUMNS)]
        for code in written:
            self._check_language(code)
        if not written and not self.errors:
            text = _("Enter a title, a text and one thing to try in at least one language.")
            self.add_error(None, text)
        self._check_item(cleaned)
        return cleaned

    def words(self) -> dict[str, dict[str, str]]:
        """Return what was typed: {"titles": {"en": …}, "texts": …, "tries": …}."""
        return {
            column: {code: text for code in LANGUAGES if (text := self._typed(part, code))}
            for part, column in COLUMNS.items()
        }

    def _typed(self, part: str, code: str) -> str:
        return str(self.cleaned_data.get(f"{part}_{code}") or "").strip()

    def _check_language(self, code: str) -> None:
        missing = {
            "title": _("Enter a title, or empty the rest in this language."),
            "text": _("Enter a text, or empty the rest in this language."),
            "try": _("Enter one thing to try, or empty the rest in this language."),
        }
        for part, words in missing.items():
            name = f"{part}_{code}"
            if name not in self.errors and not self._typed(part, code):
                self.add_error(name, words)

    def _check_item(self, cleaned: dict[str, object]) -> None:
        item = cleaned.get("item")
        if not isinstance(item, LibraryItem):
            return
        program = cleaned.get("program") or self.instance.program_id
        role = cleaned.get("role") or self.instance.role
        fits = Q(program=getattr(program, "pk", program), role__in=["", role], retired_on=None)
        if not LibraryItem.objects.filter(fits, pk=item.pk).exists():
            text = _("Choose an item of this program for this role that is not retired.")
            self.add_error("item", text)


def _field(part: str) -> forms.CharField:
    if part == "title":
        return forms.CharField(max_length=LONGEST_TITLE, required=False, help_text=NEEDED)
    longest, rows = (LONGEST_TRY, 2) if part == "try" else (LONGEST_TEXT, 8)
    return forms.CharField(
        max_length=longest,
        required=False,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=NEEDED,
    )


def word_fields() -> list[str]:
    """Return the names of the inputs of the words, language by language."""
    return [f"{part}_{code}" for code in LANGUAGES for part in COLUMNS]
