"""Forms of what a pair says about a meeting: its outcome, its agenda, notes."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.db import transaction
from django.http import QueryDict
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .. import preparing, recording
from ..models import Agenda, LogEntry, Meeting
from ..presenters import show_time
from ..prompts import AGENDA
from .fields import choice_field, minutes_field
from .next_date import NEXT_DATE, NextDateForm

OUTCOMES = [
    (Meeting.State.HELD, _("Yes, we met")),
    (Meeting.State.MOVED, _("No, we moved it to another day")),
    (Meeting.State.MISSED, _("No, it was missed")),
]


class LogForm(NextDateForm):
    """What became of a meeting, and what its writer wants to remember."""

    outcome = forms.ChoiceField(
        label=_("Did you meet?"),
        choices=OUTCOMES,
        widget=forms.RadioSelect,
    )
    met_at = forms.TypedChoiceField(
        label=_("When did you meet?"),
        coerce=datetime.fromisoformat,
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    minutes = minutes_field(required=False, help_text=_("If you met."))
    learned = forms.CharField(
        label=_("What did you take away from it?"),
        help_text=_("Only the two of you read this."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    next_step = forms.CharField(
        label=_("What is the next step?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    expected_sequence = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        meeting: Meeting,
        person: User,
        note: LogEntry | None = None,
    ) -> None:
        is_recorded = meeting.state in Meeting.RECORDED
        initial = {
            "minutes": meeting.minutes,
            "outcome": meeting.state if is_recorded else Meeting.State.HELD,
            "expected_sequence": meeting.sequence,
            "learned": note.learned if note else "",
            "next_step": note.next_step if note else "",
        }
        super().__init__(data, initial=initial)
        self.meeting = meeting
        self._offer_times(person)
        if is_recorded:
            self.fields["outcome"].required = False
            self._offer_correction(person)
        self.ask_next_date(meeting, person, at=timezone.now())
        self.order_fields(["outcome", "met_at", *NEXT_DATE])

    def clean(self) -> None:
        self.check_next_date()

    def _offer_times(self, person: User) -> None:
        """Ask which time it was, where a proposal with several times was never answered."""
        times = list(self.meeting.times.all())
        if self.meeting.state == Meeting.State.SET or len(times) < 2:
            del self.fields["met_at"]
            return
        passed = [row.starts_at for row in times if row.starts_at <= timezone.now()]
        choice_field(self, "met_at").choices = [
            (start.isoformat(), show_time(start, person)) for start in passed
        ]
        self.initial["met_at"] = self.meeting.starts_at.isoformat()

    def _offer_correction(self, person: User) -> None:
        """Offer to correct the record, as long as that is possible; after that only the note."""
        if not self.is_bound and not self.meeting.may_be_corrected_by(person, timezone.now()):
            del self.fields["outcome"], self.fields["minutes"]
            return
        until = self.meeting.correctable_until
        outcome = choice_field(self, "outcome")
        outcome.choices = [*OUTCOMES, (Meeting.State.CANCELLED, _("It was entered by mistake"))]
        if until is not None:
            text = _("You can correct this until %(day)s. The correction stays visible.")
            day = format_date(timezone.localtime(until), "DATE_FORMAT")
            outcome.help_text = text % {"day": day}

    @transaction.atomic
    def save(self, *, by: User) -> None:
        """Record or correct the outcome, save the note of `by`, as `recording.record`.

        The next date is suggested or confirmed with it; what is refused there undoes all of it.
        """
        data = {name: value for name, value in self.cleaned_data.items() if name not in NEXT_DATE}
        data["outcome"] = data.get("outcome") or self.meeting.state  # only a note
        recording.record(self.meeting, by=by, **data)
        self.next_meeting = self.save_next_date(by=by)


class AgendaForm(forms.Form):
    """The mentee's answers to the four questions before a meeting, and where the pair meets."""

    place = forms.CharField(
        label=_("Place or link"),
        help_text=_("Only the two of you see it, here and in your e-mails."),
        max_length=300,
        required=False,
    )

    def __init__(
        self, data: QueryDict | None = None, *, agenda: Agenda | None, is_mentee: bool
    ) -> None:
        names = ["place", *Agenda.PROMPTS] if is_mentee else ["place"]
        super().__init__(data, initial={name: getattr(agenda, name, "") for name in names})
        for name in names[1:]:
            self.fields[name] = forms.CharField(
                label=AGENDA[name],
                max_length=2000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        self.order_fields([*names[1:], "place"])

    def save(self, meeting: Meeting, *, by: User) -> None:
        """Save the answers, as `preparing.save_agenda`."""
        preparing.save_agenda(meeting, self.cleaned_data, by=by)


class PrivateNoteForm(forms.Form):
    """A note that only its writer reads."""

    text = forms.CharField(
        label=_("My private note"),
        help_text=_("Only you can read it. It is stored encrypted."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def save(self, meeting: Meeting, *, by: User) -> None:
        """Save the note, as `preparing.save_private_note`."""
        preparing.save_private_note(meeting, self.cleaned_data["text"], by=by)
