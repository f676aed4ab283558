"""Forms of requests for a contact: whom one would like to meet, and what the partner can do."""

from __future__ import annotations

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from matches.models import Match

from .. import contact_requests
from ..models import ContactRequest


class ContactRequestForm(forms.ModelForm):
    """Whom one of a pair would like to meet."""

    class Meta:
        model = ContactRequest
        fields = ["wished", "why"]
        labels = {"wished": _("Whom would you like to meet?"), "why": _("What is it for?")}
        help_texts = {
            "wished": _("A person, or a kind of person: “someone who hires nurses”."),
            "why": _("Your partner can use these words when they ask."),
        }
        widgets = {"why": forms.Textarea(attrs={"rows": 3})}

    def save_for(self, match: Match, *, by: User) -> ContactRequest:
        """Ask for it, as `contact_requests.ask`."""
        return contact_requests.ask(match, by=by, **self.cleaned_data)


class AnswerContactRequestForm(forms.Form):
    """What the partner can do. To pass on a contact needs their word that the person has agreed."""

    class Answer(models.TextChoices):
        PROMISE = "promise", _("I will ask the person first")
        SHARE = "share", _("They have agreed: here is how to reach them")
        DECLINE = "decline", _("I can't help with this one")

    answer = forms.ChoiceField(
        label=_("What can you do?"),
        choices=Answer,
        widget=forms.RadioSelect,
        help_text=_("No one needs a reason for a no."),
    )
    name = forms.CharField(label=_("Name of the person"), max_length=150, required=False)
    details = forms.CharField(
        label=_("How to reach the person"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    has_consent = forms.BooleanField(
        label=_("This person has agreed that I pass on their details."), required=False
    )

    def clean(self) -> None:
        if self.cleaned_data.get("answer") != self.Answer.SHARE:
            return
        if not self.cleaned_data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Enter the name of the person."))
        if not self.cleaned_data.get("details") and "details" not in self.errors:
            self.add_error("details", _("Enter an e-mail address, a phone number or a page."))
        if not self.cleaned_data.get("has_consent"):
            self.add_error("has_consent", _("Ask the person first, then confirm it here."))

    def save(self, row: ContactRequest, *, by: User) -> None:
        """Answer it, by the verb that was chosen."""
        data = self.cleaned_data
        if data["answer"] == self.Answer.SHARE:
            contact_requests.share(row, by=by, name=data["name"], details=data["details"])
        elif data["answer"] == self.Answer.PROMISE:
            contact_requests.promise(row, by=by)
        else:
            contact_requests.decline(row, by=by)
