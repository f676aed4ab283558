"""The form that pauses a pair, for the two and for the committee."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast

from django import forms
from django.http import QueryDict
from django.template.defaultfilters import date as format_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User

from . import pauses
from .forms import KEEP_TO_COMMITTEE
from .models import Match, Pause, PauseNote, PauseRequest
from .models.endings import TEXT_LENGTH
from .pause_days import Wish, check_day, latest_day, pause_of

ONLY_DAY, WITH_NOTE = "day", "note"
NOTE_LENGTH = 500


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class WishForm(forms.Form):
    """Until when, and why."""

    not_said = gettext_lazy("I'd rather not say")
    last_day = forms.DateField(
        label=gettext_lazy("Pause until the end of"),
        widget=_date_input(),
        error_messages={"required": gettext_lazy("Enter the last day of the pause.")},
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        help_text=KEEP_TO_COMMITTEE,
        required=False,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=gettext_lazy("In your own words"),
        help_text=KEEP_TO_COMMITTEE,
        required=False,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        match: Match,
        at: datetime,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.match, self.at = match, at
        self.fields["last_day"].help_text = _("At the latest %(day)s.") % {
            "day": format_date(latest_day(match, at))
        }
        self._offer("reason", [("", self.not_said), *PauseRequest.Reason.choices])

    def _offer(self, name: str, choices: Sequence[tuple[str, str | Promise]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean_last_day(self) -> date:
        last_day: date = self.cleaned_data["last_day"]
        try:
            check_day(self.match, last_day, self.at)
        except ActionNotAllowed as refused:
            raise forms.ValidationError(str(refused)) from refused
        return last_day

    def wish(self) -> Wish:
        data = self.cleaned_data
        return Wish(data["last_day"], data["reason"], data["text"], self.note)

    @property
    def note(self) -> str:
        """The line for the partner."""
        return ""


class PauseForm(WishForm):
    """Pause one's own pair, with what the partner may read."""

    shows = forms.ChoiceField(
        label=gettext_lazy("What may your partner read?"),
        widget=forms.RadioSelect,
        choices=[
            (ONLY_DAY, gettext_lazy("Only that we pause, and until when")),
            (WITH_NOTE, gettext_lazy("A line of mine, too")),
        ],
        error_messages={"required": gettext_lazy("Choose what your partner may read.")},
    )
    line = forms.CharField(
        label=gettext_lazy("Your line"),
        help_text=gettext_lazy("Your partner reads it on your page. No one else does."),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    cancels_meetings = forms.BooleanField(required=False, widget=forms.HiddenInput)
    field_order = ("last_day", "shows", "line", "reason", "text")

    def __init__(
        self, data: QueryDict | None = None, *, match: Match, person: User, at: datetime
    ) -> None:
        super().__init__(data, match=match, at=at, initial=initial_wish(match, person, at))

    def clean(self) -> None:
        data = self.cleaned_data
        if data.get("shows") == WITH_NOTE and not data.get("line", "").strip():
            text = _("Write a line for your partner, or choose that they read only the day.")
            self.add_error("line", text)

    @property
    def note(self) -> str:
        shows_note = self.cleaned_data["shows"] == WITH_NOTE
        return str(self.cleaned_data["line"]).strip() if shows_note else ""

    def save(self, *, by: User) -> Pause:
        """Pause the pair. Raises as `pauses.pause`."""
        cancels = self.cleaned_data["cancels_meetings"]
        return pauses.pause(self.match, self.wish(), by=by, cancels_meetings=cancels)


class CommitteePauseForm(WishForm):
    """Pause a pair for one of the two, who told the committee."""

    not_said = gettext_lazy("Not said")
    about = forms.ChoiceField(
        label=gettext_lazy("Who asked for the pause?"),
        error_messages={"required": gettext_lazy("Choose which of the two asked for the pause.")},
    )
    field_order = ("about", "last_day", "reason", "text")

    def __init__(self, data: QueryDict | None = None, *, match: Match, at: datetime) -> None:
        super().__init__(data, match=match, at=at)
        self.fields["text"].label = _("In their words")
        for name in ("reason", "text"):
            self.fields[name].help_text = _(
                "Only the pair's carer, their deputy and the chair read it."
            )
        mentee, mentor = match.people
        names = [
            ("mentee", _("%(name)s, the mentee") % {"name": mentee}),
            ("mentor", _("%(name)s, the mentor") % {"name": mentor}),
        ]
        self._offer("about", [("", "---------"), *names])

    def save(self, *, by: User) -> Pause:
        """Pause the pair for the person. Raises as `pauses.pause`."""
        mentee, mentor = self.match.people
        person = mentee if self.cleaned_data["about"] == "mentee" else mentor
        return pauses.pause(self.match, self.wish(), by=by, person=person)


def initial_wish(match: Match, person: User, at: datetime) -> dict[str, object]:
    """Return what `person` asked for in the pause that goes on; empty without one."""
    current = pause_of(match, at)
    if current is None:
        return {"shows": ONLY_DAY}
    asked = PauseRequest.objects.visible_to(person).filter(pause=current, person=person).first()
    note = PauseNote.objects.visible_to(person).filter(pause=current, author=person).first()
    found: dict[str, object] = {"shows": WITH_NOTE if note else ONLY_DAY}
    if asked:
        found |= {"last_day": asked.last_day, "reason": asked.reason, "text": asked.text}
    return {**found, "line": note.text if note else ""}
