"""Publishing pooled results: once a month's check-ins of a kind are all closed, their figures are frozen.

A wave is everything of one cohort and kind that was opened in one month, in the program's zone. Nothing can join it later,
so the figures never change, and two states of one figure can never be compared.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Application
from programs.models import Cohort

from .models import Answer, CheckIn, Question, Wave
from .suppression import pool

State = CheckIn.State
MACHINERY = "figures of a closed wave; suppressed before they are stored"


def publish_waves(at: datetime) -> None:
    """Write every wave that is complete and not there yet."""
    for (cohort, kind, month), checkins in _waves().items():
        is_over = month < _month(at, cohort)
        if is_over and all(checkin.state != State.OPEN for checkin in checkins):
            _publish(cohort, kind, month, checkins, at)


def _waves() -> dict[tuple[Cohort, str, date], list[CheckIn]]:
    """Asked and not yet in any figure, by cohort, kind and month."""
    asked = CheckIn.objects.filter(opened_at__isnull=False, wave=None).exclude(
        state=State.CANCELLED
    )
    found: dict[tuple[Cohort, str, date], list[CheckIn]] = defaultdict(list)
    for checkin in asked.select_related("match__mentee__cohort__program__policy").order_by("pk"):
        cohort = checkin.match.cohort
        found[cohort, checkin.kind, _month(checkin.opened_at, cohort)].append(checkin)
    return found


def _month(at: Any, cohort: Cohort) -> date:
    return at.astimezone(ZoneInfo(cohort.program.time_zone)).date().replace(day=1)


@transaction.atomic
def _publish(cohort: Cohort, kind: str, month: date, checkins: list[CheckIn], at: datetime) -> None:
    answered = [checkin for checkin in checkins if checkin.state == State.ANSWERED]
    wave, _made = Wave.objects.get_or_create(
        cohort=cohort,
        kind=kind,
        month=month,
        defaults={
            "asked": len(checkins),
            "answered": len(answered),
            "figures": _figures(answered, cohort.program.policy.small_group),
            "published_at": at,
        },
    )
    CheckIn.objects.filter(pk__in=[checkin.pk for checkin in checkins]).update(wave=wave)


def _figures(checkins: list[CheckIn], smallest: int) -> list[dict[str, Any]]:
    """[{question, total, parts}]: one table a question, `None` where a figure is hidden."""
    roles = {checkin.pk: _role(checkin) for checkin in checkins}
    rows = Answer.system.filter(checkin__in=list(roles)).exclude(choice="")
    given: dict[int, dict[str, list[str]]] = defaultdict(
        lambda: {role: [] for role in Application.Role.values}
    )
    for row in rows:
        given[row.question_id][roles[row.checkin_id]].append(row.choice)
    questions = Question.objects.filter(
        survey__in={checkin.survey_id for checkin in checkins}
    ).order_by("position", "pk")
    return [
        _table(question, given[question.pk], smallest)
        for question in questions
        if question.is_pooled
    ]


def _role(checkin: CheckIn) -> str:
    is_mentee = checkin.match.mentee.person_id == checkin.person_id
    return Application.Role.MENTEE if is_mentee else Application.Role.MENTOR


def _table(question: Question, given: dict[str, list[str]], smallest: int) -> dict[str, Any]:
    codes = [code for code, _text in question.options]
    table = pool(
        given, codes, is_scale=question.kind == Question.Kind.SCALE, smallest=max(3, smallest)
    )
    return {
        "question": question.pk,
        "total": _plain(table.total),
        "parts": {name: _plain(cell) for name, cell in table.parts},
    }


def _plain(figure: Any) -> dict[str, Any] | None:
    return (
        None
        if figure is None
        else {**asdict(figure), "shares": [list(share) for share in figure.shares]}
    )


def tables_of(wave: Wave) -> list[dict[str, Any]]:
    """The stored figures with the words of their questions, for a page: rows of (who, count, median, shares)."""
    questions = Question.objects.in_bulk([entry["question"] for entry in wave.figures])
    return [
        _shown(questions[entry["question"]], entry)
        for entry in wave.figures
        if entry["question"] in questions
    ]


def _shown(question: Question, entry: dict[str, Any]) -> dict[str, Any]:
    words = dict(question.options)
    names = {
        "": _("All"),
        Application.Role.MENTEE: _("Mentees"),
        Application.Role.MENTOR: _("Mentors"),
    }
    cells = [("", entry["total"]), *entry["parts"].items()]
    rows = [
        {"who": names[name], "figure": cell, "shares": _in_words(cell, words)}
        for name, cell in cells
    ]
    return {"question": question, "rows": rows}


def _in_words(cell: dict[str, Any] | None, words: dict[str, str]) -> list[tuple[str, int]]:
    return [(words.get(code, code), share) for code, share in cell["shares"]] if cell else []
