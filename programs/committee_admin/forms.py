"""Form parts of the admin: labels where Django shows none, and one name per language.

Django labels a cell of a tabular inline only by its column, and the two inputs of a date and time
share one label. Both get an `aria-label` with the words that are on the screen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Protocol, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..program_names import name_programs
from ..program_texts import LANGUAGES, language_in_sentence
from ..spellings import fold, unique_code
from ..word_merging import Word


class DateInput(forms.DateInput):
    """The browser's own calendar, in which no other day or time zone can be meant."""

    input_type = "date"

    def __init__(self, attrs: dict[str, object] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class LabelledSplitDateTime(forms.SplitDateTimeWidget):
    """Label the date input and the time input separately; both in the member's time zone."""

    def __init__(self, attrs: dict[str, object] | None = None) -> None:
        super().__init__(
            date_attrs={"type": "date"},
            time_attrs={"type": "time"},
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        )
        for box, name in zip(
            self.widgets, (gettext_lazy("Date"), gettext_lazy("Time")), strict=True
        ):
            box.attrs |= {"aria-label": name, **(attrs or {})}


class LabelledFormSet(BaseInlineFormSet):
    """Label each input by its column and row: "Minutes, row 2"."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            label = capfirst(str(field.label or name))
            row = (
                _("%(label)s, row %(row)s") % {"label": label, "row": index + 1}
                if index is not None
                else label
            )
            field.widget.attrs.setdefault("aria-label", row)


class WholeRowForm(forms.ModelForm):
    """Check the constraints of the whole row, not only those of the columns that the page shows.

    Django leaves out a constraint as soon as one of its columns is not on the form (set by the
    page, derived by the model): the row would fail in the database. `CommitteeAdmin` mixes this
    into the form of each of its pages, where it also words the choices of its lists.
    """

    page: ClassVar[CommitteePage]
    request: ClassVar[HttpRequest]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                self._choose_the_only_one(name, field)
                name_programs(field)
        begin_with_capitals(self)

    def _choose_the_only_one(self, name: str, field: forms.ModelChoiceField) -> None:
        """Most members have one program, and most programs one cohort: that needs no choice."""
        if field.required and isinstance(field.widget, forms.Select) and not self.instance.pk:
            rows = list(field.queryset[:2]) if field.queryset is not None else []
            if len(rows) == 1:
                field.empty_label = None
                self.initial.setdefault(name, rows[0].pk)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # a hook that the stubs do not know
        if self.errors:
            return
        self.page.fill_in(self.request, self)
        self._check_last_day()
        if not self.errors and self.page.is_impossible(self.instance):
            self.add_error(None, _("These entries do not fit together. Please check each of them."))
        if not self.errors and self.page.has_duplicate(self.request, self.instance):
            self.add_error(
                self.page.duplicate_field,
                _("There is already an entry like this. Change this field, or use that entry."),
            )

    def _check_last_day(self) -> None:
        since, until = getattr(self.instance, "since", None), getattr(self.instance, "until", None)
        if since and until and until <= since:
            self.add_error(
                "until",
                _("Enter a date after the first day, %(day)s.") % {"day": date_format(since)},
            )


def begin_with_capitals(form: forms.BaseForm) -> None:
    """Begin each choice of a form with a capital; rows of a table keep their names."""
    for field in form.fields.values():
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            capital_choices(field)


def capital_choices(field: forms.ChoiceField) -> None:
    """Begin each choice with a capital; labels are written for the middle of a sentence."""
    choices = [*cast(Iterable[tuple[object, object]], field.choices)]
    if all(isinstance(label, str | Promise) for _value, label in choices):
        field.choices = [(value, capfirst(str(label))) for value, label in choices]


class CommitteePage(Protocol):
    """What a form asks of the page that shows it."""

    duplicate_field: str | None

    def is_impossible(self, row: models.Model) -> bool: ...

    def fill_in(self, request: HttpRequest, form: forms.ModelForm) -> None: ...

    def has_duplicate(self, request: HttpRequest, row: models.Model) -> bool: ...


class TranslatedNamesForm(forms.ModelForm):
    """Edit the JSON field `names` ({language: name}) with one input per language of the site."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in LANGUAGES:
            self.fields[f"name_{language}"] = forms.CharField(
                label=_("Name in %(language)s") % {"language": language_in_sentence(language)},
                max_length=120,
                required=language == settings.LANGUAGE_CODE,
                initial=self.instance.names.get(language, ""),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {language: cleaned.get(f"name_{language}", "").strip() for language in LANGUAGES}
        names = {**self.instance.names, **given}
        self.instance.names = {language: name for language, name in names.items() if name}
        return cleaned


class WordForm(TranslatedNamesForm):
    """A word of a vocabulary: no other has its name.

    Its code is made once from the name, in any script, unless the form asks for it.
    """

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        if "program" in self.errors:
            return cleaned
        others = list(self._others(cleaned))
        for language in LANGUAGES:
            if f"name_{language}" in self.changed_data:
                self._refuse_known(language, others)
        name = self.instance.names.get(settings.LANGUAGE_CODE, "")
        if name and not self.instance.code and "code" not in self.fields:
            self.instance.code = unique_code(name, {one.code for one in others})
        return cleaned

    def _others(self, cleaned: dict[str, object]) -> models.QuerySet[Word]:
        """Return the other words that may not share the name and the code, also retired ones."""
        words = self.instance._meta.model._default_manager.exclude(pk=self.instance.pk)
        return words.filter(program=cleaned["program"]) if "program" in cleaned else words

    def _refuse_known(self, language: str, others: Iterable[Word]) -> None:
        name = fold(self.instance.names.get(language, ""))
        same = [one for one in others if name and fold(one.names.get(language, "")) == name]
        if same and all(one.retired_on for one in same):
            text = _("A retired entry has this name. Restore it, or choose another name.")
        else:
            text = _("Another entry has this name already. Choose another name.")
        if same:
            self.add_error(f"name_{language}", text)


def translated_name_fields() -> list[str]:
    """Return the names of a TranslatedNamesForm's inputs, for `get_fields`."""
    return [f"name_{language}" for language in LANGUAGES]


class LabelledTabularInline(admin.TabularInline):
    """Base of tabular inlines on committee pages."""

    formset = LabelledFormSet
    extra = 0
    add_words: str | Promise = ""  # of the link that adds a row; Django's: "Add another Objective"
