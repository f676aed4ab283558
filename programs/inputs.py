"""Names for the inputs of admin forms that Django shows without a label of their own.

A cell of a table of inlines is named by its column only for those who see it, and the two boxes of a moment share one
label. Both get an `aria-label`, in the words that stand on the screen.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.forms.models import BaseInlineFormSet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class NamedMoment(AdminSplitDateTime):
    """Date and time as two boxes that each say which they are."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        for box, name in zip(self.widgets, (gettext_lazy("Date"), gettext_lazy("Time")), strict=True):
            box.attrs["aria-label"] = name


class NamedCells(BaseInlineFormSet):
    """Each input is called after its column and row: "Minutes, row 2"."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            label = capfirst(str(field.label or name))
            row = _("%(label)s, row %(row)s") % {"label": label, "row": index + 1} if index is not None else label
            field.widget.attrs.setdefault("aria-label", row)


class NamedInline(admin.TabularInline):
    """The base for tables of inlines on committee pages."""

    formset = NamedCells
    extra = 0
