"""Fields that several forms of meetings share."""

from __future__ import annotations

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..models import MAX_MINUTES, MIN_MINUTES, Meeting


def choice_field(form: forms.Form, name: str) -> forms.ChoiceField:
    """Return a field of `form` that has choices, with its type."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    return field


def date_field(*, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=_("Date"), widget=widget, required=required)


def time_field(*, required: bool = True) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=_("Time"), widget=widget, required=required)


def mode_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("How do you meet?"), choices=Meeting.Mode, widget=forms.RadioSelect
    )


def minutes_field(*, required: bool = True, help_text: str | Promise = "") -> forms.IntegerField:
    """Return the field of a length. It refuses what no meeting has; nothing is cut to fit."""
    message = _("Enter a length from %(low)s to %(high)s minutes.") % {
        "low": MIN_MINUTES,
        "high": MAX_MINUTES,
    }
    return forms.IntegerField(
        label=_("How many minutes?"),
        min_value=MIN_MINUTES,
        max_value=MAX_MINUTES,
        error_messages={"min_value": message, "max_value": message},
        required=required,
        help_text=help_text,
    )
