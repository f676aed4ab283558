"""Forms about two accounts of one person."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class OtherAddressForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("The e-mail address of your other account"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class ProofForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}
        ),
    )
