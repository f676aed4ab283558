"""Kinds of program: the settings, texts and questions that a new program of a kind starts with.

1. Each kind is a TOML file in this folder and a starter list of words in `programs.seeds`.
2. A kind is used once, when its program is created. Everything can be changed afterwards.
3. What a kind does not name stays the product's: default settings, default wording.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..models import (
    DEFAULT_TEXTS,
    SET_UP_TEXTS,
    Policy,
    Program,
    ProgramQuestion,
    TextVersion,
)
from ..models.role_names import RoleNames
from ..seeds import LISTS, names

FOLDER = Path(__file__).parent
FALLBACK = "en"  # of a program in a language that a kind is not written in


@dataclass(frozen=True)
class ProgramKind:
    """What a new program of a kind starts with beside its words.

    `settings`: values of the policy that differ from its defaults. `texts`: {name: {language:
    text}}. `questions`: columns of its questions, each text by language. `role_names`: what the
    roles are called, as a program keeps it.
    """

    code: str
    label: str | Promise
    settings: dict[str, int | bool | str]
    texts: dict[str, dict[str, str]]
    questions: list[KindQuestion]
    role_names: RoleNames


@dataclass(frozen=True)
class KindQuestion:
    """A question of a kind of program; `options` by language, in the same order."""

    heading: dict[str, str]
    help_text: dict[str, str]
    options: dict[str, list[str]]
    kind: str
    channel: str
    asked: str
    is_required: bool
    least: int | None
    most: int | None
    unit: dict[str, str]

    def row(self, program: Program, position: int) -> ProgramQuestion:
        """Return the question of a program, in its language, with the others as translations."""
        own = program.language if program.language in self.heading else FALLBACK
        others = [language for language in self.heading if language != own]
        return ProgramQuestion(
            program=program,
            position=position,
            heading=self.heading[own],
            help_text=self.help_text.get(own, ""),
            options=self.options.get(own, []),
            least=self.least,
            most=self.most,
            unit=self.unit.get(own, ""),
            translations={
                one: {
                    "heading": self.heading[one],
                    "help_text": self.help_text.get(one, ""),
                    "options": self.options.get(one, []),
                    "unit": self.unit.get(one, ""),
                }
                for one in others
            },
            kind=self.kind,
            channel=self.channel,
            asked=self.asked,
            is_on_form=True,
            is_required=self.is_required,
        )


@lru_cache
def kind_of(code: str) -> ProgramKind:
    """Return the kind of program called `code`. Raises KeyError for an unknown one."""
    label = LISTS[code]
    data = tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    texts = {
        name: {language: text.strip() for language, text in said.items()}
        for name, said in data.get("texts", {}).items()
    }
    questions = [_question(**one) for one in data.get("questions", [])]
    names = {
        role: {language: {"one": one, "many": many} for language, (one, many) in said.items()}
        for role, said in data.get("role_names", {}).items()
    }
    return ProgramKind(code, label, data.get("policy", {}), texts, questions, names)


def _question(
    *,
    heading: list[str],
    kind: str,
    options: list[list[str]] | None = None,
    help_text: list[str] | None = None,
    channel: str = ProgramQuestion.Channel.COMMITTEE,
    asked: str = ProgramQuestion.Asked.BOTH,
    is_required: bool = False,
    least: int | None = None,
    most: int | None = None,
    unit: list[str] | None = None,
) -> KindQuestion:
    offered = [names(one) for one in options or []]
    return KindQuestion(
        heading=names(heading),
        help_text=names(help_text) if help_text else {},
        options={language: [one[language] for one in offered] for language in names(heading)},
        kind=kind,
        channel=channel,
        asked=asked,
        is_required=is_required,
        least=least,
        most=most,
        unit=names(unit) if unit else {},
    )


def set_texts(program: Program, kind: ProgramKind) -> None:
    """Fill the texts of a program that is not saved yet; what it says already stays."""
    program.role_names = program.role_names or {**kind.role_names}
    for name, said in kind.texts.items():
        if name not in SET_UP_TEXTS or getattr(program, name):
            continue
        own = program.language if program.language in said else FALLBACK
        setattr(program, name, said[own])
        others = {language: text for language, text in said.items() if language != own}
        program.translations = {**program.translations, name: others}


def start(program: Program, kind: ProgramKind) -> None:
    """Give a program that was just saved the other texts and the questions of its kind."""
    TextVersion.objects.bulk_create(
        TextVersion(program=program, name=name, language=language, text=text, at=None)
        for name, said in kind.texts.items()
        if name in DEFAULT_TEXTS
        for language, text in said.items()
    )
    ProgramQuestion.objects.bulk_create(
        one.row(program, position) for position, one in enumerate(kind.questions, start=1)
    )


def setting_lines(kind: ProgramKind) -> list[tuple[str, str, str]]:
    """Return (name, value, default) of each setting in which a kind differs from the defaults."""
    found = []
    for name, value in kind.settings.items():
        column = Policy._meta.get_field(name)
        label = capfirst(str(getattr(column, "verbose_name", name)))
        default = getattr(column, "default", "")
        found.append((label, _in_words(value), _in_words(default)))
    return found


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)
