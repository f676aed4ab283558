"""The form in which one of a pair looks back, alone."""

from __future__ import annotations

from typing import cast

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from matches.models import Match

from .. import reflections
from ..goals.history import first_measures
from ..models import Goal, GoalReflection, Reflection
from ..models.content import TEXT_LENGTH
from ..reflections import GoalAnswer

# Names of fields by `Goal.key`: the goals of the pair can change while a person writes.
OUTCOME, LEARNED = "outcome_%s", "learned_%s"


def _text_area(label: Promise, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=cast(str, label),  # the stubs accept lazy text only as a private type of theirs
        required=False,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ReflectionForm(forms.Form):
    """Reached or not, and what I learned, for each goal; then what I take with me."""

    learned = _text_area(_("What have you learned in this time, about your work or yourself?"), 5)
    next_steps = _text_area(_("What do you want to do with it next?"))

    def __init__(self, data: QueryDict | None = None, *, match: Match, author: User) -> None:
        self.match = match
        self.goals = reflections.goals_of(match, author)
        self.first = first_measures(match, author)
        self.reflection = reflections.reflection_of(match, author)
        answers = reflections.goal_answers(self.reflection, author)
        initial = {name: getattr(self.reflection, name, "") for name in ("learned", "next_steps")}
        for goal in self.goals:
            answer = answers.get(goal.key, GoalAnswer())
            initial |= {OUTCOME % goal.key: answer.outcome, LEARNED % goal.key: answer.learned}
        super().__init__(data, initial=initial)
        for goal in self.goals:
            self.fields[OUTCOME % goal.key] = forms.ChoiceField(
                label=_("Did you get there?"),
                choices=[("", _("I'd rather not say")), *GoalReflection.Outcome.choices],
                required=False,
                widget=forms.RadioSelect,
            )
            self.fields[LEARNED % goal.key] = _text_area(_("What did you learn on the way?"))

    @property
    def goal_fields(self) -> list[tuple[Goal, str, forms.BoundField, forms.BoundField]]:
        """Each goal with its first measure, "" if that is the one today, and its two fields."""
        return [
            (goal, self.first.get(goal.pk, ""), self[OUTCOME % goal.key], self[LEARNED % goal.key])
            for goal in self.goals
        ]

    def clean(self) -> None:
        if not self.errors and not any(str(value).strip() for value in self.cleaned_data.values()):
            raise forms.ValidationError(_("Answer at least one of the questions, then save."))

    def save(self, *, by: User) -> Reflection:
        """Store the answers. Raises as `reflections.save`."""
        data = self.cleaned_data
        return reflections.save(
            self.match,
            by=by,
            learned=data["learned"],
            next_steps=data["next_steps"],
            goals={
                goal.key: GoalAnswer(data[OUTCOME % goal.key], data[LEARNED % goal.key])
                for goal in self.goals
            },
        )
