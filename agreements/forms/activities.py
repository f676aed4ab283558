"""Forms of activities: plan one, say when it was done, set the first day."""

from __future__ import annotations

from typing import cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from matches.models import Match

from .. import activities
from ..models import Activity
from ..models.content import LINE_LENGTH

OWN = ""


def date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ActivityForm(forms.Form):
    """An activity of the program, or own words."""

    entry = forms.ChoiceField(label=_("What do you plan?"), required=False)
    text = forms.CharField(label=_("Or in your own words"), required=False, max_length=LINE_LENGTH)
    planned_on = forms.DateField(label=_("When?"), required=False, widget=date_input())

    def __init__(self, data: QueryDict | None, *, match: Match) -> None:
        self.match = match
        super().__init__(data)
        self.entries = {str(one.pk): one for one in activities.choices(match.program)}
        words = [(key, str(one)) for key, one in self.entries.items()]
        cast(forms.ChoiceField, self.fields["entry"]).choices = [(OWN, _("Something else")), *words]
        if not words:
            del self.fields["entry"]
            self.fields["text"].label = _("What do you plan?")

    def clean(self) -> None:
        entry, text = self.cleaned_data.get("entry", ""), self.cleaned_data.get("text", "")
        if not self.errors and not entry and not text:
            self.add_error("text", _("Choose an activity, or write your own."))
        if entry and text:
            self.add_error("text", _("Choose one of the two: an activity, or your own words."))

    def save(self, *, by: User) -> Activity:
        """Plan it. Raises as `activities.add`."""
        data = self.cleaned_data
        return activities.add(
            self.match,
            by=by,
            entry=self.entries.get(data.get("entry", "")),
            text=" ".join(data["text"].split()),
            planned_on=data["planned_on"],
        )


class DoneForm(forms.Form):
    """When an activity was done, and whether together."""

    done_on = forms.DateField(label=_("When did you do it?"), widget=date_input())
    is_together = forms.BooleanField(label=_("We did it together"), required=False)

    def __init__(self, data: QueryDict | None) -> None:
        super().__init__(data, initial={"done_on": timezone.localdate(), "is_together": True})

    def save(self, activity: Activity, *, by: User) -> None:
        """Tick it. Raises as `activities.set_done`."""
        data = self.cleaned_data
        activities.set_done(activity, data["done_on"], by=by, is_together=data["is_together"])


class FirstDayForm(forms.Form):
    """The newcomer's first day."""

    on = forms.DateField(
        label=_("First day"),
        widget=date_input(),
        error_messages={"required": _("Enter the first day.")},
    )

    def save(self, match: Match, *, by: User) -> None:
        """Set it. Raises as `activities.set_first_day`."""
        activities.set_first_day(match, self.cleaned_data["on"], by=by)
