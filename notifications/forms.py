from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import preferences, work_hours
from .kinds import READING
from .recipients import Account

DAILY, WEEKLY, NEVER = "daily", "weekly", "never"


class PreferencesForm(forms.Form):
    """Which optional e-mails a person wants, and when a committee member hears of work."""

    streams = forms.MultipleChoiceField(
        label=_("Send me"), widget=forms.CheckboxSelectMultiple, required=False
    )
    reading = forms.ChoiceField(
        label=_("Applications and check-ins that you have to read"),
        choices=[
            (DAILY, _("On weekdays, if there is something to read")),
            (WEEKLY, _("On Mondays")),
            (NEVER, _("No e-mail")),
        ],
        required=False,
    )
    work_hour = forms.TypedChoiceField(
        label=_("E-mails about committee work that waits for you"),
        choices=lambda: [("", _("At once")), (_("Once a day, at"), work_hours.hour_choices())],
        coerce=int,
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, person: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["streams"].choices = [  # type: ignore[attr-defined]  # a field with choices
            (stream.value, stream.label)
            for stream in preferences.offered(person)
            if stream != READING  # it has a rhythm, below
        ]
        if not work_hours.is_member(person):
            del self.fields["reading"], self.fields["work_hour"]
            return
        rhythm = WEEKLY if preferences.reads_weekly(person) else DAILY
        is_wanted = READING in self.initial.get("streams", ())
        self.fields["reading"].initial = rhythm if is_wanted else NEVER
        self.fields["work_hour"].initial = work_hours.hour_of(person.pk)
        self.fields["work_hour"].help_text = gettext(
            "On every day, in your time zone: %(zone)s. Requests for help and concerns about "
            "someone's safety always reach you at once."
        ) % {"zone": person.time_zone.replace("_", " ")}

    def save(self, *, by: Account) -> str:
        """Save the choices and return what was saved."""
        now = timezone.now()
        wanted = set(self.cleaned_data["streams"])
        saved = gettext("Your choice has been saved.")
        if "work_hour" not in self.fields:
            preferences.set_wanted_streams(by, wanted, at=now)
            return saved
        reading = self.cleaned_data["reading"] or self.fields["reading"].initial
        if reading != NEVER:
            wanted.add(READING)
            preferences.choose_rhythm(by, is_weekly=reading == WEEKLY, at=now)
        preferences.set_wanted_streams(by, wanted, at=now)
        hour = self.cleaned_data["work_hour"]
        work_hours.choose(by, hour, at=now)
        if hour is None:
            told = gettext("E-mails about committee work reach you at once.")
        else:
            when = time_format(time(hour))
            told = gettext("E-mails about committee work reach you at %(hour)s.") % {"hour": when}
        return f"{saved} {told}"
