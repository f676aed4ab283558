"""Publishing pooled results: once a month's check-ins of a kind are all closed, figures are frozen.

A wave is everything of one cohort and kind that was opened in one month, in the program's zone.
Nothing can join it later, so no one can compare two states of a figure to learn one answer. Figures
never change; `result_readers` says who is shown which of them.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import NotRequired, TypedDict
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Count, Max, Q
from django.db.models.functions import TruncMonth

from applications.models import Application
from notifications.reconcilers import reconciler
from programs.models import Cohort, Program

from .answer_changes import changes_of
from .care_access import deputies_of
from .goal_counts import StoredGoals, goals_of
from .models import Answer, AskedNeed, CheckIn, Question, Wave
from .models.checkins import CheckInQuerySet
from .needs import question_about
from .suppression import Figure, Source, pool
from .theme_counts import WAIT, questions_in_words

State = CheckIn.State
# Whatever a program sets, figures of fewer people are never shown.


class StoredFigure(TypedDict):
    """`suppression.Figure` as JSON, where a share (code, percent) is a list of two."""

    count: int
    median: float | None
    mean: NotRequired[float | None]  # results of before there were trends have none
    shares: list[tuple[str, int]]


class Table(TypedDict):
    """The figures of one question as `Wave.figures` stores them; None is a hidden figure."""

    question: int  # primary key
    total: StoredFigure | None
    parts: dict[str, StoredFigure | None]  # by role
    counted: dict[str, list[tuple[int, int]]]  # by role: the `Source` of each answer


class NeedTable(TypedDict):
    """The figures about one topic as `Wave.need_figures` stores them; see `Table`."""

    topic: int
    names: dict[str, str]  # by language
    total: StoredFigure | None
    parts: dict[str, StoredFigure | None]
    counted: dict[str, list[tuple[int, int]]]


def smallest_group(program: Program) -> int:
    """Return how many answers a shown figure needs at least, in `program`."""
    return program.policy.smallest_group


@reconciler
def publish_waves(at: datetime) -> None:
    """Publish every wave that is complete at `at` and not published yet."""
    for zone in set(Program.objects.values_list("time_zone", flat=True)):
        for cohort, kind, month in _complete(ZoneInfo(zone), at):
            _publish(cohort, kind, month, at)


def _in_no_wave() -> CheckInQuerySet:
    """Return what was asked and is not counted yet; an index holds just these."""
    asked = CheckIn.objects.filter(wave=None, opened_at__isnull=False)
    return asked.exclude(state=State.CANCELLED)


def _complete(zone: ZoneInfo, at: datetime) -> list[tuple[Cohort, str, datetime]]:
    """Return the months that are over in `zone`, with no answer that can still change."""
    this_month = at.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    in_zone = Q(match__mentee__cohort__program__time_zone=zone.key)
    in_zone |= Q(application__cohort__program__time_zone=zone.key)
    rows = _in_no_wave().filter(in_zone, opened_at__lt=this_month)
    waves = (
        rows.with_cohort()
        .order_by()
        .annotate(month=TruncMonth("opened_at", tzinfo=zone))
        .values_list("cohort_number", "kind", "month")
        .annotate(open=Count("pk", filter=Q(state=State.OPEN)), closes_at=Max("closes_at"))
    )
    over = [
        wave for *wave, still_open, last in waves if not still_open and (last is None or last <= at)
    ]
    cohorts = Cohort.objects.select_related("program__policy").in_bulk({wave[0] for wave in over})
    return [(cohorts[cohort], kind, month) for cohort, kind, month in over]


@transaction.atomic
def _publish(cohort: Cohort, kind: str, month: datetime, at: datetime) -> None:
    """Freeze the figures of the month that begins at `month`, in the program's zone."""
    until = month + relativedelta(months=1)
    asked = _in_no_wave().filter(kind=kind, opened_at__gte=month, opened_at__lt=until)
    in_cohort = asked.in_cohort(cohort).select_related(
        "match__mentee", "match__carer", "application"
    )
    checkins = list(in_cohort.order_by("pk"))
    answered = [checkin for checkin in checkins if checkin.state == State.ANSWERED]
    smallest = smallest_group(cohort.program)
    figures = _tables(answered, smallest)
    has_words = questions_in_words().filter(survey__in={one.survey_id for one in answered})
    wave, _created = Wave.objects.get_or_create(
        cohort=cohort,
        kind=kind,
        month=month.date(),
        defaults={
            "asked": len(checkins),
            "answered": len(answered),
            "figures": figures,
            "need_figures": _need_tables(answered, smallest),
            "changes": changes_of(cohort, kind, answered, figures, smallest),
            "goals": _goals(kind, checkins),
            "named_readers": _named_readers(answered, cohort.program),
            "smallest_group": smallest,
            "published_at": at,
            "themes_due_at": at + WAIT if has_words.exists() else None,
        },
    )
    CheckIn.objects.filter(pk__in=[checkin.pk for checkin in checkins]).update(wave=wave)


def _goals(kind: str, checkins: list[CheckIn]) -> StoredGoals | dict[str, int]:
    return goals_of(checkins) if kind == CheckIn.Kind.CLOSING else {}


def _named_readers(checkins: list[CheckIn], program: Program) -> dict[str, list[int]]:
    """Return which matches each carer and deputy reads today, as `Wave.named_readers` stores it."""
    found: dict[str, set[int]] = defaultdict(set)
    deputies: dict[int, list[int]] = {}
    for match in {checkin.match_id: checkin.match for checkin in checkins}.values():
        if match is None or match.carer is None:
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
        given[row.question_id][checkin.role][source] = row.choice
    surveys = {checkin.survey_id for checkin in checkins}
    questions = Question.objects.filter(survey__in=surveys).select_related("survey")
    questions = questions.order_by("position", "pk")
    return [_table(row, given[row.pk], smallest) for row in questions if row.is_pooled]


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


def _need_tables(checkins: list[CheckIn], smallest: int) -> list[NeedTable]:
    """Pool what mentees answered about the needs that they named, by topic."""
    asked = {checkin.pk: checkin for checkin in checkins}
    given: dict[int, dict[Source, str]] = defaultdict(dict)
    names: dict[int, dict[str, str]] = {}
    for row in AskedNeed.system.filter(checkin__in=list(asked)).exclude(choice=""):
        given[row.topic][Source(asked[row.checkin_id].person_id, row.checkin_id)] = row.choice
        names[row.topic] = row.names
    found = []
    for topic, answers in sorted(given.items()):
        codes = [code for code, _text in question_about(topic, names[topic]).options]
        mentee = str(Application.Role.MENTEE)
        table = pool({mentee: answers}, codes, is_scale=True, smallest=smallest)
        found.append(
            NeedTable(
                topic=topic,
                names=names[topic],
                total=_stored(table.total),
                parts={name: _stored(figure) for name, figure in table.parts},
                counted={mentee: sorted(answers)},
            )
        )
    return found


def _stored(figure: Figure | None) -> StoredFigure | None:
    if figure is None:
        return None
    return StoredFigure(
        count=figure.count, median=figure.median, mean=figure.mean, shares=list(figure.shares)
    )
