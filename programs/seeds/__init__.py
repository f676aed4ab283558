"""Starter lists of topics and experiences for programs of a kind, as TOML files in this folder.

Loading a list again adds nothing and never overwrites what the committee renamed, moved or retired.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Industry, Language

from ..models import Experience, Program, ProgramActivity, Topic
from ..models.vocabulary import LAST_WEEK

FOLDER = Path(__file__).parent

LISTS: dict[str, str | Promise] = {
    "hr": _("Human resources association"),
    "community": _("Community organisation"),
    "volunteers": _("Volunteer onboarding"),
    "company": _("Company"),
}
Shared = TypeVar("Shared", Language, Industry)
Own = TypeVar("Own", Topic, Experience, ProgramActivity)
FIRST_WEEKS = (
    ProgramActivity.Kind.PERSON,
    ProgramActivity.Kind.PLACE,
    ProgramActivity.Kind.RULE,
)
KINDS = {"goals": Topic.Kind.GOAL, "subjects": Topic.Kind.SUBJECT, "skills": Topic.Kind.SKILL}


def read_list(name: str) -> dict[str, dict[str, list[str]]]:
    """Return {section: {code: [English name, French name]}}."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def names(words: list[str]) -> dict[str, str]:
    """Return {language: name}; a name without translation falls back to English."""
    return {language: word for language, word in zip(("en", "fr"), words, strict=True) if word}


def counts_of(name: str) -> dict[str, int]:
    """Return how many topics and experiences a starter list has."""
    data = read_list(name)
    topics = sum(len(data.get(section, {})) for section in KINDS)
    return {"topics": topics, "experiences": len(data.get("experiences", {}))}


@transaction.atomic
def load_shared_vocabulary() -> int:
    """Add the usual languages and industries; return how many were new."""
    data = read_list("everywhere")
    return _add_missing(Language, data["languages"]) + _add_missing(Industry, data["industries"])


@transaction.atomic
def load_vocabulary(list_name: str, program: Program | None = None) -> int:
    """Add a starter list for one program or, without `program`, for all; return how many were new.

    Raises KeyError for an unknown list.
    """
    if list_name not in LISTS:
        raise KeyError(list_name)
    data, new = read_list(list_name), 0
    for section, kind in KINDS.items():
        new += _add_missing_in_order(Topic, data.get(section, {}), program=program, kind=kind)
    new += _add_missing_in_order(Experience, data.get("experiences", {}), program=program)
    new += _add_missing_in_order(ProgramActivity, data.get("activities", {}), program=program)
    for item_kind in FIRST_WEEKS:
        for week in range(1, LAST_WEEK + 1):
            items = data.get(f"week{week}-{item_kind.value}", {})
            new += _add_missing_in_order(
                ProgramActivity, items, program=program, kind=item_kind, week=week
            )
    return new


def _add_missing(model: type[Shared], entries: dict[str, list[str]]) -> int:
    known = set(model.objects.values_list("code", flat=True))
    new = [
        model(code=code, names=names(words)) for code, words in entries.items() if code not in known
    ]
    return len(model.objects.bulk_create(new))


def _add_missing_in_order(
    model: type[Own],
    entries: dict[str, list[str]],
    *,
    program: Program | None,
    **fields: str | int,
) -> int:
    known = set(model.objects.filter(program=program).values_list("code", flat=True))
    new = [
        model(program=program, code=code, names=names(words), position=position, **fields)
        for position, (code, words) in enumerate(entries.items(), start=1)
        if code not in known
    ]
    return len(model.objects.bulk_create(new))
