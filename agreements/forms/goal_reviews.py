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

# Names of fields by `Goal.key`: the goals of the pair can change while a person writes.
MEASURE, STATE, STEP = "measure_%s", "state_%s", "step_%s"
WAS, REVISION = "was_%s", "revision_%s"


class GoalReviewForm(forms.Form):
    """Measure, state and next step of each open goal, and one question about the agreement.

    A goal that has been added since the person opened the page is left to the next review.
    """

    def __init__(self, data: QueryDict | None, *, review: GoalReview, goals: list[Goal]) -> None:
        self.review = review
        self.goals = [goal for goal in goals if data is None or WAS % goal.key in data]
        super().__init__(data)
        for goal in self.goals:
            self._add_goal(goal)
        self.fields["still_agreed"] = forms.ChoiceField(
            label=_("Does your agreement still fit?"),
            choices=StillAgreed,
            widget=forms.RadioSelect,
            error_messages={"required": _("Say whether your agreement still fits.")},
        )

    def _add_goal(self, goal: Goal) -> None:
        self.fields[MEASURE % goal.key] = forms.CharField(
            label=_("How will you know that you have reached it?"),
            initial=goal.measure,
            max_length=LINE_LENGTH,
            error_messages={"required": NO_MEASURE},
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        states = [state for state in Goal.State if self._may_be(goal, state)]
        self.fields[STATE % goal.key] = forms.ChoiceField(
            label=_("Where are you with it?"),
            initial=goal.state,
            choices=[(state.value, state.label) for state in states],
            widget=forms.RadioSelect,
        )
        self.fields[STEP % goal.key] = forms.CharField(
            label=_("Next small step"), required=False, max_length=STEP_LENGTH
        )
        for name, value in ((WAS, goal.state), (REVISION, goal.revision)):
            self.fields[name % goal.key] = forms.CharField(
                initial=value, widget=forms.HiddenInput, required=False
            )

    @staticmethod
    def _may_be(goal: Goal, state: Goal.State) -> bool:
        return state == goal.state or state in Goal.TRANSITIONS[goal.state]

    @property
    def goal_fields(self) -> list[tuple[Goal, list[forms.BoundField]]]:
        """Each goal with its fields, for the page."""
        names = (MEASURE, STATE, STEP, WAS, REVISION)
        return [(goal, [self[name % goal.key] for name in names]) for goal in self.goals]

    def rebased(self, goals: list[Goal]) -> GoalReviewForm:
        """Return the form with the same entries, based on what the goals say now.

        Where a measure differs from what was entered, the form shows both.
        """
        data = self.data.copy()
        known = [goal for goal in goals if WAS % goal.key in data]
        for goal in known:
            data[WAS % goal.key], data[REVISION % goal.key] = goal.state, str(goal.revision)
        form = GoalReviewForm(data, review=self.review, goals=known)
        for goal in known:
            if data.get(MEASURE % goal.key) != goal.measure:
                says = _("Now it says: %(measure)s") % {"measure": goal.measure}
                form.fields[MEASURE % goal.key].help_text = says
        return form

    def save(self, *, by: User) -> bool:
        """Store the review. Returns and raises as `reviews.complete`."""
        answers = [self._answer(goal) for goal in self.goals]
        still_agreed = self.cleaned_data["still_agreed"]
        return reviews.complete(self.review, answers, still_agreed=still_agreed, by=by)

    def _answer(self, goal: Goal) -> Answer:
        def said(name: str) -> str:
            return str(self.cleaned_data[name % goal.key])

        revision = said(REVISION)
        return Answer(
            goal=goal,
            measure=" ".join(said(MEASURE).split()),
            state=said(STATE),
            was=said(WAS),
            revision=int(revision) if revision.isdecimal() else -1,
            step=" ".join(said(STEP).split()),
        )
