"""Starter lists: what most programs of a kind need on their first day, as data in this folder.

Sowing is idempotent and never overwrites: an entry that the committee renamed, moved or retired stays as it is.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Industry, Language

from ..models import Experience, Program, Topic

FOLDER = Path(__file__).parent

LISTS: dict[str, str | Promise] = {
    "hr": _("Human resources association"),
    "community": _("Community organisation"),
    "volunteers": _("Onboarding of volunteers"),
}
KINDS = {"goals": Topic.Kind.GOAL, "subjects": Topic.Kind.SUBJECT, "skills": Topic.Kind.SKILL}


def read(name: str) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def names(words: list[str]) -> dict[str, str]:
    """{language: name}; an empty translation is left out and falls back to English."""
    return {language: word for language, word in zip(("en", "fr"), words, strict=True) if word}


@transaction.atomic
def sow_everywhere() -> int:
    """Languages and industries of the installation; returns how many were new."""
    data, new = read("everywhere"), 0
    for model, section in ((Language, "languages"), (Industry, "industries")):
        for code, words in data[section].items():
            new += model.objects.get_or_create(code=code, defaults={"names": names(words)})[1]
    return new


@transaction.atomic
def sow(list_name: str, program: Program | None = None) -> int:
    """Topics and experiences of a starter list, for one program or shared by all; returns how many were new.

    Raises KeyError for a list that does not exist.
    """
    if list_name not in LISTS:
        raise KeyError(list_name)
    data, new = read(list_name), 0
    for section, kind in KINDS.items():
        new += _sow(Topic, data.get(section, {}), program, kind=kind)
    return new + _sow(Experience, data.get("experiences", {}), program)


def _sow(model: Any, entries: dict[str, list[str]], program: Program | None, **fields: Any) -> int:
    new = 0
    for position, (code, words) in enumerate(entries.items(), start=1):
        defaults = {"names": names(words), "position": position, **fields}
        new += model.objects.get_or_create(program=program, code=code, defaults=defaults)[1]
    return new
