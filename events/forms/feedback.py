"""The questions after an event."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .. import feedback
from ..models import Event, FeedbackAnswer


class FeedbackForm(forms.Form):
    """Two questions to choose from, and one to write."""

    worth = forms.TypedChoiceField(
        label=_("Was it worth your time?"),
        choices=FeedbackAnswer.Worth.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how much it was worth your time.")},
    )
    length = forms.ChoiceField(
        label=_("How long was it for you?"),
        choices=FeedbackAnswer.Length.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how long it was for you.")},
    )
    better = forms.CharField(
        label=_("What should we do differently next time?"),
        required=False,
        max_length=feedback.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Optional. Leave out what would tell who you are."),
    )

    def save(self, event: Event, *, by: User) -> None:
        """Store the answers. Raises as `feedback.answer`."""
        feedback.answer(event, by=by, **self.cleaned_data)
