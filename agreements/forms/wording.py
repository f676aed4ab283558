"""The form with which a pair takes the program's newest wording, in the language it chooses."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .. import wording, wording_choice
from ..models import AgreementVersion, AgreementWording


class WordingForm(forms.Form):
    """The language of the program's text; the rest says what the writer has read."""

    language = forms.ChoiceField(
        label=_("In which language do you agree to the program's text?"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
    )
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    expected_revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, data: QueryDict | None, *, version: AgreementVersion, newest: AgreementWording
    ) -> None:
        initial = {
            "language": wording.reading_language(version),
            "seen": newest.sha256,
            "expected_revision": version.revision,
        }
        super().__init__(data, initial=initial)
        self.version = version

    def save(self, *, by: User) -> bool:
        """Save the choice. Raises ActionNotAllowed as `wording_choice.choose`."""
        return wording_choice.choose(self.version, **self.cleaned_data, by=by)
