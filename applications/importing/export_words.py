"""The headings and words of an export, so that an import knows them again in every language.

An export of applications has these fields as columns, and a column for each of the program's own
questions. A file with such headings needs no mapping: `map_of_export` writes its map.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TypeVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext_lazy, override

from accounts.models import Profile
from accounts.models.people import DAY_NAMES, PART_NAMES, SLOTS
from applications.help_choices import SEVERAL
from applications.models import (
    WAY_QUESTIONS,
    Application,
    ApplicationExperience,
    ApplicationTopic,
    MattersMost,
)
from programs.role_names.speaking import speaking_for
from programs.spellings import fold

from .field_labels import LABELS
from .map_texts import to_toml
from .maps import LISTS
from .normalization import is_blank
from .stored_answers import OWN_QUESTION, WAYS

FIELDS = (
    "email", "name", "role", "state", "cohort", "key", "pronouns", "language", "time_zone",
    "employer", "job_title", "level", "years_experience", "industries", "languages", "place",
    "phone", "about", "situation", "hopes", "topics", "experiences", "availability", "mode",
    "travel_km", "help_kinds", "mentor_styles", "join_reasons", "hours_per_month",
    "rhythm_days", "capacity", "is_first_time", *WAYS, "matters_most",
    "commitment", "prefer", "avoid",
    "needs", "limits", "accommodations", "training_needs",
)  # fmt: skip
# A file with all of these is an export of this site.
SIGNS = ("email", "name", "role", "state", "cohort")
HEADINGS: dict[str, str | Promise] = {
    **LABELS,
    "name": gettext_lazy("Name"),
    "role": gettext_lazy("Role"),
}
QUESTION = gettext_lazy("Question: %(name)s")
USUAL_WEIGHT = 2
SEPARATOR = ";"
T = TypeVar("T")
MARKED = re.compile(r"^(.*\S)\s*\(([^()]+)\)$", re.DOTALL)


def heading(field: str) -> str:
    """Return the heading of a field, or of one of the program's own questions."""
    if field.startswith(OWN_QUESTION):
        return str(QUESTION) % {"name": field.removeprefix(OWN_QUESTION)}
    return str(HEADINGS[field])


def words(field: str) -> dict[object, str | Promise]:
    """Return {stored value: word} of a field with fixed answers, {} for others."""
    if field == "language":
        return {code: get_language_info(code)["name_local"] for code, _name in settings.LANGUAGES}
    return _CHOICES.get(field, {})


_CHOICES: dict[str, dict[object, str | Promise]] = {
    "role": dict(Application.Role.choices),
    "state": dict(Application.State.choices),
    "level": dict(Profile.Level.choices),
    "mode": dict(Application.Mode.choices),
    "rhythm_days": dict(Application.Rhythm.choices),
    **{f"way_{question.code}": dict(question.choices) for question in WAY_QUESTIONS},
    "matters_most": dict(MattersMost.choices),
    **{name: dict(choices) for name, choices in SEVERAL.items()},
    "is_first_time": {True: gettext_lazy("yes"), False: gettext_lazy("no")},
    "commitment": {True: gettext_lazy("yes")},
}


def slot_word(slot: str) -> str:
    """Return a usual time as "Tue Evening"."""
    day, part = slot.split("-")
    return f"{DAY_NAMES[day]} {PART_NAMES[part]}"


def with_mark(word: str, field: str, extra: object, role: str) -> str:
    """Return a topic with how important it is, an experience with how the person knows it."""
    if field == "topics":
        mark = "" if extra == USUAL_WEIGHT else str(ApplicationTopic.LEVELS[role].get(extra, ""))  # type: ignore[call-overload]  # a weight
    else:
        mark = str(dict(ApplicationExperience.Depth.choices).get(str(extra), ""))
    return f"{word} ({mark})" if mark else word


def without_mark(text: str, field: str) -> tuple[str, object]:
    """Return what `with_mark` was given: (word, weight or depth); None if there is no mark."""
    found = MARKED.match(text)
    extra = _marks(field).get(fold(found[2])) if found else None
    return (text, None) if found is None or extra is None else (found[1], extra)


@cache
def _marks(field: str) -> dict[str, object]:
    """Return {folded mark in any language: weight or depth}."""
    if field == "topics":
        levels = [pair for one in ApplicationTopic.LEVELS.values() for pair in one.items()]
        return {fold(text): weight for weight, word in levels for text in _spellings(word)}
    depths: list[tuple[str, str | Promise]] = list(ApplicationExperience.Depth.choices)
    return {fold(text): depth for depth, word in depths for text in _spellings(word)}


def joined(values: Iterable[str]) -> str:
    """Return several answers in one cell, as `split_answers` takes them apart."""
    found = list(values)
    if any(SEPARATOR in one or "\n" in one or one.startswith("[") for one in found):
        return json.dumps(found, ensure_ascii=False)
    return f"{SEPARATOR} ".join(found)


def map_of_export(headers: Sequence[str]) -> str:
    """Return the map of a file that was exported here, as TOML; "" for any other file."""
    known = {one: field for one in headers if (field := _field_of(one))}
    if not set(SIGNS) <= set(known.values()):
        return ""
    fields: dict[str, dict[str, object]] = {}
    attributes: dict[str, dict[str, object]] = {}
    for header, field in known.items():
        split = {"split": SEPARATOR} if field in LISTS or field.startswith(OWN_QUESTION) else {}
        place = attributes if field.startswith(OWN_QUESTION) else fields
        values = _values(field)
        given = {"values": values} if values else {}
        place[field.removeprefix(OWN_QUESTION)] = {"column": header, **split, **given}
    ignored = [one for one in headers if one not in known]
    return to_toml({"ignore": ignored, "fields": fields, "attributes": attributes})


def _values(field: str) -> dict[str, object]:
    """Return {word in any language: stored value} of a field with fixed answers."""
    if field == "availability":
        found = {text: slot for slot in SLOTS for text in _in_each_language(slot, slot_word)}
        return {**found, **{slot: slot for slot in SLOTS}}
    return {text: code for code, word in words(field).items() for text in _spellings(word)}


def _spellings(word: str | Promise) -> list[str]:
    return _in_each_language(word, str)


def _in_each_language(value: T, word: Callable[[T], str]) -> list[str]:
    found = []
    for code, _name in settings.LANGUAGES:
        with override(code), speaking_for(None):  # files of every program have the same
            found.append(word(value))
    return list(dict.fromkeys(found))


@cache
def _fields_by_heading() -> Mapping[str, str]:
    return {fold(text): field for field in FIELDS for text in _spellings(HEADINGS[field])}


def _field_of(header: str) -> str:
    """Return the field that a heading of an export stands for, in any language; "" for none."""
    question = question_of(header)
    own = OWN_QUESTION + question if question != header else ""
    return _fields_by_heading().get(fold(header)) or own


def question_of(header: str) -> str:
    """Return the program's own question that an export's heading names; else the heading."""
    for text in _spellings(QUESTION):
        before, _mark, _after = text.partition("%(name)s")
        if header.startswith(before) and not is_blank(header[len(before) :]):
            return header[len(before) :].strip()
    return header
