"""The form in which one of the pair says what they expect."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from matches.models import Match

from .. import expectations
from ..models import ANSWER_LENGTH, Expectations


class ExpectationsForm(forms.Form):
    """Six optional answers, of which one is needed, and whether to show them at once."""

    def __init__(self, data: QueryDict | None, *, saved: Expectations | None) -> None:
        super().__init__(data)
        for name in expectations.QUESTIONS:
            self.fields[name] = forms.CharField(
                label=Expectations._meta.get_field(name).verbose_name,
                max_length=ANSWER_LENGTH,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.initial[name] = getattr(saved, name) if saved else ""
        if saved is None or saved.shown_at is None:
            self.fields["show"] = forms.BooleanField(
                label=_("Show it at once, even before the other has answered"), required=False
            )

    def clean(self) -> None:
        answers = [self.cleaned_data.get(name) for name in expectations.QUESTIONS]
        if not self.errors and not any(answers):
            first = expectations.QUESTIONS[0]
            self.add_error(first, _("Answer at least one question. All others can stay empty."))

    def save(self, match: Match, *, by: User) -> Expectations:
        """Save the answers. Raises ActionNotAllowed as `expectations.answer`."""
        answers = {name: self.cleaned_data[name] for name in expectations.QUESTIONS}
        show = bool(self.cleaned_data.get("show"))
        return expectations.answer(match, by=by, answers=answers, show=show)
