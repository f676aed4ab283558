"""Forms of passkeys with labels in the reader's language: the library's have none."""

from __future__ import annotations

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class AddPasskeyForm(AddWebAuthnForm):
    """Add a passkey; without a name the library chooses one."""

    name = forms.CharField(label=_("Name"), required=False)


class EditPasskeyForm(EditWebAuthnForm):
    """Give a passkey another name."""

    name = forms.CharField(label=_("Name"))
