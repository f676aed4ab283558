"""The form with which a member scores an interview: the questions, the result and a note."""

from __future__ import annotations

from datetime import date

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from programs.models import Program

from .. import interviews
from ..interview_texts import anchors_of, questions_of
from ..models import Application, InterviewScore
from .screening import NOT_PASSED, PASSED

Score = InterviewScore.Score


class InterviewForm(forms.Form):
    """Scores, result and note of one member."""

    held_on = forms.DateField(
        label=gettext_lazy("Day of the interview"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Enter the day of the interview.")},
    )
    result = forms.ChoiceField(
        label=gettext_lazy("Result"),
        choices=[(PASSED, gettext_lazy("Passed")), (NOT_PASSED, gettext_lazy("Not passed"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the result.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The committee reads your scores and this note once all have sent."),
    )

    def __init__(self, data: QueryDict | None = None, *, program: Program) -> None:
        super().__init__(data, prefix="interview")
        self.questions = questions_of(program)
        anchors = anchors_of(program)
        for number, question in enumerate(self.questions):
            self.fields[f"score_{number}"] = forms.TypedChoiceField(
                label=question,
                choices=[(one.value, f"{one.label}: {anchors[one.value]}") for one in Score],
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": _("Score each question.")},
            )
        scores = [name for name in self.fields if name.startswith("score_")]
        self.order_fields(["held_on", *scores, "result", "note"])

    def clean_held_on(self) -> date:
        day: date = self.cleaned_data["held_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("Enter the day of the interview, today at the latest."))
        return day

    def save(self, application: Application, *, by: User) -> InterviewScore:
        data = self.cleaned_data
        return interviews.send(
            application,
            by=by,
            held_on=data["held_on"],
            scores=[(asked, data[f"score_{n}"]) for n, asked in enumerate(self.questions)],
            is_passed=data["result"] == PASSED,
            note=data["note"],
        )
