"""Form parts of the admin: labels where Django shows none, and one name per language.

Django labels a cell of a tabular inline only by its column, and the two inputs of a date and time
share one label. Both get an `aria-label` with the words that are on the screen.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.forms.models import BaseInlineFormSet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class LabelledSplitDateTime(AdminSplitDateTime):
    """Label the date input and the time input separately."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        for box, name in zip(
            self.widgets, (gettext_lazy("Date"), gettext_lazy("Time")), strict=True
        ):
            box.attrs["aria-label"] = name


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


class TranslatedNamesForm(forms.ModelForm):
    """Edit the JSON field `names` ({language: name}) with one input per language of the site."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language, label in settings.LANGUAGES:
            self.fields[f"name_{language}"] = forms.CharField(
                label=_("Name in %(language)s") % {"language": label},
                max_length=120,
                required=language == settings.LANGUAGE_CODE,
                initial=self.instance.names.get(language, ""),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {
            language: cleaned.get(f"name_{language}", "").strip()
            for language, _label in settings.LANGUAGES
        }
        names = {**self.instance.names, **given}
        self.instance.names = {language: name for language, name in names.items() if name}
        return cleaned


def translated_name_fields() -> list[str]:
    """Return the names of a TranslatedNamesForm's inputs, for `get_fields`."""
    return [f"name_{language}" for language, _label in settings.LANGUAGES]


class LabelledTabularInline(admin.TabularInline):
    """Base of tabular inlines on committee pages."""

    formset = LabelledFormSet
    extra = 0
