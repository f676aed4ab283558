"""The form of the public page that verifies a code."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class VerifyForm(forms.Form):
    """The code of a certificate or an hours statement."""

    code = forms.CharField(
        label=_("Verification code"),
        help_text=_("Five groups of four letters and digits, printed at the end of the document."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Enter the code that is printed on the document.")},
    )
