from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import preferences


class PreferencesForm(forms.Form):
    """Which letters a person wants; owns the verb that writes it down."""

    streams = forms.MultipleChoiceField(
        label=_("Send me"),
        choices=lambda: [(stream.value, stream.label) for stream in preferences.offered()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def save(self, *, by: Any) -> None:
        preferences.choose(by, set(self.cleaned_data["streams"]), at=timezone.now())
