"""Forms that arrange an interview: a member suggests times, the applicant answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.timezones import zone_label

from .. import appointments
from ..models import Application, InterviewAppointment
from ..models.appointments import (
    MAX_MINUTES,
    MIN_MINUTES,
    MOST_TIMES,
    PLACE_LENGTH,
    WISH_LENGTH,
)

USUAL_MINUTES = 30


class MomentInput(forms.DateTimeInput):
    """The browser's own calendar and clock, in the time zone of whoever enters it."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class TimesForm(forms.Form):
    """One to three times, where, and how long."""

    place = forms.CharField(
        label=gettext_lazy("Place or link"),
        help_text=gettext_lazy(
            "The applicant reads it in the e-mail and, signed in, on the page of the application."
        ),
        max_length=PLACE_LENGTH,
        error_messages={"required": gettext_lazy("Say where you talk, or how.")},
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Length in minutes"), min_value=MIN_MINUTES, max_value=MAX_MINUTES
    )
    expected = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        member: User,
        appointment: InterviewAppointment | None = None,
    ) -> None:
        initial: dict[str, object] = {"minutes": USUAL_MINUTES}
        if appointment:
            initial = {
                "minutes": appointment.minutes,
                "place": appointment.place,
                "expected": appointment.sequence,
            }
        super().__init__(data, initial=initial, prefix="appointment")
        labels = [_("First time"), _("Second time, if you like"), _("Third time, if you like")]
        for number, label in enumerate(labels[:MOST_TIMES], start=1):
            self.fields[f"time_{number}"] = forms.DateTimeField(
                label=label,
                required=number == 1,
                widget=MomentInput(),
                error_messages={"required": _("Enter a date and time.")},
            )
        self.fields["time_1"].help_text = _("In your time zone, %(zone)s.") % {
            "zone": zone_label(member.time_zone)
        }
        self.order_fields([*self._names(), "minutes", "place"])

    def _names(self) -> Iterator[str]:
        return (f"time_{number}" for number in range(1, MOST_TIMES + 1))

    @property
    def times(self) -> list[datetime]:
        given = (self.cleaned_data.get(name) for name in self._names())
        return [one for one in given if one is not None]

    def clean(self) -> None:
        if self.errors:
            return
        minutes = self.cleaned_data["minutes"]
        problem = appointments.problem_of(self.times, minutes=minutes, at=timezone.now())
        if problem:
            self.add_error("time_1", problem)

    def save(self, application: Application, *, by: User) -> InterviewAppointment:
        data = self.cleaned_data
        return appointments.suggest(
            application,
            by=by,
            times=self.times,
            minutes=data["minutes"],
            place=data["place"],
            expected=data["expected"],
        )


class ChoiceForm(forms.Form):
    """What the button of a suggested time sends."""

    starts_at = forms.CharField()
    expected = forms.IntegerField()

    def clean_starts_at(self) -> datetime:
        try:
            when = datetime.fromisoformat(self.cleaned_data["starts_at"])
        except ValueError:
            raise forms.ValidationError(_("Choose one of the suggested times.")) from None
        if timezone.is_naive(when):
            raise forms.ValidationError(_("Choose one of the suggested times."))
        return when


class WishForm(forms.Form):
    """When it would suit the applicant."""

    wish = forms.CharField(
        label=gettext_lazy("When would it suit you?"),
        help_text=gettext_lazy("For example: weekdays after 17:00. At most 500 characters."),
        max_length=WISH_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say when it would suit you.")},
    )
    expected = forms.IntegerField(widget=forms.HiddenInput)
