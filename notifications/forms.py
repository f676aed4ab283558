from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import preferences
from .recipients import Account


class PreferencesForm(forms.Form):
    """Which optional e-mails a person wants."""

    streams = forms.MultipleChoiceField(
        label=_("Send me"),
        choices=lambda: [(stream.value, stream.label) for stream in preferences.offered()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def save(self, *, by: Account) -> None:
        wanted = set(self.cleaned_data["streams"])
        preferences.set_wanted_streams(by, wanted, at=timezone.now())
