"""Forms for a question to an applicant: the committee asks, the applicant answers."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User

from .. import applicant_questions
from ..applicant_questions import MOST_DAYS, USUAL_DAYS
from ..models import ApplicantQuestion, Application
from ..models.applicant_questions import TEXT_LENGTH


class AskForm(forms.Form):
    """What a member asks, and by when."""

    text = forms.CharField(
        label=gettext_lazy("Your question"),
        help_text=gettext_lazy(
            "The applicant gets it by e-mail, with your program's name and not yours."
        ),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Enter a question.")},
    )
    answer_by_on = forms.DateField(
        label=gettext_lazy("Answer by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Enter a day.")},
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, prefix="question")
        usual = timezone.localdate() + timedelta(days=USUAL_DAYS)
        self.initial.setdefault("answer_by_on", usual)

    def clean_answer_by_on(self) -> date:
        day: date = self.cleaned_data["answer_by_on"]
        days = (day - timezone.localdate()).days
        if not 0 < days <= MOST_DAYS:
            text = _("Choose a day from tomorrow on, at most %(days)s days from now.")
            raise forms.ValidationError(text % {"days": MOST_DAYS})
        return day

    def save(self, application: Application, *, by: User) -> ApplicantQuestion:
        return applicant_questions.ask(application, by=by, **self.cleaned_data)


class AnswerForm(forms.Form):
    """What an applicant answers."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Enter your answer.")},
    )

    def save(self, question: ApplicantQuestion, *, by: User) -> None:
        applicant_questions.answer(question, by=by, text=self.cleaned_data["text"])
