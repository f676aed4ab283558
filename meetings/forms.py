"""Forms of meetings. Times are on the clock of the person who types them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matches.models import Match

from . import scheduling
from .models import Meeting
from .wall_time import moment


class WhenForm(forms.Form):
    """A date and a time, to come or gone by."""

    is_ahead = True
    on = forms.DateField(
        label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    wall_time = forms.TimeField(
        label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["wall_time"].help_text = _("In your time zone, %(zone)s.") % {
            "zone": person.time_zone
        }

    def clean(self) -> None:
        on, wall_time = self.cleaned_data.get("on"), self.cleaned_data.get("wall_time")
        if on is None or wall_time is None:
            return
        years_off = abs(on.year - timezone.now().astimezone(ZoneInfo(self.person.time_zone)).year)
        if years_off > 2:
            self.add_error("on", _("Please check the year."))
            return
        is_past = moment(on, wall_time, self.person.time_zone) <= timezone.now()
        if self.is_ahead and is_past:
            self.add_error(
                "on", _("This time has passed. If you have met already, note the meeting instead.")
            )
        if not self.is_ahead and not is_past:
            self.add_error("on", _("This time is still to come. Plan the meeting instead."))


class MeetingForm(WhenForm):
    minutes = forms.IntegerField(label=_("How many minutes?"), min_value=5, max_value=480)
    mode = forms.ChoiceField(label=_("How?"), choices=Meeting.Mode, widget=forms.RadioSelect)

    field_order = ["on", "wall_time"]

    def __init__(self, *args: Any, match: Match, **kwargs: Any) -> None:
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
        label=_("Have you agreed on this time already?"),
        choices=[("no", _("No, ask my partner")), ("yes", _("Yes, put it down"))],
        coerce=lambda answer: answer == "yes",
        initial="no",
        widget=forms.RadioSelect,
    )

    def save(self, *, by: Any) -> Meeting:
        return scheduling.plan_meeting(self.match, by=by, **self.cleaned_data)


class RecordForm(MeetingForm):
    """A meeting that took place without having been planned here."""

    is_ahead = False

    def save(self, *, by: Any) -> Meeting:
        return scheduling.record_past(self.match, by=by, **self.cleaned_data)


class MoveForm(WhenForm):
    def save(self, meeting: Meeting, *, by: Any) -> None:
        """The typed time is on the clock of `by`; the meeting keeps the zone that it was set in."""
        typed = datetime.combine(
            self.cleaned_data["on"], self.cleaned_data["wall_time"], tzinfo=ZoneInfo(by.time_zone)
        )
        there = typed.astimezone(ZoneInfo(meeting.zone))
        scheduling.move_meeting(meeting, there.date(), there.time(), by=by)


class NoteForm(forms.Form):
    """One minute after a meeting."""

    what = forms.ChoiceField(
        label=_("Did it take place?"),
        choices=[("held", _("Yes")), ("missed", _("No, it was missed"))],
        widget=forms.RadioSelect,
    )
    minutes = forms.IntegerField(
        label=_("How many minutes?"), min_value=5, max_value=480, required=False
    )
    learned = forms.CharField(
        label=_("What do you take with you?"),
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

    def save(self, meeting: Meeting, *, by: Any) -> None:
        data = self.cleaned_data
        if data["what"] == "missed":
            meeting.mark_missed(by=by)
            return
        words = {"learned": data["learned"], "next_step": data["next_step"]}
        scheduling.record_held(meeting, by=by, minutes=data["minutes"], **words)
