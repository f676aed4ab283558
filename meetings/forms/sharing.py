"""The form of a link or a contact that one of a pair gives the other."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from matches.models import Match

from .. import sharing
from ..models import SharedItem


class ShareForm(forms.Form):
    """A link needs an address, a contact the word that the person has agreed."""

    kind = forms.ChoiceField(
        label=_("What do you share?"),
        choices=SharedItem.Kind,
        initial=SharedItem.Kind.LINK,
        widget=forms.RadioSelect,
    )
    title = forms.CharField(label=_("Title, or name of the person"), max_length=150)
    url = forms.URLField(
        label=_("Address of the page"), max_length=500, required=False, assume_scheme="https"
    )
    details = forms.CharField(
        label=_("Why it helps, or how to reach the person"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    has_consent = forms.BooleanField(
        label=_("For a contact: this person has agreed that I pass on their details."),
        required=False,
    )

    def clean(self) -> None:
        kind = self.cleaned_data.get("kind")
        is_missing = not self.cleaned_data.get("url") and "url" not in self.errors
        if kind == SharedItem.Kind.LINK and is_missing:
            self.add_error("url", _("Enter the address of the page."))
        if kind == SharedItem.Kind.CONTACT and not self.cleaned_data.get("has_consent"):
            self.add_error("has_consent", _("Ask the person first, then confirm it here."))

    def save(self, match: Match, *, by: User) -> SharedItem:
        """Share it, as `sharing.share`."""
        data = {name: self.cleaned_data[name] for name in ("kind", "title", "url", "details")}
        return sharing.share(match, by=by, **data)
