"""The form that says how an objective is measured."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from programs.models import Objective

from .models import ObjectiveMeasure
from .objective_results import question_choices, set_measure

Kind = ObjectiveMeasure.Kind
# The largest targets that make sense on scales of at most ten steps.
HIGHEST_MEAN, HIGHEST_CHANGE = Decimal(10), Decimal(9)


class MeasureForm(forms.Form):
    kind = forms.ChoiceField(label=_("Measured by"), choices=Kind.choices, widget=forms.RadioSelect)
    question_code = forms.ChoiceField(
        label=_("Question"),
        required=False,
        help_text=_("For a mean or a change. Only scales that are counted can be chosen."),
    )
    target = forms.DecimalField(
        label=_("Target"),
        min_value=Decimal("0.1"),
        max_digits=6,
        decimal_places=1,
        help_text=_("The objective is reached from this figure on: 4.0 for a mean, 0.5 for a "
                    "change, 120 for meetings or goals."),
    )  # fmt: skip

    def __init__(self, data: object = None, *, objective: Objective) -> None:
        before = ObjectiveMeasure.objects.filter(objective=objective).first()
        initial = {name: getattr(before, name) for name in ("kind", "question_code", "target")
                   } if before else {}  # fmt: skip
        super().__init__(data, initial=initial)  # type: ignore[arg-type]  # what a request has sent
        self.objective = objective
        choices = question_choices(objective.program)
        field = self.fields["question_code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("No question")), *choices]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        kind, target = data.get("kind"), data.get("target")
        if kind in ObjectiveMeasure.OF_A_QUESTION and not data.get("question_code"):
            self.add_error("question_code", ValidationError(
                _("Choose the question whose answers measure this objective.")))  # fmt: skip
        if target is None:
            return data
        if kind == Kind.MEAN and target > HIGHEST_MEAN:
            self.add_error("target", _("A mean is at most 10. Enter a smaller target."))
        if kind == Kind.CHANGE and target > HIGHEST_CHANGE:
            self.add_error("target", _("A change is at most 9. Enter a smaller target."))
        if kind in (Kind.MEETINGS, Kind.GOALS) and target != int(target):
            self.add_error("target", _("Enter a whole number of meetings or goals."))
        return data

    def save(self, *, by: User) -> None:
        set_measure(self.objective, by=by, **self.cleaned_data)
