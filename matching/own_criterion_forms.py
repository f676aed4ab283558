"""Forms that make a criterion of a round from questions of the program, in words."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from applications.program_questions import answers_seen
from programs.committee_admin import begin_with_capitals
from programs.models import ProgramQuestion
from programs.spellings import fold

from .criteria import CriteriaDict, own_criteria, with_own
from .models import Round
from .own_criteria import MAX_TABLE, SHARE, STEPS, Fit, Kind, OwnCriterion, Rule, next_code
from .presets import IMPORTANCE

Asked = ProgramQuestion.Asked
POINTS = 100  # of each step of importance: as many as a standard criterion of that weight has
HIGHEST = 20_000
ONLY_COUNT = (Kind.DIFFERENT, Kind.AT_LEAST)  # they make no pair impossible
COMMON = 5  # common answers that can count
STEP_LABELS = {
    -1: gettext_lazy("The mentor is lower"),
    0: gettext_lazy("The mentor is on the same level"),
    1: gettext_lazy("The mentor is one step higher"),
    2: gettext_lazy("The mentor is two steps higher"),
    3: gettext_lazy("The mentor is three steps higher"),
    4: gettext_lazy("The mentor is four or more steps higher"),
}
FIRST_STEPS = {-1: Fit.NEVER, 0: Fit.NONE, 1: Fit.GOOD, 2: Fit.BEST, 3: Fit.GOOD, 4: Fit.NONE}


class KindForm(forms.Form):
    """The first step: what is compared, and how."""

    kind = forms.ChoiceField(
        label=gettext_lazy("How are the answers compared?"),
        choices=Kind.choices,
        widget=forms.RadioSelect,
    )
    mentees = forms.ChoiceField(label=gettext_lazy("Question to mentees"))
    mentors = forms.ChoiceField(label=gettext_lazy("Question to mentors"), required=False)

    def __init__(self, data: QueryDict | None = None, *, round: Round) -> None:
        super().__init__(data)
        begin_with_capitals(self)
        self.questions = {
            str(one.pk): one for one in ProgramQuestion.objects.current(round.program)
        }
        self._offer("mentees", Asked.MENTOR, _("Choose a question"))
        self._offer("mentors", Asked.MENTEE, _("the same question"))

    def _offer(self, name: str, other: str, empty: str) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        found = [(pk, str(one)) for pk, one in self.questions.items() if one.asked != other]
        field.choices = [("", empty), *found]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        mentees = self.questions.get(data.get("mentees", ""))
        mentors = self.questions.get(data.get("mentors", "")) or mentees
        if mentees and mentors == mentees and mentees.asked == Asked.MENTEE:
            self.add_error("mentors", _("Only mentees answered this. Choose a question."))
        return {**data, "questions": (mentees, mentors)}


class OwnCriterionForm(forms.Form):
    """The second step: what counts how much, and in which words it is explained."""

    label = forms.CharField(
        label=gettext_lazy("Name of the criterion"),
        max_length=80,
        help_text=gettext_lazy("Such as “Same profession”. Heads its column in lists."),
    )
    importance = forms.TypedChoiceField(
        label=gettext_lazy("How much does it count?"),
        coerce=int,
        choices=[(number, words) for number, words in IMPORTANCE.items()],
        initial=10,
        help_text=gettext_lazy("Compared with the other criteria of the round."),
    )
    why = forms.CharField(
        label=gettext_lazy("Why they fit, in your words"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Stands beside a pair, such as “both work in policy”."),
    )
    why_not = forms.CharField(
        label=gettext_lazy("Why they can't be a pair, in your words"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Ends the sentence “not possible: …”."),
    )
    points = forms.IntegerField(
        label=gettext_lazy("Exact points of the best fit"),
        min_value=0,
        max_value=HIGHEST,
        required=False,
        help_text=gettext_lazy("Instead of the choice in words."),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        round: Round,
        user: User,
        kind: str,
        questions: tuple[ProgramQuestion, ProgramQuestion],
        criterion: OwnCriterion | None = None,
    ) -> None:
        self.round, self.kind, self.questions, self.criterion = round, kind, questions, criterion
        super().__init__(
            data, initial=_initial(criterion) | ({} if criterion else _first(questions))
        )
        self.answers = [answers_seen(one, round.cohort, user) for one in questions]
        match kind:
            case Kind.SAME | Kind.SHARED:
                self._add_rule()
            case Kind.LEVELS:
                self._add_levels()
            case Kind.PAIRS:
                self._add_table()
            case Kind.DIFFERENT | Kind.AT_LEAST:
                del self.fields["why_not"]
        last = ["why", "why_not", "points"]
        self.order_fields(["label", *(n for n in self.fields if n not in last), *last])
        begin_with_capitals(self)

    @property
    def plain(self) -> list[forms.BoundField]:
        return [one for one in self if one.name != "points" and not one.name.startswith("cell_")]

    @property
    def is_too_large(self) -> bool:
        """Whether a table of pairs would have too many rows or columns to be read."""
        return self.kind == Kind.PAIRS and max(map(len, self.answers)) > MAX_TABLE

    def _add_rule(self) -> None:
        choices = [one for one in Rule.choices if self.kind == Kind.SAME or one[0] != Rule.SAME]
        self.fields["rule"] = forms.ChoiceField(
            label=_("What does it make impossible?"), choices=choices, required=False
        )
        if self.kind == Kind.SHARED:
            self.fields["at_most"] = forms.TypedChoiceField(
                label=_("How many common answers count?"),
                coerce=int,
                choices=[(number, str(number)) for number in range(1, COMMON + 1)],
                initial=1,
            )

    def _add_levels(self) -> None:
        every = list({fold(one): one for several in self.answers for one in several}.values())
        self.fields["order"] = forms.CharField(
            label=_("Levels, from the lowest to the highest"),
            widget=forms.Textarea(attrs={"rows": min(max(len(every), 4), 15)}),
            initial="\n".join(every),
            help_text=_("One per line. Put them in order; equal spellings count as one."),
        )
        for step in STEPS:
            self.fields[f"step_{step}"] = forms.ChoiceField(
                label=STEP_LABELS[step], choices=Fit.choices, initial=FIRST_STEPS[step]
            )

    def _add_table(self) -> None:
        if self.is_too_large:
            return
        stored = {
            (fold(a), fold(b)): fit
            for a, b, fit in (self.criterion.get("table", []) if self.criterion else [])
        }
        for i, mine in enumerate(self.answers[0]):
            for j, theirs in enumerate(self.answers[1]):
                usual = Fit.BEST if fold(mine) == fold(theirs) else Fit.NONE
                field = forms.ChoiceField(
                    label=_("%(mentee)s with %(mentor)s") % {"mentee": mine, "mentor": theirs},
                    choices=Fit.choices,
                    initial=stored.get((fold(mine), fold(theirs)), usual),
                )
                self.fields[f"cell_{i}_{j}"] = field

    def table(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the rows of a table of pairs: the mentee's answer and one field per mentor's."""
        if self.kind != Kind.PAIRS or self.is_too_large:
            return []
        columns = range(len(self.answers[1]))
        return [
            (mine, [self[f"cell_{i}_{j}"] for j in columns])
            for i, mine in enumerate(self.answers[0])
        ]

    def clean_order(self) -> list[str]:
        lines = [" ".join(one.split()) for one in self.cleaned_data["order"].splitlines()]
        found: dict[str, str] = {}
        for one in filter(None, lines):
            found.setdefault(fold(one), one)
        missing = _missing(found, self.answers)
        if missing:
            text = ngettext(
                "Add this answer, which someone gave: %(answers)s.",
                "Add these answers, which people gave: %(answers)s.",
                len(missing),
            )
            raise forms.ValidationError(text % {"answers": ", ".join(missing)})
        return list(found.values())

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if self.is_too_large:
            raise forms.ValidationError(
                _("A table has at most %(count)d answers on each side. Choose another way.")
                % {"count": MAX_TABLE}
            )
        if not self.errors and not self._has_effect(data):
            raise forms.ValidationError(
                _("This would change nothing. Let it count, or let it make pairs impossible.")
            )
        return data

    def _has_effect(self, data: dict[str, object]) -> bool:
        points = data["importance"] if data["points"] is None else data["points"]
        fits = [value for name, value in data.items() if name.startswith(("step_", "cell_"))]
        forbids = bool(data.get("rule")) or Fit.NEVER in fits
        counts = self.kind in (Kind.SAME, Kind.SHARED, *ONLY_COUNT) or any(
            fit in SHARE and SHARE[Fit(str(fit))] for fit in fits
        )
        return bool(forbids or (points and counts))

    @property
    def own(self) -> OwnCriterion:
        """The criterion as a round stores it."""
        data = self.cleaned_data
        known = own_criteria(self.round.criteria)
        points = data["points"] if data["points"] is not None else data["importance"] * POINTS
        made: OwnCriterion = {
            "code": self.criterion["code"] if self.criterion else next_code(known),
            "kind": self.kind,
            "mentees": self.questions[0].pk,
            "mentors": self.questions[1].pk,
            "points": points,
            **{name: data.get(name, "").strip() for name in ("label", "why", "why_not")},  # type: ignore[typeddict-item]  # texts
        }
        match self.kind:
            case Kind.SAME:
                made["rule"] = data["rule"]
            case Kind.SHARED:
                made["rule"], made["at_most"] = data["rule"], data["at_most"]
            case Kind.LEVELS:
                made["order"] = data["order"]
                made["steps"] = {str(step): data[f"step_{step}"] for step in STEPS}
            case Kind.PAIRS:
                made["table"] = [
                    [mine, theirs, data[f"cell_{i}_{j}"]]
                    for i, mine in enumerate(self.answers[0])
                    for j, theirs in enumerate(self.answers[1])
                ]
        return made

    @property
    def criteria(self) -> CriteriaDict:
        """The criteria of the round with this one added, or in place of what it was."""
        made = self.own
        kept = own_criteria(self.round.criteria)
        if self.criterion:
            own = [made if one["code"] == made["code"] else one for one in kept]
        else:
            own = [*kept, made]
        return with_own(self.round.criteria, own)


def _first(questions: Sequence[ProgramQuestion]) -> dict[str, object]:
    """Return the name, and the weight with which the program has marked the question."""
    first: dict[str, object] = {"label": str(questions[0])[:80]}
    if questions[0].criterion and questions[0] == questions[1]:
        first["importance"] = questions[0].criterion_weight
    return first


def _initial(criterion: OwnCriterion | None) -> dict[str, object]:
    """Return the stored settings as the form shows them."""
    if criterion is None:
        return {}
    points = criterion["points"]
    in_words = points % POINTS == 0 and points // POINTS in IMPORTANCE
    found: dict[str, object] = {
        **{name: criterion[name] for name in ("label", "why", "why_not")},  # type: ignore[literal-required]  # its keys
        "importance": points // POINTS if in_words else 10,
        "points": None if in_words else points,
        "rule": criterion.get("rule", ""),
        "at_most": criterion.get("at_most", 1),
    }
    if "order" in criterion:
        found["order"] = "\n".join(criterion["order"])
    found |= {f"step_{step}": fit for step, fit in criterion.get("steps", {}).items()}
    return found


def _missing(known: dict[str, str], answers: Sequence[Sequence[str]]) -> list[str]:
    given = {fold(one): one for several in answers for one in several}
    return [one for key, one in given.items() if key not in known]
