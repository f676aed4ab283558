"""Forms that invite someone, by address, to be a mentor."""

from __future__ import annotations

from typing import cast

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from programs.models import Program

from .. import mentor_invitations
from ..models import MentorInvitation

Named = MentorInvitation.Named
LONGEST_ADDRESS = 254


def address_field() -> forms.EmailField:
    """Return the field for the address of the person to invite."""
    return forms.EmailField(
        label=_("E-mail address of the person"),
        help_text=_("No one reads it here, not even you. We delete it with their answer."),
        max_length=LONGEST_ADDRESS,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


def named_choices(person: User) -> list[tuple[str, str]]:
    """Return how the e-mail can name `person`, who has to agree to one of them."""
    names = dict.fromkeys([person.name, person.first_name])
    return [(Named.FULL if name == person.name else Named.FIRST, name) for name in names if name]


class MentorInvitationForm(forms.Form):
    """An address, the name of whoever invites, and the language of the e-mail."""

    email = address_field()
    named = forms.ChoiceField(
        label=_("The e-mail says who thought of them. Which name may it give?"),
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=_("Language of the e-mail"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )

    def __init__(self, data: QueryDict | None = None, *, program: Program, person: User) -> None:
        super().__init__(data, initial={"named": Named.FULL, "language": program.language})
        self.program, self.person = program, person
        cast(forms.ChoiceField, self.fields["named"]).choices = named_choices(person)

    def clean(self) -> None:
        if refusal := mentor_invitations.refusal_of(self.person, self.program, timezone.now()):
            self.add_error(None, refusal)

    def save(self, *, by: User) -> MentorInvitation:
        """Invite the person, as `mentor_invitations.invite`."""
        data = self.cleaned_data
        return mentor_invitations.invite(
            self.program, data["email"], by=by, named=data["named"], language=data["language"]
        )
