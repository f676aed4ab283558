"""What a new program of each kind starts with, for the page that compares them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language

from .. import program_kinds, program_texts
from ..models import ProgramQuestion
from ..program_kinds import FALLBACK, ProgramKind
from ..seeds import LISTS, counts_of


@dataclass(frozen=True)
class KindPage:
    """One kind: its settings as (name, value, default), its texts as (label, lines)."""

    code: str
    label: str | Promise
    topics: int
    experiences: int
    settings: list[tuple[str, str, str]]
    texts: list[tuple[str, list[str]]]
    questions: list[tuple[str, str]]
    role_names: list[str]


def kinds() -> list[KindPage]:
    """Return each kind as a member reads it."""
    return [_page(program_kinds.kind_of(code)) for code in LISTS]


def _page(kind: ProgramKind) -> KindPage:
    language = (get_language() or FALLBACK).split("-")[0]
    counts = counts_of(kind.code)
    return KindPage(
        code=kind.code,
        label=kind.label,
        topics=counts["topics"],
        experiences=counts["experiences"],
        settings=program_kinds.setting_lines(kind),
        texts=[
            (program_texts.label_of(name), (said.get(language) or said[FALLBACK]).splitlines())
            for name, said in kind.texts.items()
        ],
        questions=[
            (
                one.heading.get(language) or one.heading[FALLBACK],
                str(ProgramQuestion.Channel(one.channel).label),
            )
            for one in kind.questions
        ],
        role_names=[said[language]["one"] for said in kind.role_names.values() if language in said],
    )
