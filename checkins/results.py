"""Publishing pooled results: once a month's check-ins of a kind are all closed, figures are frozen.

A wave is everything of one cohort and kind that was opened in one month, in the program's zone.
Nothing can join it later, so no one can compare two states of a figure to learn one answer. Figures
never change; `result_readers` says who is shown which of them.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.db import transaction

from applications.models import Application
from programs.models import Cohort, Program

from .care_access import deputies_of
from .models import Answer, CheckIn, Question, Wave
from .suppression import Figure, Source, pool

State = CheckIn.State
# Whatever a program sets, figures of fewer people are never shown.
SMALLEST_GROUP_EVER = 3


class StoredFigure(TypedDict):
    """`suppression.Figure` as JSON, where a share (code, percent) is a list of two."""

    count: int
    median: float | None
    shares: list[tuple[str, int]]


class Table(TypedDict):
    """The figures of one question as `Wave.figures` stores them; None is a hidden figure."""

    question: int  # primary key
    total: StoredFigure | None
    parts: dict[str, StoredFigure | None]  # by role
    counted: dict[str, list[tuple[int, int]]]  # by role: the `Source` of each answer


def smallest_group(program: Program) -> int:
    """Return how many answers a shown figure needs at least, in `program`."""
    return max(SMALLEST_GROUP_EVER, program.policy.small_group)


def publish_waves(at: datetime) -> None:
    """Publish every wave that is complete at `at` and not published yet."""
    for (cohort, kind, month), checkins in _waves().items():
        is_over = month < _month(at, cohort)
        if is_over and all(_is_closed(checkin, at) for checkin in checkins):
            _publish(cohort, kind, month, checkins, at)


def _waves() -> dict[tuple[Cohort, str, date], list[CheckIn]]:
    """Return asked check-ins that are in no wave yet, by cohort, kind and month."""
    asked = CheckIn.objects.filter(wave=None).exclude(state=State.CANCELLED)
    rows = asked.select_related("match__mentee__cohort__program__policy", "match__carer").order_by(
        "pk"
    )
    found: dict[tuple[Cohort, str, date], list[CheckIn]] = defaultdict(list)
    for checkin in rows.filter(opened_at__isnull=False):
        assert checkin.opened_at is not None  # the filter above
        cohort = checkin.match.cohort
        found[cohort, checkin.kind, _month(checkin.opened_at, cohort)].append(checkin)
    return found


def _is_closed(checkin: CheckIn, at: datetime) -> bool:
    """Return whether its answers can no longer change."""
    return checkin.state != State.OPEN and (checkin.closes_at is None or checkin.closes_at <= at)


def _month(at: datetime, cohort: Cohort) -> date:
    return at.astimezone(ZoneInfo(cohort.program.time_zone)).date().replace(day=1)


@transaction.atomic
def _publish(cohort: Cohort, kind: str, month: date, checkins: list[CheckIn], at: datetime) -> None:
    answered = [checkin for checkin in checkins if checkin.state == State.ANSWERED]
    smallest = smallest_group(cohort.program)
    wave, _created = Wave.objects.get_or_create(
        cohort=cohort,
        kind=kind,
        month=month,
        defaults={
            "asked": len(checkins),
            "answered": len(answered),
            "figures": _tables(answered, smallest),
            "named_readers": _named_readers(answered, cohort.program),
            "smallest_group": smallest,
            "published_at": at,
        },
    )
    CheckIn.objects.filter(pk__in=[checkin.pk for checkin in checkins]).update(wave=wave)


def _named_readers(checkins: list[CheckIn], program: Program) -> dict[str, list[int]]:
    """Return which matches each carer and deputy reads today, as `Wave.named_readers` stores it."""
    found: dict[str, set[int]] = defaultdict(set)
    deputies: dict[int, list[int]] = {}
    for match in {checkin.match_id: checkin.match for checkin in checkins}.values():
        if match.carer is None:
            continue
        if match.carer.pk not in deputies:
            deputies[match.carer.pk] = [user.pk for user in deputies_of(match.carer, program)]
        for reader in (match.carer.pk, *deputies[match.carer.pk]):
            found[str(reader)].add(match.pk)
    return {reader: sorted(matches) for reader, matches in found.items()}


def _tables(checkins: list[CheckIn], smallest: int) -> list[Table]:
    """Pool the answers to each counted question; `smallest` is the smallest group shown."""
    asked = {checkin.pk: checkin for checkin in checkins}
    given: dict[int, dict[str, dict[Source, str]]] = defaultdict(
        lambda: {role: {} for role in Application.Role.values}
    )
    for row in Answer.system.filter(checkin__in=list(asked)).exclude(choice=""):
        checkin = asked[row.checkin_id]
        source = Source(checkin.person_id, checkin.pk)
        given[row.question_id][_role(checkin)][source] = row.choice
    surveys = {checkin.survey_id for checkin in checkins}
    questions = Question.objects.filter(survey__in=surveys).order_by("position", "pk")
    return [_table(row, given[row.pk], smallest) for row in questions if row.is_pooled]


def _role(checkin: CheckIn) -> str:
    is_mentee = checkin.match.mentee.person_id == checkin.person_id
    return Application.Role.MENTEE if is_mentee else Application.Role.MENTOR


def _table(question: Question, given: dict[str, dict[Source, str]], smallest: int) -> Table:
    codes = [code for code, _text in question.options]
    is_scale = question.kind == Question.Kind.SCALE
    table = pool(given, codes, is_scale=is_scale, smallest=smallest)
    return Table(
        question=question.pk,
        total=_stored(table.total),
        parts={name: _stored(figure) for name, figure in table.parts},
        counted={name: sorted(answers) for name, answers in given.items()},
    )


def _stored(figure: Figure | None) -> StoredFigure | None:
    if figure is None:
        return None
    return StoredFigure(count=figure.count, median=figure.median, shares=list(figure.shares))
