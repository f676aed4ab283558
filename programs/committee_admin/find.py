"""Choose one row among very many: type a part of its name, then choose if several fit.

It works without scripts: the server looks the name up and shows who fits. With scripts, names are
suggested while typing (js/find.js).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, Model, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

# Of a row of the model that the field is about.
Describe = Callable[..., str]
SHOWN = 10  # rows to choose from


class FindInput(forms.Widget):
    """A box for a name, followed by those whom it fits once it was sent."""

    template_name = "admin/widgets/find.html"
    candidates: Sequence[tuple[object, str]] = ()

    class Media:
        js = ("js/find.js",)

    def get_context(
        self, name: str, value: object, attrs: dict[str, object] | None
    ) -> dict[str, object]:
        context = super().get_context(name, None, attrs)
        chosen, text = value if isinstance(value, tuple) else (value, "")
        context["widget"] |= {"candidates": self.candidates, "chosen": chosen, "text": text}
        return context

    def value_from_datadict(
        self, data: Mapping[str, str], files: object, name: str
    ) -> tuple[str, str]:
        return data.get(name, ""), data.get(f"{name}_text", "")

    def value_omitted_from_data(self, data: Mapping[str, str], files: object, name: str) -> bool:
        return name not in data and f"{name}_text" not in data

    def use_required_attribute(self, initial: object) -> bool:
        return False


class FindField(forms.Field):
    """One of `rows`, found by the columns in `search`; `describe` tells two of a name apart."""

    widget = FindInput

    def __init__(
        self,
        rows: QuerySet,
        *,
        search: Sequence[str],
        describe: Describe = str,
        suggestions: str = "",
        label: str,
        required: bool = True,
        help_text: str = "",
    ) -> None:
        super().__init__(label=label, required=required, help_text=help_text)
        self.rows, self.search, self.describe = rows, search, describe
        if suggestions:
            self.widget.attrs["data-find"] = suggestions

    def prepare_value(self, value: object) -> object:
        """Show the name of a row that is suggested by the address of the page."""
        if isinstance(value, tuple) or not value:
            return value
        row = self._by_id(str(value))
        return (str(row.pk), str(row)) if row else None

    def clean(self, value: tuple[str, str] | None) -> Model | None:
        chosen, text = value or ("", "")
        text = " ".join(text.split())
        if chosen:
            row = self._by_id(chosen)
            if row is None:
                raise ValidationError(_("This choice is no longer possible. Choose again."))
            return row
        if not text:
            if self.required:
                raise ValidationError(_("Type a part of the name, then choose."))
            return None
        return self._by_name(text)

    def _by_id(self, pk: str) -> Model | None:
        return self.rows.filter(pk=pk).first() if pk.isdecimal() else None

    def _by_name(self, text: str) -> Model:
        """Return the row that `text` names; offer the choice where it fits several."""
        exact, parts = Q(), Q()
        for column in self.search:
            exact |= Q((f"{column}__iexact", text))
        for word in filter(_is_word, text.split()):
            one = Q()
            for column in self.search:
                one |= Q((f"{column}__icontains", word))
            parts &= one
        for condition in (exact, parts):
            found = list(self.rows.filter(condition)[: SHOWN + 1])
            if len(found) == 1:
                return found[0]
            if found:
                self.widget.candidates = [(row.pk, self.describe(row)) for row in found[:SHOWN]]
                raise ValidationError(_("Several fit. Choose one below, or type more of the name."))
        raise ValidationError(_("No one fits this name. Check how it is written."))

    def has_changed(self, initial: object, data: object) -> bool:
        return any(cast(tuple[str, str], data or ()))


def _is_word(text: str) -> bool:
    """Whether a part of what was typed has a letter or digit; the "+" of a pair has none."""
    return any(letter.isalnum() for letter in text)


def find_field(
    db_field: ForeignKey,
    rows: QuerySet,
    *,
    search: Sequence[str],
    describe: Describe = str,
) -> FindField:
    """Return the field for a column of a model, with suggestions from the page of its rows."""
    model = db_field.model._meta
    names = {
        "app_label": model.app_label,
        "model_name": str(model.model_name),
        "field_name": db_field.name,
    }
    return FindField(
        rows,
        search=search,
        describe=describe,
        suggestions=f"{reverse('admin:autocomplete')}?{urlencode(names)}&term=",
        label=capfirst(str(db_field.verbose_name)),
        required=not db_field.blank,
        help_text=_("Type a part of the name."),
    )
