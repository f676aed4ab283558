"""What became of each objective of a program, in one cohort, as a member is shown it.

Means and changes are figures of published waves, hidden by the same rules as on their pages. Goals
are those counted with the closing surveys: they are frozen, so no later figure gives away whose
goal was reached since. Meetings are counted now; every member knows those of the pairs they see.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db import transaction
from django.db.models import Count, Q
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from meetings.models import Meeting
from programs.committee import Role, has_role
from programs.models import Cohort, Objective, Program

from .change_readers import Change, changes_shown
from .models import ObjectiveMeasure, Question, Wave
from .result_readers import (
    ReaderContext,
    ResultReader,
    Row,
    knows_turnout,
    recused_matches,
    with_turnout,
)
from .results import smallest_group

Measure = ObjectiveMeasure.Kind
MOST_WAVES = 12  # in which the newest answers to a question are looked for


@dataclass(frozen=True)
class ObjectiveResult:
    """One line of the page; `value` is None where there is no figure to be shown."""

    objective: Objective
    measure: ObjectiveMeasure | None
    measured_by: str
    value: Decimal | None
    words: str

    @property
    def is_reached(self) -> bool | None:
        if self.measure is None or self.value is None:
            return None
        return self.value >= self.measure.target

    @property
    def verdict(self) -> str:
        """Say whether the target is reached."""
        if self.is_reached is None:
            return ""
        return _("target reached") if self.is_reached else _("not yet")


def objective_results(cohort: Cohort, user: User) -> list[ObjectiveResult]:
    """Return every objective of the cohort's program with its measure and figure."""
    return _Results(cohort, user).all()


@dataclass(frozen=True)
class _Results:
    cohort: Cohort
    user: User

    def all(self) -> list[ObjectiveResult]:
        objectives = Objective.objects.visible_to(self.user).filter(program=self.cohort.program)
        measures = {
            row.objective_id: row
            for row in ObjectiveMeasure.objects.filter(objective__in=objectives)
        }
        return [self._result(one, measures.get(one.pk)) for one in objectives.order_by("pk")]

    def _result(self, objective: Objective, measure: ObjectiveMeasure | None) -> ObjectiveResult:
        if measure is None:
            return ObjectiveResult(objective, None, _("not measured yet"), None, "")
        found = {
            Measure.MEAN: self._mean,
            Measure.CHANGE: self._change,
            Measure.MEETINGS: self._meetings,
            Measure.GOALS: self._goals,
        }
        value, words = found[Measure(measure.kind)](measure.question_code)
        return ObjectiveResult(objective, measure, self._measured_by(measure), value, words)

    def _measured_by(self, measure: ObjectiveMeasure) -> str:
        name = str(measure.get_kind_display())
        if not measure.question_code:
            return name
        question = self._questions.get(measure.question_code, measure.question_code)
        return _("%(measure)s: %(question)s") % {"measure": name, "question": question}

    @cached_property
    def _questions(self) -> dict[str, str]:
        return dict(question_choices(self.cohort.program))

    @cached_property
    def _context(self) -> ReaderContext:
        rows = with_turnout(Wave.objects.for_committee(self.user), self.user)
        found = rows.filter(cohort=self.cohort).select_related("cohort__program")
        return ReaderContext(list(found.order_by("-month", "-pk")[:MOST_WAVES]), self.user)

    def _mean(self, code: str) -> tuple[Decimal | None, str]:
        for wave in self._context.waves:
            for table in ResultReader(wave, self._context).tables():
                if table["question"].code == code:
                    return _mean_of(wave, table["question"], table["rows"][0])
        return None, _("no one was asked yet")

    @cached_property
    def _changes(self) -> dict[str, list[Change]]:
        found = changes_shown(self.cohort, self.user)
        return {question.code: changes for question, changes in found.items()}

    def _change(self, code: str) -> tuple[Decimal | None, str]:
        for change in reversed(self._changes.get(code, [])):
            part = change.parts[0]
            value = None if part.mean is None else Decimal(str(part.mean["mean"]))
            return value, f"{change.title}: {part.sentence}"
        return None, _("no one was asked twice yet")

    def _meetings(self, _code: str) -> tuple[Decimal | None, str]:
        held = Meeting.objects.held().filter(match__mentee__cohort=self.cohort)
        # Also those that have never met: that there is a figure would tell it.
        hidden = recused_matches(self.user).filter(mentee__cohort=self.cohort)
        people = hidden.exclude(pk__in=Match.objects.of(self.user).values("pk")).aggregate(
            mentees=Count("mentee__person", distinct=True),
            mentors=Count("mentor__person", distinct=True),
        )
        if 0 < sum(people.values()) < smallest_group(self.cohort.program):
            return None, _("hidden: it would tell how often a few pairs met that you can't see")
        numbers = held.aggregate(n=Count("pk"), pairs=Count("match", distinct=True))
        meetings = ngettext("%(n)s meeting", "%(n)s meetings", numbers["n"])
        pairs = ngettext("%(meetings)s, of %(n)s pair", "%(meetings)s, of %(n)s pairs",
                         numbers["pairs"])  # fmt: skip
        words = pairs % {"meetings": meetings % numbers, "n": numbers["pairs"]}
        return Decimal(numbers["n"]), words

    def _goals(self, _code: str) -> tuple[Decimal | None, str]:
        rows = Wave.objects.for_committee(self.user).filter(cohort=self.cohort).exclude(goals={})
        shown = [
            wave.goals
            for wave in rows.only("goals", "smallest_group", "cohort")
            if len(set(wave.goals["people"]) - self._context.pair) >= wave.smallest_group
        ]
        if not shown:
            return None, _("too few closing surveys yet")
        people = {person for one in shown for person in one["people"]}
        numbers = {"reached": sum(one["reached"] for one in shown),
                   "goals": sum(one["goals"] for one in shown), "people": len(people)}  # fmt: skip
        words = _("%(reached)s of %(goals)s goals, of %(people)s mentees") % numbers
        return Decimal(numbers["reached"]), words


def _mean_of(wave: Wave, question: Question, row: Row) -> tuple[Decimal | None, str]:
    mean = row["figure"].get("mean") if row["figure"] else None
    if mean is None:
        return None, _("too few")
    words = _("%(mean)s of %(steps)s (%(survey)s, %(month)s)") % {
        "mean": number_format(mean, 1),
        "steps": len(question.choices),
        "survey": wave.get_kind_display(),
        "month": date_format(wave.month, "YEAR_MONTH_FORMAT"),
    }
    if row["count"] is not None and knows_turnout(wave):
        count = ngettext("%(n)s answer", "%(n)s answers", row["count"]) % {"n": row["count"]}
        words = _("%(figure)s, %(count)s") % {"figure": words, "count": count}
    return Decimal(str(mean)), words


# --- how an objective is measured


def question_choices(program: Program) -> list[tuple[str, str]]:
    """Return (code, words) of the counted scales that the program asks, or all programs do."""
    rows = Question.objects.filter(
        Q(survey__program=program) | Q(survey__program=None),
        kind=Question.Kind.SCALE,
        survey__published_at__isnull=False,
    )
    newest = rows.select_related("survey").order_by("survey__published_at", "pk")
    return sorted(
        {row.code: str(row) for row in newest if row.is_pooled}.items(), key=lambda one: one[1]
    )


@transaction.atomic
def set_measure(
    objective: Objective, *, kind: str, question_code: str, target: Decimal, by: User
) -> None:
    """Say how an objective is measured; it replaces what was said before.

    Raises ActionNotAllowed for anyone but a chair of its program.
    """
    if not has_role(by, objective.program, Role.CHAIR):
        raise ActionNotAllowed(_("Only a chair can say how an objective is measured."))
    of_question = kind in ObjectiveMeasure.OF_A_QUESTION
    values = {"kind": kind, "question_code": question_code if of_question else "", "target": target}
    ObjectiveMeasure.objects.update_or_create(objective=objective, defaults=values)
