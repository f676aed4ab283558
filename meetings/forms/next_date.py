"""The next date, asked where a meeting is recorded: now both remember what they agreed on."""

from __future__ import annotations

from datetime import date, datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.timezones import zone_label
from accounts.wall_time import WallTime

from .. import scheduling, time_checks
from ..models import Meeting
from ..presenters import last_place, show_time
from ..time_suggestions import usual_times
from .fields import date_field, time_field
from .times import is_near

AGREED, ASK = "yes", "no"
NEXT_DATE = ("next_on", "next_wall_time", "next_is_agreed")


class NextDateForm(forms.Form):
    """A date for the next meeting, optional. Its fields are there only after `ask_next_date`."""

    is_next_asked = False
    next_meeting: Meeting | None = None

    def ask_next_date(self, meeting: Meeting, person: User, *, at: datetime) -> None:
        """Add the fields, unless the pair has a date ahead or has ended."""
        match = meeting.match
        is_planned = Meeting.objects.ahead(at).filter(match=match).exclude(pk=meeting.pk).exists()
        if is_planned or match.closed_at is not None:
            return
        self.is_next_asked = True
        self.next_match, self.next_by, self.next_like = match, person, meeting
        on = date_field(required=False)
        on.label = _("When do you meet next?")
        on.help_text = self._usual_times(at)
        wall_time = time_field(required=False)
        wall_time.help_text = _("In your time zone, %(zone)s.") % {
            "zone": zone_label(person.time_zone)
        }
        self.fields["next_on"] = on
        self.fields["next_wall_time"] = wall_time
        self.fields["next_is_agreed"] = forms.TypedChoiceField(
            label=_("Have you already agreed on this time?"),
            choices=[(AGREED, _("Yes, confirm it")), (ASK, _("No, ask my partner"))],
            coerce=lambda answer: answer == AGREED,
            initial=AGREED,
            required=False,
            empty_value=True,
            widget=forms.RadioSelect,
        )

    def _usual_times(self, at: datetime) -> str:
        person, match = self.next_by, self.next_match
        times = usual_times(match, person, minutes=self.next_like.minutes, at=at)
        if not times:
            return ""
        partner = match.partner_of(person)
        shown = "; ".join(show_time(when.starts_at, person, partner) for when in times)
        return _("You are both usually free: %(times)s.") % {"times": shown}

    def next_time(self) -> WallTime | None:
        """Return the date and time that were entered; None without both."""
        on: date | None = self.cleaned_data.get("next_on")
        wall_time: time | None = self.cleaned_data.get("next_wall_time")
        if on is None or wall_time is None:
            return None
        return WallTime(on, wall_time, self.next_by.time_zone)

    def check_next_date(self) -> None:
        """Refuse half a date, and a time with a problem."""
        if not self.is_next_asked or {"next_on", "next_wall_time"} & self.errors.keys():
            return
        on, wall_time = self.cleaned_data["next_on"], self.cleaned_data["next_wall_time"]
        if (on is None) != (wall_time is None):
            if on is None:
                self.add_error("next_on", _("Enter a date for this time."))
            else:
                self.add_error("next_wall_time", _("Enter a time for this date."))
        when = self.next_time()
        if when and is_near(self, "next_on", when.on, self.next_by):
            found = time_checks.problems(
                [when],
                self.next_match,
                by=self.next_by,
                minutes=self.next_like.minutes,
                at=timezone.now(),
                meeting=self.next_like,
            )
            for problem in found:
                self.add_error("next_on", problem.message)

    def save_next_date(self, *, by: User) -> Meeting | None:
        """Suggest or confirm the next meeting, as long and in the same way as this one.

        For a meeting that was moved it is the new date of the same one.
        """
        when = self.next_time() if self.is_next_asked else None
        if when is None:
            return None
        like, is_agreed = self.next_like, self.cleaned_data["next_is_agreed"]
        if like.state == Meeting.State.MOVED:
            scheduling.suggest_times(like, [when], by=by, is_agreed=is_agreed)
            return like
        return scheduling.plan_meeting(
            self.next_match,
            by=by,
            times=[when],
            minutes=like.minutes,
            mode=like.mode,
            place=last_place(self.next_match, by),
            is_agreed=is_agreed,
        )
