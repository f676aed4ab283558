"""The form with which a chair records a check of a person."""

from __future__ import annotations

from datetime import date

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User

from .. import screening
from ..models import Application, ScreeningCheck

Kind = ScreeningCheck.Kind
PASSED, NOT_PASSED = "passed", "not_passed"


class ScreeningForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What was checked"),
        choices=[(value, capfirst(label)) for value, label in Kind.choices],
        error_messages={"required": gettext_lazy("Choose what was checked.")},
    )
    result = forms.ChoiceField(
        label=gettext_lazy("Result"),
        choices=[
            (PASSED, gettext_lazy("Nothing speaks against it")),
            (NOT_PASSED, gettext_lazy("Not passed")),
        ],
        help_text=gettext_lazy(
            "Only the result and the days are stored. Keep documents and reasons out of this site."
        ),
    )
    done_on = forms.DateField(
        label=gettext_lazy("Done on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Enter the day on which it was done.")},
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Holds until"),
        required=False,
        help_text=gettext_lazy(
            "Left empty, a record check holds for the months in the program's settings, and the "
            "others for good."
        ),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, prefix="screening")

    def clean_done_on(self) -> date:
        day: date = self.cleaned_data["done_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(
                _("Enter the day on which it was done, today at the latest.")
            )
        return day

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        done_on = self.cleaned_data.get("done_on")
        expires_on = self.cleaned_data.get("expires_on")
        if done_on and expires_on and expires_on <= done_on:
            self.add_error("expires_on", _("Enter a last day after the day on which it was done."))
        return cleaned

    def save(self, application: Application, *, by: User) -> ScreeningCheck:
        data = self.cleaned_data
        return screening.record(
            application,
            by=by,
            kind=data["kind"],
            is_passed=data["result"] == PASSED,
            done_on=data["done_on"],
            expires_on=data["expires_on"],
        )
