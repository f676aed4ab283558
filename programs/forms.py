from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models.people import validate_name
from accounts.timezones import zone_choices

from . import first_chair, opening_requests
from .models import OpeningRequest, Program
from .seeds import LISTS

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


class OrganisationCodeForm(forms.Form):
    """The code that was sent to the address that an organisation named."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


class FirstChairForm(forms.ModelForm):
    """The first chair, and the few facts that the first program starts with."""

    chair_name = forms.CharField(label=_("Your name"), max_length=80, validators=[validate_name])
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=LONGEST_ADDRESS,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    template = forms.ChoiceField(
        label=_("Kind of program"),
        choices=[*LISTS.items(), ("", _("Another kind: start with our defaults"))],
        required=False,
        help_text=_(
            "Sets words, texts, questions, settings and when surveys are sent. You can change all "
            "of it later."
        ),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices)
    field_order = ("chair_name", "email", "name", "template", "language", "time_zone")

    class Meta:
        model = Program
        fields = ("name", "language", "time_zone")
        labels = {"name": _("Name of the program")}

    def register(self, token: str) -> None:
        """Use the link up. Raises ActionNotAllowed if it can't be used any more."""
        facts = self.cleaned_data
        first_chair.register(
            token,
            self.instance,
            template=facts["template"],
            email=facts["email"],
            name=facts["chair_name"],
        )
