from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from . import opening_requests
from .models import OpeningRequest, Program

LONGEST_ADDRESS = 254


class OpeningRequestForm(forms.Form):
    """An address that wants to know when applications open, and for which role."""

    role = forms.ChoiceField(
        label=_("What are you interested in?"),
        choices=OpeningRequest.Role.choices,
        widget=forms.RadioSelect,
        initial=OpeningRequest.Role.MENTEE,
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=LONGEST_ADDRESS,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def save(self, *, program: Program) -> None:
        """Ask the owner of the address to confirm."""
        opening_requests.ask(program, self.cleaned_data["email"], self.cleaned_data["role"])
