"""Criteria that a round makes from the program's own questions, in the words of the committee.

A criterion compares the mentee's answer to one question with the mentor's answer to the same or to
another one. It is stored with the round as an `OwnCriterion`, so a later change of a question does
not change what a plan was made from. The kinds:

- same: both gave the same answer
- levels: how many steps the mentor is above the mentee, in an order of answers
- shared: answers that the mentee named and the mentor has in common
- pairs: a table that says how well each pair of answers fits
- different: their answers differ
- at_least: the mentor's number, or point on a scale, is not below the mentee's
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NotRequired, TypedDict

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.models import ProgramQuestion

from .engine import (
    FORBIDDEN,
    AtLeast,
    CustomCriterion,
    Different,
    Gap,
    Lookup,
    Overlap,
    Same,
)

Mark = ProgramQuestion.Mark

PREFIX = "own_"  # begins the code of every criterion of this module
MAX_TABLE = 12  # different answers of each side that a table of pairs can show
STEPS = (-1, 0, 1, 2, 3, 4)  # -1 stands for every lower level, 4 for four or more higher


class Kind(models.TextChoices):
    SAME = "same", gettext_lazy("The same answer")
    LEVELS = "levels", gettext_lazy("Levels in an order: the mentor is some steps ahead")
    SHARED = "shared", gettext_lazy("Words in common: what the mentee named, the mentor has")
    PAIRS = "pairs", gettext_lazy("A table: which answers go together")
    DIFFERENT = "different", gettext_lazy("Different answers")
    AT_LEAST = "at_least", gettext_lazy("A number or scale: the mentor at least as high")


class Fit(models.TextChoices):
    """How well two answers go together."""

    BEST = "best", gettext_lazy("fits best")
    GOOD = "good", gettext_lazy("fits well")
    FAIR = "fair", gettext_lazy("fits a little")
    NONE = "none", gettext_lazy("does not count")
    NEVER = "never", gettext_lazy("is not possible")


SHARE = {Fit.BEST: 100, Fit.GOOD: 75, Fit.FAIR: 40, Fit.NONE: 0}  # percent of the points


class Rule(models.TextChoices):
    """What a criterion of kind "same" or "shared" makes impossible."""

    NOTHING = "", gettext_lazy("nothing: it only counts")
    DIFFERENT = "different", gettext_lazy("pairs without a common answer")
    SAME = "same", gettext_lazy("pairs with the same answer")


class OwnCriterion(TypedDict):
    """One criterion as a round stores it; `mentees` and `mentors` are ids of questions.

    points: what the best fit earns. rule: see `Rule`. order: answers from low to high.
    steps: {step: fit}, see STEPS. at_most: how many common answers count.
    table: [[mentee's answer, mentor's answer, fit]].
    """

    code: str
    kind: str
    mentees: int
    mentors: int
    points: int
    label: str
    why: str
    why_not: str
    rule: NotRequired[str]
    order: NotRequired[list[str]]
    steps: NotRequired[dict[str, str]]
    at_most: NotRequired[int]
    table: NotRequired[list[list[str]]]


WHY: dict[str, Promise] = {
    Kind.SAME: gettext_lazy("same answer: %(label)s"),
    Kind.LEVELS: gettext_lazy("right step: %(label)s"),
    Kind.SHARED: gettext_lazy("in common: %(label)s"),
    Kind.PAIRS: gettext_lazy("answers that go together: %(label)s"),
    Kind.DIFFERENT: gettext_lazy("different answers: %(label)s"),
    Kind.AT_LEAST: gettext_lazy("the mentor is at least as high: %(label)s"),
}
WHY_NOT: dict[str, Promise] = {
    Kind.SAME: gettext_lazy("their answers differ: %(label)s"),
    Kind.LEVELS: gettext_lazy("not the right step: %(label)s"),
    Kind.SHARED: gettext_lazy("nothing in common: %(label)s"),
    Kind.PAIRS: gettext_lazy("answers that don't go together: %(label)s"),
    Kind.DIFFERENT: gettext_lazy("their answers are the same: %(label)s"),
    Kind.AT_LEAST: gettext_lazy("the mentor is lower: %(label)s"),
}


def is_own(code: str) -> bool:
    return code.startswith(PREFIX)


def why_text(criterion: OwnCriterion) -> str:
    """Return why a pair earned points; the committee's words, else a standard phrase."""
    return criterion["why"] or str(WHY[criterion["kind"]]) % {"label": criterion["label"]}


def why_not_text(criterion: OwnCriterion) -> str:
    """Return why a pair is not possible; the end of "not possible: …"."""
    if criterion["why_not"]:
        return criterion["why_not"]
    if criterion.get("rule") == Rule.SAME:
        return _("their answers are the same: %(label)s") % {"label": criterion["label"]}
    return str(WHY_NOT[criterion["kind"]]) % {"label": criterion["label"]}


def is_ordered_by_number(criterion: OwnCriterion) -> bool:
    """Return whether answers are put in the order of their numbers; other answers are unknown."""
    return criterion["kind"] == Kind.AT_LEAST


def kind_of_mark(question: ProgramQuestion) -> str:
    """Return the kind of the criterion as which the program has marked a question, "" if none."""
    if question.criterion == Mark.SAME and question.kind == ProgramQuestion.Kind.SEVERAL:
        return Kind.SHARED
    return {"": "", Mark.SAME: Kind.SAME}.get(question.criterion, question.criterion)


def marked_questions(
    questions: Iterable[ProgramQuestion], own: Iterable[OwnCriterion]
) -> list[tuple[ProgramQuestion, str]]:
    """Return (question, kind) of what the program has marked and no criterion compares yet."""
    compared = {(one["mentees"], one["mentors"]) for one in own}
    return [
        (one, kind_of_mark(one))
        for one in questions
        if one.criterion and (one.pk, one.pk) not in compared
    ]


def find(own: Iterable[OwnCriterion], code: str) -> OwnCriterion | None:
    return next((one for one in own if one["code"] == code), None)


def next_code(own: Iterable[OwnCriterion]) -> str:
    """Return a code that no criterion of the round has, nor has had as the latest one."""
    numbers = [int(one["code"].removeprefix(PREFIX)) for one in own]
    return f"{PREFIX}{max(numbers, default=0) + 1}"


def question_ids(own: Iterable[OwnCriterion]) -> set[int]:
    return {pk for one in own for pk in (one["mentees"], one["mentors"])}


def known_answers(criterion: OwnCriterion) -> tuple[list[str], list[str]] | None:
    """Return the answers that the criterion names, of mentees and of mentors.

    None if it takes any answer, as the same text on both sides.
    """
    if criterion["kind"] == Kind.LEVELS:
        return criterion.get("order", []), criterion.get("order", [])
    if criterion["kind"] == Kind.PAIRS:
        rows = criterion.get("table", [])
        mine, theirs = (list(dict.fromkeys(row[side] for row in rows)) for side in (0, 1))
        return mine, theirs
    return None


def is_multiple(criterion: OwnCriterion) -> bool:
    """Return whether it looks at all answers of a person, not only at the first."""
    return criterion["kind"] == Kind.SHARED


def as_engine(criterion: OwnCriterion) -> CustomCriterion:
    """Return the engine's criterion; the column of both sides has its code as its name."""
    code, points = criterion["code"], criterion["points"]
    rule = criterion.get("rule", "")
    if criterion["kind"] == Kind.DIFFERENT:
        return Different(code, code, points)
    if criterion["kind"] == Kind.AT_LEAST:
        return AtLeast(code, code, points)
    match criterion["kind"]:
        case Kind.SAME:
            forbid = {"": None, "same": "same", "different": "different"}[rule]
            return Same(code, code, points, forbid)  # type: ignore[arg-type]  # checked by the form
        case Kind.LEVELS:
            return _gap(code, points, criterion)
        case Kind.SHARED:
            at_most = criterion.get("at_most", 1)
            return Overlap(code, code, code, points, at_most, hard=bool(rule))
    return Lookup(code, code, _table(points, criterion))


def _gap(code: str, points: int, criterion: OwnCriterion) -> Gap:
    size = len(criterion.get("order", []))
    fits = criterion.get("steps", {})
    by_step: dict[int, int] = {}
    is_hard = False
    for step in range(-size, size + 1):
        fit = fits.get(str(max(STEPS[0], min(step, STEPS[-1]))), Fit.NONE)
        if fit == Fit.NEVER:
            is_hard = True
        else:
            by_step[step] = points * SHARE[Fit(fit)] // 100
    return Gap(code, code, by_step, hard=is_hard)


def _table(points: int, criterion: OwnCriterion) -> Mapping[tuple[int, int], int]:
    mine, theirs = known_answers(criterion) or ([], [])
    return {
        (mine.index(a), theirs.index(b)): (
            int(FORBIDDEN) if fit == Fit.NEVER else points * SHARE[Fit(fit)] // 100
        )
        for a, b, fit in criterion.get("table", [])
    }
