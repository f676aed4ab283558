"""Suggest a first map for a table by its headings, and write the choices of a page as a map.

Only unambiguous spellings are guessed. The committee sees every guess before the rows are read.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Profile
from accounts.timezones import zone_names
from applications.models import Application

from .grids import counts, says_both
from .headings import AGAIN, same_question
from .maps import LISTS, NAMES, ROLE_TABLES, SINGLE, FieldMap, RosterMap, read_map
from .normalization import fold, split_answers
from .parsers import ZONES, InvalidCell, is_yes_or_no, parse
from .stored_answers import OWN_QUESTION
from .summaries import TableSummary
from .usual_times import read_times, time_choices

MAX_CHOICES = 60
UNSAID = "-"  # an answer that says nothing
Choice = tuple[object, str | Promise]  # code, label
GUESSES: dict[str, tuple[str, ...]] = {
    "email": ("email", "e-mail", "email address", "e-mail address", "mail", "courriel"),
    "role": ("role", "i am a", "i want to be", "i want to be a", "rôle", "je suis"),
    "name": ("name", "full name", "your name", "nom"),
    "key": ("member id", "member number", "staff id"),  # a bare "id" counts answers in most tools
    "employer": ("employer", "organisation", "organization", "company", "employeur"),
    "job_title": ("job title", "title", "position", "role title"),
    "place": ("town", "city", "location", "ville"),
    "phone": ("phone", "telephone", "mobile"),
    "about": ("biography", "bio", "about you", "about me"),
    "capacity": ("capacity", "number of mentees", "how many mentees"),
    "pronouns": ("pronouns",),
    "language": ("language", "langue"),
    "languages": (
        "languages", "languages to meet in", "spoken languages", "languages spoken", "langues",
        "langues parlées",
    ),
    "time_zone": ("time zone", "timezone", "fuseau horaire"),
    "years_experience": ("years of experience",),
    "topics": ("topics", "skills", "sujets"),
    "prefer": ("preferred mentors", "would like to be paired with"),
    "avoid": ("please not with", "not with", "would rather not be paired with"),
    "needs": ("comments", "commentaires"),
    "both": ("both", "both mentor and mentee"),
}  # fmt: skip
FIRST = ("first name", "given name", "prénom")
LAST = ("last name", "family name", "surname", "nom de famille")
YES_OR_NO: list[Choice] = [("true", gettext_lazy("yes")), ("false", gettext_lazy("no"))]
# {field: its fixed answers}; labels are translated when a page shows them.
ANSWERS: dict[str, Sequence[Choice]] = {
    "role": [*Application.Role.choices, ("both", gettext_lazy("mentee and mentor"))],
    "both": [
        ("true", gettext_lazy("also applies in the other role")),
        ("false", gettext_lazy("applies in one role only")),
    ],
    "state": Application.State.choices,
    "language": settings.LANGUAGES,
    "level": Profile.Level.choices,
    "mode": Application.Mode.choices,
    "rhythm_days": Application.Rhythm.choices,
    "years_experience": [(str(n), str(n)) for n in range(51)],
    "travel_km": [(str(n), str(n)) for n in (0, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200)],
    "capacity": [(str(n), str(n)) for n in range(1, 11)],
    "is_first_time": YES_OR_NO,
    "commitment": YES_OR_NO,
}


def is_last_name(heading: str) -> bool:
    return fold(heading).rstrip(":?* ") in LAST


def guess_fields(table: TableSummary) -> dict[str, str]:
    """Return {heading: field} for what headings and cells make clear; a field is guessed once.

    A column is the e-mail address or the role only if its cells say so too. Columns that ask the
    same question are one field.
    """
    found: dict[str, str] = {}
    for header in table.headers:
        heading = fold(AGAIN.sub("", header)).rstrip(":?* ")
        for field, spellings in GUESSES.items():
            taken = [one for one, known in found.items() if known == field]
            is_free = not taken or same_question(taken[0], header)
            if heading in spellings and is_free and cells_agree(field, table.answers(header)):
                found[header] = field
        if heading in FIRST or heading in LAST:
            found[header] = "first_name" if heading in FIRST else "last_name"
    addresses = [one for one in table.headers if cells_agree("email", table.answers(one))]
    if "email" not in found.values() and addresses:
        found[addresses[0]] = "email"
    return found


def cells_agree(field: str, answers: Sequence[str]) -> bool:
    """Return whether the answers of a column can be those of a field."""
    if field == "email":
        found = sum("@" in answer for answer in answers)
        return found > 0 and 2 * found >= len(answers)
    if field == "role":
        return bool(answers) and all(_understood("role", answer) for answer in answers)
    if field == "both":
        return bool(answers) and all(map(is_yes_or_no, answers))
    return bool(answers) or field != "name"


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


@dataclass(frozen=True)
class AskedAnswer:
    """An answer of the file whose meaning a member chooses. `in_grid`: does it choose an option?"""

    field: str
    answer: str
    in_grid: bool = False

    def choices(self) -> list[tuple[str, str]]:
        """Return what the answer may mean, the most alike first."""
        if self.in_grid:
            return [("true", _("chooses the option")), ("false", _("does not choose the option"))]
        if self.field == "availability":
            known = time_choices()
        elif self.field == "time_zone":
            usual = dict.fromkeys(ZONES.values())
            known = [(zone, zone) for zone in (*usual, *sorted(zone_names()))]
        else:
            known = [(str(code), str(label)) for code, label in ANSWERS[self.field]]
        nearest = nearest_choices(self.answer, list(dict.fromkeys(known)))[:MAX_CHOICES]
        unsaid = [] if self.field == "both" else [(UNSAID, _("nothing: leave it empty"))]
        return [*nearest, *unsaid]


def unknown_answers(table: TableSummary, roster: RosterMap) -> list[AskedAnswer]:
    """Return the answers that neither the map nor the program understands."""
    found: dict[AskedAnswer, None] = {}
    for field, mapping in roster.fields.items():
        if field in ANSWERS or field in ("availability", "time_zone"):
            for answer in _answers(table, field, mapping):
                if fold(answer) not in mapping.values and not _understood(field, answer):
                    found[AskedAnswer(field, answer)] = None
    if roster.both:
        for answer in table.answers(roster.both.columns[0]):
            if says_both(roster.both, answer) is None:
                found[AskedAnswer("both", answer)] = None
    own = {f"{OWN_QUESTION}{name}": one for name, one in roster.attributes.items()}
    for field, mapping in (dict(roster.fields) | own).items():
        for heading, option in mapping.pivot.items() if mapping.drop else ():
            for answer in table.answers(heading):
                is_known = fold(answer) in mapping.keep | mapping.drop | {fold(option)}
                if not is_known and counts(answer, option) is None:
                    found[AskedAnswer(field, answer, in_grid=True)] = None
    return list(found)


def _answers(table: TableSummary, field: str, mapping: FieldMap) -> Iterator[str]:
    """Yield the different answers of all columns of a field, those of lists one by one."""
    for column in mapping.columns:
        for cell in sorted(table.answers(column)):
            if field not in LISTS:
                yield cell
                continue
            with suppress(ValueError):  # a list that can't be read is reported with its row
                yield from split_answers(cell, mapping.splits.get(fold(column), mapping.split))


def nearest_choices(answer: str, choices: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the choices for an answer, the most alike first; numbers by their distance."""
    number = re.search(r"\d+", answer)
    if number and all(code.isdigit() and code == label for code, label in choices):
        return sorted(choices, key=lambda choice: abs(int(choice[0]) - int(number[0])))

    def likeness(choice: tuple[str, str]) -> float:
        return difflib.SequenceMatcher(None, fold(answer), fold(choice[1])).ratio()

    return sorted(choices, key=likeness, reverse=True)


def _understood(field: str, answer: str) -> bool:
    if field == "availability":
        return read_times(answer) is not None
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
    if field in SINGLE:
        return ""
    marks = ";\n," if field in LISTS else ";"  # a comma or a line break may be part of any text
    if field in NAMES:  # "Roy, Ann" is one person
        marks = ";\n"
    found = (m for m in marks if any(len(split_answers(cell, m)) > 1 for cell in cells))
    return next(found, "")
