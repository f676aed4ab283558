"""Fields that the forms of the agreement share."""

from __future__ import annotations

from django import forms

from ..models import RANGES
from ..models.content import TEXT_LENGTH
from ..text import Words


def text_area(label: Words, help_text: Words = "", *, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 6})
    return forms.CharField(
        label=label, help_text=help_text, max_length=TEXT_LENGTH, required=required, widget=widget
    )


def number(name: str, label: Words, help_text: Words = "") -> forms.IntegerField:
    """Return a field for column `name`, with the limits of the model."""
    low, high = RANGES[name]
    return forms.IntegerField(label=label, help_text=help_text, min_value=low, max_value=high)
