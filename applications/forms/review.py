"""Forms of the committee's review."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Application, Decision

Outcome = Decision.Outcome


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Note for the committee"),
        help_text=gettext_lazy(
            "The applicant never sees it. It is stored encrypted and deleted after a while."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Enter a note.")},
    )


class DecisionForm(forms.Form):
    """A decision about one or several applications; `possible` limits the outcomes."""

    needed_at_times: ClassVar[set[str]] = {"reason"}

    outcome = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a decision.")},
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Required unless you accept. The e-mail explains it to the applicant."
        ),
        choices=Decision.Reason.choices,
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Comment for the committee"),
        help_text=gettext_lazy("Never sent to the applicant."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    expected = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, possible: set[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)
        outcome.choices = [
            (value, label)
            for value, label in Outcome.choices
            if possible is None or value in possible
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needs_reason = cleaned.get("outcome") in (Outcome.WAITLIST, Outcome.DECLINE)
        if needs_reason and not cleaned.get("reason"):
            self.add_error("reason", _("Choose a reason: the e-mail explains it to the applicant."))
        return cleaned


class AttendedForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("How was this mentor prepared?"),
        help_text=gettext_lazy("For example: attended the session on 3 March."),
        max_length=300,
        error_messages={"required": gettext_lazy("Enter how this mentor was prepared.")},
    )


def possible_outcomes(application: Application) -> set[str]:
    return application.TRANSITIONS[application.state] & set(Outcome.values)
