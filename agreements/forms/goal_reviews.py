"""The form in which one of a pair goes through its goals."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from ..goals import reviews
from ..goals.reviews import Answer, StillAgreed
from ..models import Goal, GoalReview
from ..models.content import LINE_LENGTH
from .goals import NO_MEASURE, STEP_LENGTH

MEASURE, STATE, STEP = "measure_%s", "state_%s", "step_%s"
WAS, REVISION = "was_%s", "revision_%s"


class GoalReviewForm(forms.Form):
    """Measure, state and next step of each open goal, and one question about the agreement."""

    def __init__(self, data: QueryDict | None, *, review: GoalReview, goals: list[Goal]) -> None:
        self.review, self.goals = review, goals
        super().__init__(data)
        for number, goal in enumerate(goals):
            self._add_goal(number, goal)
        self.fields["still_agreed"] = forms.ChoiceField(
            label=_("Are you still what you agreed?"),
            choices=StillAgreed,
            widget=forms.RadioSelect,
            error_messages={"required": _("Say whether your agreement still fits.")},
        )

    def _add_goal(self, number: int, goal: Goal) -> None:
        self.fields[MEASURE % number] = forms.CharField(
            label=_("How will you know that you have reached it?"),
            initial=goal.measure,
            max_length=LINE_LENGTH,
            error_messages={"required": NO_MEASURE},
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        states = [state for state in Goal.State if self._may_be(goal, state)]
        self.fields[STATE % number] = forms.ChoiceField(
            label=_("Where are you with it?"),
            initial=goal.state,
            choices=[(state.value, state.label) for state in states],
            widget=forms.RadioSelect,
        )
        self.fields[STEP % number] = forms.CharField(
            label=_("Next small step"), required=False, max_length=STEP_LENGTH
        )
        for name, value in ((WAS, goal.state), (REVISION, goal.revision)):
            self.fields[name % number] = forms.CharField(
                initial=value, widget=forms.HiddenInput, required=False
            )

    @staticmethod
    def _may_be(goal: Goal, state: Goal.State) -> bool:
        return state == goal.state or state in Goal.TRANSITIONS[goal.state]

    @property
    def goal_fields(self) -> list[tuple[Goal, list[forms.BoundField]]]:
        """Each goal with its fields, for the page."""
        names = (MEASURE, STATE, STEP, WAS, REVISION)
        return [
            (goal, [self[name % number] for name in names])
            for number, goal in enumerate(self.goals)
        ]

    def rebased(self, goals: list[Goal]) -> GoalReviewForm:
        """Return the form with the same entries, based on what the goals say now."""
        data = self.data.copy()
        for number, goal in enumerate(goals):
            data[WAS % number], data[REVISION % number] = goal.state, str(goal.revision)
        return GoalReviewForm(data, review=self.review, goals=goals)

    def save(self, *, by: User) -> bool:
        """Store the review. Returns and raises as `reviews.complete`."""
        data = self.cleaned_data
        answers = [
            Answer(
                goal=goal,
                measure=" ".join(data[MEASURE % number].split()),
                state=data[STATE % number],
                was=data[WAS % number],
                revision=int(data[REVISION % number]) if data[REVISION % number].isdigit() else -1,
                step=" ".join(data[STEP % number].split()),
            )
            for number, goal in enumerate(self.goals)
        ]
        still_agreed = data["still_agreed"]
        return reviews.complete(self.review, answers, still_agreed=still_agreed, by=by)
