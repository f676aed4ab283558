"""The form by which someone asks to be a pair with a person whom they have found."""

from __future__ import annotations

from typing import cast

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.models import Application
from programs.models import Cohort, Program

from .models import PairRequest
from .rounds import found_each_other

Role = Application.Role
LONGEST_ADDRESS, LONGEST_REASON = 254, 1000


class PairRequestForm(forms.Form):
    """Who the other is, which of the two is the mentor, and how they know each other."""

    cohort = forms.ModelChoiceField(
        Cohort.objects.none(), label=_("Cohort"), to_field_name="slug", empty_label=None
    )
    role = forms.ChoiceField(
        label=_("Which of you is the mentor?"),
        choices=[(Role.MENTEE, _("The other person")), (Role.MENTOR, _("I am"))],
        widget=forms.RadioSelect,
    )
    email = forms.EmailField(
        label=_("E-mail address of the other person"),
        help_text=_("We delete it with their answer. The committee does not read it."),
        max_length=LONGEST_ADDRESS,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("How do you know each other, and what would you like to do together?"),
        help_text=_("The committee can read this. The other person can't."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    is_no_line = forms.BooleanField(
        label=_("Neither of us manages or appraises the other"),
    )
    language = forms.ChoiceField(
        label=_("Language of the e-mail"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )

    def __init__(self, data: QueryDict | None = None, *, program: Program, person: User) -> None:
        super().__init__(data, initial={"language": program.language})
        self.person = person
        field = cast(forms.ModelChoiceField, self.fields["cohort"])
        field.queryset = found_each_other.cohorts_to_ask_in(program, timezone.now())
        if len(field.queryset) == 1:
            field.initial = field.queryset[0].slug
            field.widget = forms.HiddenInput()

    def clean_email(self) -> str:
        address = str(self.cleaned_data["email"])
        if found_each_other.is_own_address(self.person, address):
            raise forms.ValidationError(_("This is your own address."))
        return address

    def clean(self) -> None:
        if refusal := found_each_other.refusal_of(self.person, timezone.now()):
            self.add_error(None, refusal)

    def save(self) -> PairRequest:
        """Ask the other person, as `found_each_other.ask`."""
        data = self.cleaned_data
        return found_each_other.ask(
            data["cohort"],
            data["role"],
            data["email"],
            by=self.person,
            reason=data["reason"],
            language=data["language"],
        )
