"""Forms of meetings. Times are in the time zone of the person who enters them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from matches.models import Match

from . import scheduling
from .models import MAX_MINUTES, MIN_MINUTES, Meeting
from .wall_time import to_utc

MAX_YEARS_AWAY = 2


class WhenForm(forms.Form):
    """A date and a time, in the future if `is_ahead`, else in the past."""

    is_ahead = True
    on = forms.DateField(
        label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    wall_time = forms.TimeField(
        label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["wall_time"].help_text = _("In your time zone, %(zone)s.") % {
            "zone": person.time_zone
        }

    def clean(self) -> None:
        on, wall_time = self.cleaned_data.get("on"), self.cleaned_data.get("wall_time")
        if on is None or wall_time is None:
            return
        today = timezone.now().astimezone(ZoneInfo(self.person.time_zone)).date()
        if abs(on.year - today.year) > MAX_YEARS_AWAY:
            text = _("Enter a year from %(first)s to %(last)s.")
            years = {"first": today.year - MAX_YEARS_AWAY, "last": today.year + MAX_YEARS_AWAY}
            self.add_error("on", text % years)
            return
        is_past = to_utc(on, wall_time, self.person.time_zone) <= timezone.now()
        if self.is_ahead and is_past:
            self.add_error(
                "on",
                _("This time is in the past. If you have already met, record the meeting instead."),
            )
        if not self.is_ahead and not is_past:
            self.add_error("on", _("This time is in the future. Plan the meeting instead."))


class MeetingForm(WhenForm):
    """A meeting of `match` with its length and mode."""

    minutes = forms.IntegerField(
        label=_("How many minutes?"), min_value=MIN_MINUTES, max_value=MAX_MINUTES
    )
    mode = forms.ChoiceField(
        label=_("How do you meet?"), choices=Meeting.Mode, widget=forms.RadioSelect
    )

    field_order = ["on", "wall_time"]

    def __init__(self, *args: object, match: Match, **kwargs: Any) -> None:
        initial = {"minutes": match.program.policy.meeting_minutes, **kwargs.pop("initial", {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.match = match


class PlanForm(MeetingForm):
    place = forms.CharField(label=_("Place or link"), max_length=300, required=False)
    points = forms.CharField(
        label=_("What do you want to talk about?"),
        help_text=_("Only the two of you read this."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    is_agreed = forms.TypedChoiceField(
        label=_("Have you already agreed on this time?"),
        choices=[("no", _("No, ask my partner")), ("yes", _("Yes, confirm it"))],
        coerce=lambda answer: answer == "yes",
        initial="no",
        widget=forms.RadioSelect,
    )

    def save(self, *, by: User) -> Meeting:
        """Propose or confirm the meeting, as `scheduling.plan_meeting`."""
        return scheduling.plan_meeting(self.match, by=by, **self.cleaned_data)


class RecordForm(MeetingForm):
    """A meeting that took place without having been planned here."""

    is_ahead = False

    def save(self, *, by: User) -> Meeting:
        """Record the meeting, as `scheduling.record_past`."""
        return scheduling.record_past(self.match, by=by, **self.cleaned_data)


class MoveForm(WhenForm):
    """Another date for a meeting."""

    def save(self, meeting: Meeting, *, by: User) -> None:
        """Move the meeting. The time is in the zone of `by`; the meeting keeps its own zone."""
        typed = datetime.combine(
            self.cleaned_data["on"], self.cleaned_data["wall_time"], tzinfo=ZoneInfo(by.time_zone)
        )
        there = typed.astimezone(ZoneInfo(meeting.zone))
        scheduling.move_meeting(meeting, there.date(), there.time(), by=by)


class LogForm(forms.Form):
    """What became of a meeting, and what its writer wants to remember."""

    outcome = forms.ChoiceField(
        label=_("Did it take place?"),
        choices=[("held", _("Yes")), ("missed", _("No, it was missed"))],
        widget=forms.RadioSelect,
    )
    minutes = forms.IntegerField(
        label=_("How many minutes?"),
        min_value=MIN_MINUTES,
        max_value=MAX_MINUTES,
        required=False,
    )
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

    def save(self, meeting: Meeting, *, by: User) -> None:
        """Record the outcome and the log entry of `by`."""
        data = self.cleaned_data
        if data["outcome"] == "missed":
            meeting.mark_missed(by=by)
            return
        scheduling.record_held(
            meeting,
            by=by,
            minutes=data["minutes"],
            learned=data["learned"],
            next_step=data["next_step"],
        )
