"""Small files with the traps that form tools, spreadsheets and people set, and the right answers.

All people are invented. Each fault is a few uploads by one committee, what a member chooses on the
pages, and what must be stored afterwards.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import openpyxl

from applications.models import Application, NamedWish, PrivateAnswers
from programs.models import Cohort


@dataclass(frozen=True)
class Upload:
    """One file and the choices that the pages ask for; columns and answers by their labels."""

    content: bytes | str
    role: str = "mentee"
    name: str = "people.csv"
    map_text: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    splits: dict[str, str] = field(default_factory=dict)
    reading: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    ticks: tuple[str, ...] = ()
    stops: str = ""  # the pages refuse the file with this text


@dataclass(frozen=True)
class Fault:
    name: str
    uploads: tuple[Upload, ...]
    right: Callable[[Cohort, list[str]], None]  # the cohort, the text of each preview
    before: Callable[[Cohort], object] = lambda cohort: None


FAULTS: list[Fault] = []


def fault(*uploads: Upload, before: Callable[[Cohort], object] = lambda cohort: None) -> Any:
    def register(right: Callable[[Cohort, list[str]], None]) -> None:
        FAULTS.append(Fault(right.__name__, uploads, right, before))

    return register


def workbook(*rows: list[object], far: tuple[int, int] | None = None) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    if far:
        book.active.cell(*far, value="x")
    book.save(file)
    return file.getvalue()


def of(cohort: Cohort, email: str, **where: str) -> Application:
    rows = Application.objects.select_related("person__profile__employer")
    return rows.get(cohort=cohort, person__email=email, **where)


def topics(cohort: Cohort, email: str) -> list[str]:
    return sorted(str(row.topic) for row in of(cohort, email).topic_rows.select_related("topic"))


def private(cohort: Cohort, email: str) -> PrivateAnswers:
    return PrivateAnswers.system.get(application=of(cohort, email))


def wishes(cohort: Cohort, email: str) -> list[NamedWish]:
    return list(NamedWish.system.filter(application=of(cohort, email)).order_by("rank"))


def names(cohort: Cohort) -> list[str]:
    rows = Application.objects.filter(cohort=cohort).order_by("person__email")
    return list(rows.values_list("person__name", flat=True))
