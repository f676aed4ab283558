"""Forms at the end of a term."""

from __future__ import annotations

from typing import cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.models import Application

from . import keeping_in_touch, mentoring_again, thank_you_notes
from .models import ContactChoice, FollowUp, Match, ThankYouNote
from .models.endings import TEXT_LENGTH


class ThankYouForm(forms.Form):
    """A note of thanks to the partner."""

    text = forms.CharField(
        label=_("Your note"),
        help_text=_("Your partner reads it by e-mail and on their page. No one else does."),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write a few words first: the note is empty.")},
    )

    def __init__(
        self, data: QueryDict | None = None, *, match: Match, note: ThankYouNote | None
    ) -> None:
        super().__init__(data, initial={"text": note.text} if note else None)
        self.match = match

    @property
    def hold_minutes(self) -> int:
        """For how many minutes the author can change the note."""
        return thank_you_notes.HOLD.seconds // 60

    def save(self, *, by: User) -> ThankYouNote:
        """Send the note. Raises as `thank_you_notes.send`."""
        return thank_you_notes.send(self.match, by=by, text=self.cleaned_data["text"])


class KeepInTouchForm(forms.Form):
    """What the partner may see of one's contact details after the end."""

    allows = forms.ChoiceField(
        label=_("What may your partner see of you after the end?"),
        choices=ContactChoice.Allows,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the answers.")},
    )

    def __init__(self, data: QueryDict | None = None, *, match: Match, person: User) -> None:
        choice = keeping_in_touch.choice_of(match, person)
        super().__init__(data, initial={"allows": choice.allows} if choice else None)
        self.match = match

    def save(self, *, by: User) -> ContactChoice:
        """Store the choice. Raises as `keeping_in_touch.choose`."""
        return keeping_in_touch.choose(self.match, by=by, allows=self.cleaned_data["allows"])


class MentorAgainForm(forms.Form):
    """Whether a mentor would like to mentor in the cohort that takes applications."""

    wish = forms.ChoiceField(
        label=_("Will you be a mentor again?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the answers.")},
    )

    def __init__(self, data: QueryDict | None = None, *, follow_up: FollowUp) -> None:
        super().__init__(data)
        self.follow_up = follow_up
        cast(forms.ChoiceField, self.fields["wish"]).choices = mentoring_again.choices(follow_up)

    def save(self, *, by: User) -> Application | None:
        """Store the answer; return the application that it made. Raises as `choose`."""
        return mentoring_again.choose(self.follow_up, by=by, wish=self.cleaned_data["wish"])
