"""Topics and library items as the committee enters them, with their words in each language."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.core.validators import URLValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.committee_admin import WordForm
from programs.program_texts import LANGUAGES, language_in_sentence
from programs.spellings import unique_code

from .lessons import names_someone
from .models import LibraryItem, SupportTopic

LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_TEXT, LONGEST_LINK = 100, 300, 6000, 500
LABELS = {
    "title": _("Title in %(language)s"),
    "summary": _("Description in %(language)s"),
    "text": _("Text in %(language)s"),
    "link": _("Link in %(language)s"),
}
NEEDED = _("Needed in each language in which the item is there.")
COLUMNS = {"title": "titles", "summary": "summaries", "text": "texts", "link": "links"}


class SupportTopicForm(WordForm):
    class Meta:
        model = SupportTopic
        fields: ClassVar[tuple[str, ...]] = ("program", "role", "position", "retired_on")

    def _others(self, cleaned: dict[str, object]) -> QuerySet:
        """Return the other topics of the program, which is not asked for once it is known."""
        program = cleaned.get("program") or self.instance.program_id
        return SupportTopic.objects.filter(program=program).exclude(pk=self.instance.pk)


class LibraryItemForm(forms.ModelForm):
    """An item is there in each language that has a title, a description and a text or a link."""

    needed_at_times: ClassVar[set[str]] = {
        f"{part}_{code}" for part in COLUMNS for code in LANGUAGES
    }

    class Meta:
        model = LibraryItem
        fields: ClassVar[tuple[str, ...]] = (
            "program",
            "role",
            "step",
            "topics",
            "position",
            "retired_on",
        )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as they are
        for code in LANGUAGES:
            name = {"language": language_in_sentence(code)}
            for part, column in COLUMNS.items():
                field = _field(part)
                field.label = str(LABELS[part]) % name
                field.initial = getattr(self.instance, column).get(code, "")
                self.fields[f"{part}_{code}"] = field

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        for code in LANGUAGES:
            self._check_language(code)
        for part, column in COLUMNS.items():
            typed = {code: self._typed(part, code) for code in LANGUAGES}
            setattr(self.instance, column, {code: text for code, text in typed.items() if text})
        if not self.instance.titles and not self.errors:
            text = _("Enter a title, a description and a text or a link in at least one language.")
            self.add_error(None, text)
        self._check_topics(cleaned)
        for sentence in names_someone(self.instance, self._all_words()):
            self.add_error(None, sentence)
        return cleaned

    def _all_words(self) -> str:
        parts = ("title", "summary", "text")
        return " ".join(self._typed(part, code) for code in LANGUAGES for part in parts)

    def _typed(self, part: str, code: str) -> str:
        return str(self.cleaned_data.get(f"{part}_{code}") or "").strip()

    def _check_language(self, code: str) -> None:
        typed = {part: self._typed(part, code) for part in COLUMNS}
        if not any(typed.values()) or any(f"{part}_{code}" in self.errors for part in COLUMNS):
            return
        if not typed["title"]:
            self.add_error(f"title_{code}", _("Enter a title, or empty the rest in this language."))
        if not typed["summary"]:
            words = _("Say in a sentence what it is and for what it helps.")
            self.add_error(f"summary_{code}", words)
        if bool(typed["text"]) == bool(typed["link"]):
            words = _("Enter either a text or a link in this language, not both.")
            self.add_error(f"text_{code}", words)

    def _check_topics(self, cleaned: dict[str, object]) -> None:
        program = cleaned.get("program") or self.instance.program_id
        number = getattr(program, "pk", program)
        topics = self.cleaned_data.get("topics") or ()
        if any(topic.program_id != number for topic in topics):
            self.add_error("topics", _("Choose only topics of this program."))

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # a hook that the stubs do not know
        if self.errors or self.instance.code:
            return
        others = LibraryItem.objects.filter(program=self.instance.program_id)
        taken = set(others.values_list("code", flat=True))
        self.instance.code = unique_code(next(iter(self.instance.titles.values())), taken)


def _field(part: str) -> forms.CharField:
    if part == "title":
        return forms.CharField(max_length=LONGEST_TITLE, required=False, help_text=NEEDED)
    if part == "link":
        return forms.CharField(
            max_length=LONGEST_LINK,
            required=False,
            widget=forms.URLInput,
            validators=[URLValidator(schemes=["https"], message=_("Enter a link with https://"))],
            help_text=_("To a page that anyone can open. It begins with https://"),
        )
    longest, rows = (LONGEST_SUMMARY, 2) if part == "summary" else (LONGEST_TEXT, 12)
    return forms.CharField(
        max_length=longest,
        required=False,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=NEEDED if part == "summary" else "",
    )


def word_fields() -> list[str]:
    """Return the names of the inputs of an item's words, language by language."""
    return [f"{part}_{code}" for code in LANGUAGES for part in COLUMNS]
