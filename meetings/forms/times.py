"""Forms that plan, answer and record meetings. Times are in the time zone of who enters them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.timezones import zone_label
from accounts.wall_time import WallTime
from matches.models import Match

from .. import closing_talk, recording, scheduling, time_checks
from ..models import MAX_TIMES, Meeting
from ..presenters import clock_note, last_place, show_time
from .fields import choice_field, date_field, minutes_field, mode_field, time_field

MAX_YEARS_AWAY = 2


def suffix_of(number: int) -> str:
    """Return what the names of the fields of the n-th time end in: "", "_2", "_3"."""
    return "" if number == 1 else f"_{number}"


class TimesForm(forms.Form):
    """Up to three dates and times. The first is required, the others are optional."""

    is_agreed = forms.TypedChoiceField(
        label=_("Have you already agreed on this time?"),
        choices=[("no", _("No, ask my partner")), ("yes", _("Yes, confirm it"))],
        coerce=lambda answer: answer == "yes",
        initial="no",
        widget=forms.RadioSelect,
    )
    expected_sequence = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        match: Match,
        person: User,
        meeting: Meeting | None = None,
        times: Sequence[WallTime] = (),
        initial: Mapping[str, object] | None = None,
    ) -> None:
        self.match, self.person, self.meeting = match, person, meeting
        sequence = meeting.sequence if meeting else None
        super().__init__(data, initial={"expected_sequence": sequence, **(initial or {})})
        for number in range(1, MAX_TIMES + 1):
            is_first = number == 1
            self.fields[f"on{suffix_of(number)}"] = date_field(required=is_first)
            self.fields[f"wall_time{suffix_of(number)}"] = time_field(required=is_first)
        for number, when in enumerate(times, start=1):
            self.initial[f"on{suffix_of(number)}"] = when.on
            self.initial[f"wall_time{suffix_of(number)}"] = when.wall_time
        self.times: list[WallTime] = []

    def slots(self) -> Iterator[dict[str, object]]:
        """Yield the fields of each time, for the template."""
        for number in range(1, MAX_TIMES + 1):
            suffix = suffix_of(number)
            yield {
                "number": number,
                "on": self[f"on{suffix}"],
                "wall_time": self[f"wall_time{suffix}"],
            }

    @property
    def minutes(self) -> int:
        return self.meeting.minutes if self.meeting else 0

    def clean(self) -> None:
        names = []
        for number in range(1, MAX_TIMES + 1):
            suffix = suffix_of(number)
            on = self.cleaned_data.get(f"on{suffix}")
            wall_time = self.cleaned_data.get(f"wall_time{suffix}")
            if on is not None and wall_time is not None:
                if self._is_near(f"on{suffix}", on):
                    self.times.append(WallTime(on, wall_time, self.person.time_zone))
                    names.append(f"on{suffix}")
            elif on is not None and f"wall_time{suffix}" not in self.errors:
                self.add_error(f"wall_time{suffix}", _("Enter a time for this date."))
            elif wall_time is not None and f"on{suffix}" not in self.errors:
                self.add_error(f"on{suffix}", _("Enter a date for this time."))
        if self.minutes:
            self._check_times(names, self.minutes)
        if self.cleaned_data.get("is_agreed") and len(self.times) > 1:
            self.add_error("is_agreed", _("Enter only the time that you have agreed on."))

    def _check_times(self, names: list[str], minutes: int) -> None:
        found = time_checks.problems(
            self.times,
            self.match,
            by=self.person,
            minutes=minutes,
            at=timezone.now(),
            meeting=self.meeting,
        )
        for problem in found:
            self.add_error(names[problem.index], problem.message)

    def _is_near(self, name: str, on: date) -> bool:
        return is_near(self, name, on, self.person)

    def clock_notes(self) -> list[str]:
        """Return a sentence for each time that a change of the clocks skips or repeats."""
        partner = self.match.partner_of(self.person)
        return [note for when in self.times if (note := clock_note(when, self.person, partner))]

    def save(self, *, by: User) -> Meeting:
        """Suggest the times for the meeting, as `scheduling.suggest_times`."""
        assert self.meeting is not None
        scheduling.suggest_times(
            self.meeting,
            self.times,
            by=by,
            is_agreed=self.cleaned_data["is_agreed"],
            expected_sequence=self.cleaned_data["expected_sequence"],
        )
        return self.meeting


def is_near(form: forms.Form, name: str, on: date, person: User) -> bool:
    """Whether a date is within the years that the site plans for; else the form has an error."""
    today = timezone.now().astimezone(ZoneInfo(person.time_zone)).date()
    if abs(on.year - today.year) <= MAX_YEARS_AWAY:
        return True
    text = _("Enter a year from %(first)s to %(last)s.")
    years = {"first": today.year - MAX_YEARS_AWAY, "last": today.year + MAX_YEARS_AWAY}
    form.add_error(name, text % years)
    return False


class PlanForm(TimesForm):
    """A new meeting."""

    minutes_planned = minutes_field()
    mode = mode_field()
    place = forms.CharField(
        label=_("Place or link"),
        help_text=_("Only the two of you see it, here and in your e-mails."),
        max_length=300,
        required=False,
    )
    points = forms.CharField(
        label=_("What do you want to talk about?"),
        help_text=_("Only the two of you read this."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    is_closing_talk = forms.BooleanField(
        label=_("This is our closing talk"),
        help_text=_("The last meeting of your term: we stop asking you to plan it."),
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        match: Match,
        person: User,
        times: Sequence[WallTime] = (),
        is_closing_talk: bool = False,
    ) -> None:
        initial = {
            "minutes_planned": match.program.policy.meeting_minutes,
            "place": last_place(match, person),
            "is_closing_talk": is_closing_talk,
        }
        super().__init__(data, match=match, person=person, times=times, initial=initial)
        if not (is_closing_talk or closing_talk.may_be_planned(match, timezone.now())):
            del self.fields["is_closing_talk"]

    @property
    def minutes(self) -> int:
        return self.cleaned_data.get("minutes_planned") or 0

    def save(self, *, by: User) -> Meeting:
        """Suggest or confirm the meeting, as `scheduling.plan_meeting`."""
        data = self.cleaned_data
        return scheduling.plan_meeting(
            self.match,
            by=by,
            times=self.times,
            minutes=data["minutes_planned"],
            mode=data["mode"],
            place=data["place"],
            points=data["points"],
            is_agreed=data["is_agreed"],
            is_closing_talk=data.get("is_closing_talk", False),
        )


class RecordForm(forms.Form):
    """A meeting that took place without having been planned here."""

    on = date_field()
    wall_time = time_field()
    minutes = minutes_field()
    mode = mode_field()

    def __init__(self, data: QueryDict | None = None, *, match: Match, person: User) -> None:
        super().__init__(data, initial={"minutes": match.program.policy.meeting_minutes})
        self.match, self.person = match, person
        self.fields["wall_time"].help_text = _("In your time zone, %(zone)s.") % {
            "zone": zone_label(person.time_zone)
        }

    @property
    def when(self) -> WallTime:
        on: date = self.cleaned_data["on"]
        wall_time: time = self.cleaned_data["wall_time"]
        return WallTime(on, wall_time, self.person.time_zone)

    def clean(self) -> None:
        if {"on", "wall_time"} <= self.cleaned_data.keys():
            if not is_near(self, "on", self.cleaned_data["on"], self.person):
                return
            if self.when.starts_at > timezone.now():
                text = _("This time is in the future. Plan the meeting instead.")
                self.add_error("on", text)

    def clock_notes(self) -> list[str]:
        """Return the sentence about a change of the clocks at this time, if there is one."""
        note = clock_note(self.when, self.person, self.match.partner_of(self.person))
        return [note] if note else []

    def save(self, *, by: User) -> Meeting:
        """Record the meeting, as `recording.record_past`."""
        data = self.cleaned_data
        return recording.record_past(
            self.match, by=by, when=self.when, minutes=data["minutes"], mode=data["mode"]
        )


class ReplyForm(forms.Form):
    """The choice of one of the suggested times that have not passed."""

    starts_at = forms.TypedChoiceField(
        label=_("Which time works for you?"),
        coerce=datetime.fromisoformat,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a time, or suggest other times below.")},
    )
    expected_sequence = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, meeting: Meeting, person: User) -> None:
        super().__init__(data, initial={"expected_sequence": meeting.sequence})
        partner = meeting.match.partner_of(person)
        ahead = [row for row in meeting.times.all() if row.starts_at > timezone.now()]
        choice_field(self, "starts_at").choices = [
            (row.starts_at.isoformat(), show_time(row.starts_at, person, partner)) for row in ahead
        ]
        if len(ahead) == 1:
            self.initial["starts_at"] = ahead[0].starts_at.isoformat()
        self.meeting = meeting

    def save(self, *, by: User) -> None:
        """Accept the time, as `scheduling.accept`."""
        scheduling.accept(self.meeting, by=by, **self.cleaned_data)
