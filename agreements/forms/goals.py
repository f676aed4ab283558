"""Forms of a goal and of a step towards it."""

from __future__ import annotations

from datetime import date
from typing import cast

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from matches.models import Match

from ..goals import edits, steps
from ..goals.edits import GoalWords
from ..models import Goal, GoalStep
from ..models.content import LINE_LENGTH

STEP_LENGTH, WHY_LENGTH = 200, 1000
MOST_YEARS = 5
NO_GOAL = _("Say what the goal is.")
NO_MEASURE = _("Say how you will know that you have reached this goal.")


def _area(label: Promise, most: int, missing: Promise | None = None) -> forms.CharField:
    return forms.CharField(
        label=cast(str, label),  # the stubs accept lazy text only as a private type of theirs
        required=missing is not None,
        max_length=most,
        error_messages={"required": cast(str, missing)} if missing else {},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class GoalForm(forms.Form):
    """The words of a goal. `expected_revision` is the one that the writer had read."""

    expected_revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    text = _area(_("What do you want to achieve?"), LINE_LENGTH, NO_GOAL)
    measure = _area(_("How will you know that you have reached it?"), LINE_LENGTH, NO_MEASURE)
    why = _area(_("Why does it matter to you?"), WHY_LENGTH)
    target_on = forms.DateField(
        label=_("By when?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    # Only for what a mentor wants to learn; nothing is chosen for them.
    readers = forms.ChoiceField(
        label=_("Who may read this goal?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say who may read it: only you, or your mentee too.")},
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        match: Match,
        person: User,
        today: date,
        goal: Goal | None,
    ) -> None:
        self.match, self.person, self.today, self.goal = match, person, today, goal
        super().__init__(data, initial=self._initial())
        if person == match.mentee.person:
            del self.fields["readers"]
        else:
            name = {"name": match.mentee.person_for_partner.first_name}
            cast(forms.ChoiceField, self.fields["readers"]).choices = [
                ("me", _("Only me")),
                ("both", _("%(name)s and me") % name),
            ]

    def _initial(self) -> dict[str, object]:
        goal = self.goal
        if goal is None:
            return {"expected_revision": 0}
        values = {name: getattr(goal, name) for name in ("text", "measure", "why", "target_on")}
        readers = "both" if goal.is_shared else "me"
        return {**values, "readers": readers, "expected_revision": goal.revision}

    def clean_target_on(self) -> date | None:
        day: date | None = self.cleaned_data["target_on"]
        if day is None or (self.goal is not None and day == self.goal.target_on):
            return day
        if day < self.today:
            raise forms.ValidationError(_("This day is over. Choose today or a later day."))
        if day.year > self.today.year + MOST_YEARS:
            raise forms.ValidationError(
                _("This is more than %(years)s years ahead. Check the year."),
                params={"years": MOST_YEARS},
            )
        return day

    @property
    def words(self) -> GoalWords:
        """The cleaned answers."""
        data = self.cleaned_data
        return GoalWords(
            text=" ".join(data["text"].split()),
            measure=" ".join(data["measure"].split()),
            why=data["why"],
            target_on=data["target_on"],
            is_shared=data.get("readers", "both") == "both",
        )

    def save(self, *, by: User) -> Goal:
        """Add or change the goal. Raises as `edits.add_goal` and `edits.change_goal`."""
        if self.goal is None:
            return edits.add_goal(self.match, self.words, person=self.person, by=by)
        revision = self.cleaned_data["expected_revision"] or 0
        return edits.change_goal(self.goal, self.words, expected_revision=revision, by=by)


class StepForm(forms.Form):
    """One more step."""

    text = forms.CharField(
        label=_("Next small step"),
        max_length=STEP_LENGTH,
        error_messages={"required": _("Say what the step is.")},
    )

    def save(self, goal: Goal, *, by: User) -> GoalStep:
        """Add the step. Raises as `steps.add_step`."""
        return steps.add_step(goal, " ".join(self.cleaned_data["text"].split()), by=by)
