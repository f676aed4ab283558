"""Change between two answers of the same people to the same question, frozen with a wave.

Each answered check-in of a wave is compared with the answer that the same person gave to the same
question in an earlier survey of the same pair, if that one is published. A check-in is in one wave,
so no person is counted twice in the changes between two surveys, and a change never moves later:
two versions of it would give away who was added.

What people answered when they applied is compared with the first survey of a kind that they answer
after it: a mentor with two mentees, or someone with a second pair, is counted once all the same.
Someone who was left without a match has only that, and is compared as well.

Earlier and later answers are in the figures of their months, too. A change is only stored if no
combination with those tells about few people (`disclosure_by_sums`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from applications.models import Application
from programs.models import Cohort

from .disclosure_by_sums import Cell, are_safe, sum_of
from .intervals import mean_with_interval
from .models import Answer, CheckIn, Kind, Question, Wave
from .suppression import NOTHING, Knowledge, Source

# What the answers of a kind are compared with.
EARLIER: dict[str, tuple[str, ...]] = {
    Kind.MIDTERM: (Kind.BASELINE,),
    Kind.CLOSING: (Kind.BASELINE, Kind.MIDTERM),
    Kind.EXIT: (Kind.BASELINE, Kind.MIDTERM),
    Kind.LATER: (Kind.BASELINE, Kind.MIDTERM, Kind.CLOSING),
    Kind.UNMATCHED: (Kind.BASELINE,),
}


class StoredMean(TypedDict):
    """The mean change of `count` people with its 95 % interval, in steps of the scale."""

    count: int
    mean: float
    low: float
    high: float


class StoredChange(TypedDict):
    """One question between two surveys, as `Wave.changes` stores it; None is a hidden figure."""

    code: str
    question: int  # primary key, of the later answers
    before: str  # kind of the earlier survey
    waves: list[int]  # primary keys, of the earlier answers
    total: StoredMean | None
    parts: dict[str, StoredMean | None]  # by role
    counted: dict[str, list[tuple[int, int, int]]]  # by role: person, earlier and later check-in


@dataclass(frozen=True)
class Paired:
    """One person's two answers."""

    role: str
    person: int
    earlier: CheckIn
    later: CheckIn
    difference: int
    question: Question


def changes_of(
    cohort: Cohort,
    kind: str,
    answered: Sequence[CheckIn],
    figures: Sequence[Mapping],
    smallest: int,
) -> list[StoredChange]:
    """Return the changes that end with `answered`, the answered check-ins of a wave of `kind`.

    `figures` are the tables of that wave, `smallest` the smallest group that may be shown.
    """
    found = list(_found(answered, EARLIER.get(kind, ()), cohort))
    if not found:
        return []
    others = list(Wave.objects.filter(cohort=cohort))
    codes = Question.objects.select_related("survey").in_bulk(
        {table["question"] for wave in others for table in wave.figures}
        | {table["question"] for table in figures}
    )
    for code in {change["code"] for change in found}:
        tables = [
            table
            for wave_tables in (figures, *(wave.figures for wave in others))
            for table in wave_tables
            if codes[table["question"]].code == code
        ]
        before = [one for wave in others for one in wave.changes if one["code"] == code]
        base = [
            *_cells_of(tables),
            *(cell_of(one, role) for one in before for role in parts_of(one)),
        ]
        _hide(found, code, base, smallest)
    return found


def _hide(found: Sequence[StoredChange], code: str, base: list[Cell], smallest: int) -> None:
    """Set to None what would tell about few people, beside the figures of `base`."""
    mine = [change for change in found if change["code"] == code]
    for change, shown in zip(mine, safe_parts(mine, base, smallest, NOTHING), strict=True):
        change["total"] = change["total"] if "" in shown else None
        change["parts"] = {
            role: mean if role in shown else None for role, mean in change["parts"].items()
        }


def safe_parts(
    changes: Sequence[StoredChange], base: Sequence[Cell], smallest: int, reader: Knowledge
) -> list[set[str]]:
    """Return for each change which parts may be shown with `base`: "" for all, and roles.

    What comes first has precedence. No role is shown without the total.
    """
    cells, found = list(base), []
    for change in changes:
        shown: set[str] = set()
        for role in parts_of(change):
            cell = cell_of(change, role)
            is_allowed = not role or "" in shown
            if is_allowed and are_safe([*cells, cell], smallest, reader):
                shown.add(role)
                cells.append(cell)
        found.append(shown)
    return found


def parts_of(change: StoredChange) -> list[str]:
    """Return the parts with a figure: "" for all, then roles."""
    if change["total"] is None:
        return []
    return ["", *(role for role, mean in change["parts"].items() if mean)]


def cell_of(change: StoredChange, role: str) -> Cell:
    """Return a figure of the change as a sum over answers."""
    roles = [role] if role else list(change["counted"])
    cell: dict[Source, int] = {}
    for person, earlier, later in (row for name in roles for row in change["counted"][name]):
        cell[Source(person, earlier)], cell[Source(person, later)] = -1, 1
    return cell


def _cells_of(tables: Sequence[Mapping]) -> Iterator[Cell]:
    """Yield the stored figures of tables as sums over answers."""
    for table in tables:
        by_role = {
            role: {Source(*source) for source in sources}
            for role, sources in table["counted"].items()
        }
        if table["total"]:
            yield sum_of(set().union(*by_role.values()))
        for role, figure in table["parts"].items():
            if figure and by_role[role]:
                yield sum_of(by_role[role])


# --- pairs of answers


def _found(
    answered: Sequence[CheckIn], kinds: Sequence[str], cohort: Cohort
) -> Iterator[StoredChange]:
    """Yield the changes between the answered check-ins and those before, nothing hidden yet."""
    for before in kinds:
        by_code: dict[str, list[Paired]] = defaultdict(list)
        for paired in _paired(answered, before, cohort):
            by_code[paired.question.code].append(paired)
        for code, rows in by_code.items():
            if len(rows) > 1:
                yield _change(code, before, rows)


def _paired(answered: Sequence[CheckIn], before: str, cohort: Cohort) -> Iterator[Paired]:
    earlier = _earlier_of_pairs(answered, before) | _earlier_of_applicants(answered, before, cohort)
    both = [(earlier[row.pk], row) for row in answered if row.pk in earlier]
    steps = _steps([checkin for pair in both for checkin in pair])
    for first, last in both:
        for code, (question, step) in steps[last.pk].items():
            old, old_step = steps[first.pk].get(code, (None, 0))
            if old is not None and is_same(old, question):
                yield Paired(last.role, last.person_id, first, last, step - old_step, question)


def _earlier_of_pairs(answered: Sequence[CheckIn], before: str) -> dict[int, CheckIn]:
    """Return {check-in: the published one of kind `before` of the same person in the same pair}."""
    matches = {row.match_id for row in answered if row.match_id}
    earlier = CheckIn.objects.filter(
        match__in=matches, kind=before, state=CheckIn.State.ANSWERED, wave__isnull=False
    )
    previous = {(row.match_id, row.person_id): row for row in earlier.order_by("opened_at", "pk")}
    found = ((row.pk, previous.get((row.match_id, row.person_id))) for row in answered)
    return {pk: row for pk, row in found if row is not None}


def _earlier_of_applicants(
    answered: Sequence[CheckIn], before: str, cohort: Cohort
) -> dict[int, CheckIn]:
    """Return {check-in: what the person answered when they applied, published}.

    Each application counts once among the check-ins of a kind, in all waves. Those of other cohorts
    are left out: their figures are shown elsewhere.
    """
    if before != Kind.BASELINE:
        return {}
    applications = {row.own_application_id for row in answered}
    rows = CheckIn.objects.of_applicants().filter(
        application__in=applications,
        application__cohort=cohort,
        state=CheckIn.State.ANSWERED,
        wave__isnull=False,
    )
    previous = {row.own_application_id: row for row in rows}
    if not previous:
        return {}
    for row in _counted_before(answered, previous.values()):
        previous.pop(row.own_application_id, None)
    found = {}
    for row in answered:  # the first that was planned comes first
        if first := previous.pop(row.own_application_id, None):
            found[row.pk] = first
    return found


def _counted_before(answered: Sequence[CheckIn], earlier: Iterable[CheckIn]) -> Iterable[CheckIn]:
    """Return the answers in published waves of the kind of `answered`, by those of `earlier`."""
    published = CheckIn.objects.filter(
        kind=answered[0].kind, state=CheckIn.State.ANSWERED, wave__isnull=False
    )
    theirs = published.filter(person__in={row.person_id for row in earlier})
    return theirs.select_related("match__mentee", "match__mentor", "application")


def _steps(checkins: Sequence[CheckIn]) -> dict[int, dict[str, tuple[Question, int]]]:
    """Return {check-in: {code of a counted scale: the question and the step}}."""
    found: dict[int, dict[str, tuple[Question, int]]] = defaultdict(dict)
    rows = Answer.system.filter(
        checkin__in=[row.pk for row in checkins], question__kind=Question.Kind.SCALE
    )
    asked = Question.objects.filter(survey__in={row.survey_id for row in checkins})
    questions = asked.select_related("survey").in_bulk()
    for checkin, question_id, choice in rows.exclude(choice="").values_list(
        "checkin", "question", "choice"
    ):
        question = questions[question_id]
        if question.is_pooled:
            found[checkin][question.code] = question, int(choice)
    return found


def is_same(one: Question, other: Question) -> bool:
    """Whether an answer to the one can be compared with an answer to the other."""
    return (one.texts, one.choices, one.channel) == (other.texts, other.choices, other.channel)


def _change(code: str, before: str, rows: Sequence[Paired]) -> StoredChange:
    roles = [role for role in Application.Role.values if any(row.role == role for row in rows)]
    of_role = {role: [row for row in rows if row.role == role] for role in roles}
    return StoredChange(
        code=code,
        question=rows[0].question.pk,
        before=before,
        waves=sorted({row.earlier.wave_id for row in rows if row.earlier.wave_id}),
        total=_mean(rows),
        parts={role: _mean(theirs) for role, theirs in of_role.items()},
        counted={
            role: sorted((row.person, row.earlier.pk, row.later.pk) for row in theirs)
            for role, theirs in of_role.items()
        },
    )


def _mean(rows: Sequence[Paired]) -> StoredMean | None:
    if len(rows) < 2:  # no interval
        return None
    found = (round(value, 1) for value in mean_with_interval([row.difference for row in rows]))
    mean, low, high = found
    return StoredMean(count=len(rows), mean=mean, low=low, high=high)
