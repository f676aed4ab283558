"""Suggest a first map for a table by its headings, and write the choices of a page as a map.

Only unambiguous spellings are guessed. The committee sees every guess before the rows are read.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence

from accounts.models import Profile
from applications.models import Application

from .maps import LISTS, NAMES, ROLE_TABLES, RosterMap, read_map
from .normalization import fold, split_answers
from .parsers import InvalidCell, is_yes_or_no, parse
from .summaries import TableSummary

GUESSES: dict[str, tuple[str, ...]] = {
    "email": ("email", "e-mail", "email address", "e-mail address", "mail", "courriel"),
    "name": ("name", "full name", "your name", "nom"),
    "key": ("member id", "member number", "staff id"),  # a bare "id" counts answers in most tools
    "employer": ("employer", "organisation", "organization", "company", "employeur"),
    "job_title": ("job title", "title", "position", "role title"),
    "place": ("town", "city", "location", "ville"),
    "phone": ("phone", "telephone", "mobile"),
    "about": ("biography", "bio", "about you", "about me"),
    "capacity": ("capacity", "number of mentees", "how many mentees"),
    "pronouns": ("pronouns",),
    "years_experience": ("years of experience",),
    "topics": ("topics", "skills", "sujets"),
    "prefer": ("preferred mentors", "would like to be paired with"),
    "avoid": ("please not with", "not with", "would rather not be paired with"),
    "needs": ("comments", "commentaires"),
}
FIRST = ("first name", "given name", "prénom")
LAST = ("last name", "family name", "surname", "nom de famille")
ANSWERS: dict[str, list[tuple[str, str]]] = {
    "level": [(str(code), str(label)) for code, label in Profile.Level.choices],
    "mode": [(str(code), str(label)) for code, label in Application.Mode.choices],
    "rhythm_days": [(str(code), str(label)) for code, label in Application.Rhythm.choices],
    "capacity": [(str(n), str(n)) for n in range(1, 11)],
    "is_first_time": [("true", "yes"), ("false", "no")],
    "commitment": [("true", "yes"), ("false", "no")],
}


def is_last_name(heading: str) -> bool:
    return fold(heading).rstrip(":?* ") in LAST


def guess_fields(table: TableSummary) -> dict[str, str]:
    """Return {heading: field} for the headings that are clear; a field is guessed once."""
    found: dict[str, str] = {}
    for header in table.headers:
        heading = fold(header).rstrip(":?* ")
        for field, spellings in GUESSES.items():
            if heading in spellings and field not in found.values():
                found[header] = field
        if heading in FIRST or heading in LAST:
            found[header] = "first_name" if heading in FIRST else "last_name"
    return found


def with_words(
    map_text: str, role: str, choices: Mapping[str, tuple[Mapping[str, str], Sequence[str]]]
) -> str:
    """Return a map with what words are called.

    choices: {field: ({word: known word, or "" to leave it out}, words to add)}.
    """
    data = tomllib.loads(map_text)
    for name, (renamed, added) in choices.items():
        side = data.get(ROLE_TABLES[role], {}).get("fields", {})
        mapping = side[name] if name in side else data["fields"][name]
        kept = {word: to for word, to in mapping.get("rename", {}).items() if word not in added}
        mapping["rename"] = {**kept, **renamed}
        mapping["add"] = [*dict.fromkeys([*mapping.get("add", []), *added])]
    text = to_toml(data)
    read_map(text, role=role)
    return text


def to_toml(data: Mapping[str, object]) -> str:
    """Return a map as TOML: scalars and lists first, then tables, two levels deep.

    The standard library reads TOML but does not write it.
    """
    lines = [
        f"{key} = {_value(value)}" for key, value in data.items() if not isinstance(value, Mapping)
    ]
    for name, table in data.items():
        if not isinstance(table, Mapping):
            continue
        flat = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
        if flat:
            lines += ["", f"[{name}]", *(f"{key} = {_value(value)}" for key, value in flat.items())]
        for key, value in table.items():
            if isinstance(value, Mapping):
                lines += [
                    "",
                    f"[{name}.{_key(key)}]",
                    *(f"{_key(k)} = {_value(v)}" for k, v in value.items()),
                ]
    return "\n".join(lines).strip() + "\n"


def _key(text: str) -> str:
    plain = text.replace("_", "").replace("-", "")
    return text if plain.isascii() and plain.isalnum() else json.dumps(text, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    return str(value) if isinstance(value, int) else json.dumps(str(value), ensure_ascii=False)


def unknown_answers(table: TableSummary, roster: RosterMap) -> dict[str, list[str]]:
    """Return {field: answers that the map does not translate yet} for fields with fixed answers."""
    unknown: dict[str, list[str]] = {}
    for field in ANSWERS:
        mapping = roster.fields.get(field)
        if mapping is None or not mapping.columns:
            continue
        for answer in sorted(table.answers(mapping.columns[0])):
            if fold(answer) not in mapping.values and not _understood(field, answer):
                unknown.setdefault(field, []).append(answer)
    return unknown


def _understood(field: str, answer: str) -> bool:
    if field in ("is_first_time", "commitment"):
        return is_yes_or_no(answer)
    try:
        parse(field, answer)
    except InvalidCell:
        return False
    return True


def sample_answers(table: TableSummary, heading: str, most: int = 3) -> list[str]:
    """Return a few different answers of a column, shortened, to recognise it by."""
    return [answer[:60] for answer in table.answers(heading)[:most]]


def guess_separator(table: TableSummary, heading: str, field: str) -> str:
    """Return the separator of a column with several answers in one cell, "" if there is none."""
    cells = table.answers(heading)
    marks = ";\n," if field in LISTS else ";"  # a comma or a line break may be part of any text
    if field in NAMES:  # "Roy, Ann" is one person
        marks = ";\n"
    found = (m for m in marks if any(len(split_answers(cell, m)) > 1 for cell in cells))
    return next(found, "")
