"""Publishing pooled results: once a month's check-ins of a kind are all closed, figures are frozen.

A wave is everything of one cohort and kind that was opened in one month, in the program's zone.
Nothing can join it later, so no one can compare two states of a figure to learn one answer.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Application
from programs.models import Cohort, Program

from .models import Answer, CheckIn, Question, Wave
from .suppression import Figure, pool

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


class Row(TypedDict):
    """One line of a table on the page: who, the figure, and the shares as (answer, percent)."""

    who: str
    figure: StoredFigure | None
    shares: list[tuple[str, int]]


def smallest_group(program: Program) -> int:
    """Return how many answers a shown figure needs at least, in `program`."""
    return max(SMALLEST_GROUP_EVER, program.policy.small_group)


def publish_waves(at: datetime) -> None:
    """Publish every wave that is complete at `at` and not published yet."""
    for (cohort, kind, month), checkins in _waves().items():
        is_over = month < _month(at, cohort)
        if is_over and all(checkin.state != State.OPEN for checkin in checkins):
            _publish(cohort, kind, month, checkins, at)


def _waves() -> dict[tuple[Cohort, str, date], list[CheckIn]]:
    """Return asked check-ins that are in no wave yet, by cohort, kind and month."""
    asked = CheckIn.objects.filter(wave=None).exclude(state=State.CANCELLED)
    rows = asked.select_related("match__mentee__cohort__program__policy").order_by("pk")
    found: dict[tuple[Cohort, str, date], list[CheckIn]] = defaultdict(list)
    for checkin in rows.filter(opened_at__isnull=False):
        assert checkin.opened_at is not None  # the filter above
        cohort = checkin.match.cohort
        found[cohort, checkin.kind, _month(checkin.opened_at, cohort)].append(checkin)
    return found


def _month(at: datetime, cohort: Cohort) -> date:
    return at.astimezone(ZoneInfo(cohort.program.time_zone)).date().replace(day=1)


@transaction.atomic
def _publish(cohort: Cohort, kind: str, month: date, checkins: list[CheckIn], at: datetime) -> None:
    answered = [checkin for checkin in checkins if checkin.state == State.ANSWERED]
    wave, _created = Wave.objects.get_or_create(
        cohort=cohort,
        kind=kind,
        month=month,
        defaults={
            "asked": len(checkins),
            "answered": len(answered),
            "figures": _tables(answered, smallest_group(cohort.program)),
            "published_at": at,
        },
    )
    CheckIn.objects.filter(pk__in=[checkin.pk for checkin in checkins]).update(wave=wave)


def _tables(checkins: list[CheckIn], smallest: int) -> list[Table]:
    """Pool the answers to each counted question; `smallest` is the smallest group shown."""
    roles = {checkin.pk: _role(checkin) for checkin in checkins}
    given: dict[int, dict[str, list[str]]] = defaultdict(
        lambda: {role: [] for role in Application.Role.values}
    )
    for row in Answer.system.filter(checkin__in=list(roles)).exclude(choice=""):
        given[row.question_id][roles[row.checkin_id]].append(row.choice)
    surveys = {checkin.survey_id for checkin in checkins}
    questions = Question.objects.filter(survey__in=surveys).order_by("position", "pk")
    return [_table(row, given[row.pk], smallest) for row in questions if row.is_pooled]


def _role(checkin: CheckIn) -> str:
    is_mentee = checkin.match.mentee.person_id == checkin.person_id
    return Application.Role.MENTEE if is_mentee else Application.Role.MENTOR


def _table(question: Question, given: dict[str, list[str]], smallest: int) -> Table:
    codes = [code for code, _text in question.options]
    is_scale = question.kind == Question.Kind.SCALE
    table = pool(given, codes, is_scale=is_scale, smallest=smallest)
    parts = {name: _stored(figure) for name, figure in table.parts}
    return Table(question=question.pk, total=_stored(table.total), parts=parts)


def _stored(figure: Figure | None) -> StoredFigure | None:
    if figure is None:
        return None
    return StoredFigure(count=figure.count, median=figure.median, shares=list(figure.shares))


def tables_of(wave: Wave) -> list[dict[str, object]]:
    """Return the stored figures for a page, as {"question": Question, "rows": [Row]}."""
    tables: list[Table] = wave.figures
    questions = Question.objects.in_bulk([table["question"] for table in tables])
    return [
        {
            "question": questions[table["question"]],
            "rows": _rows(questions[table["question"]], table),
        }
        for table in tables
        if table["question"] in questions
    ]


def _rows(question: Question, table: Table) -> list[Row]:
    names = {
        str(Application.Role.MENTEE): _("Mentees"),
        str(Application.Role.MENTOR): _("Mentors"),
    }
    cells = [(_("All"), table["total"])]
    cells += [(names[role], figure) for role, figure in table["parts"].items()]
    texts = dict(question.options)
    return [Row(who=who, figure=figure, shares=_shares(figure, texts)) for who, figure in cells]


def _shares(figure: StoredFigure | None, texts: dict[str, str]) -> list[tuple[str, int]]:
    return [(texts.get(code, code), share) for code, share in figure["shares"]] if figure else []
