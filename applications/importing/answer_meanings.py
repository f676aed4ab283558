"""What the answers of a file may mean: those that must be asked, and the choices for each."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Profile
from accounts.timezones import zone_names
from applications.help_choices import SEVERAL
from applications.models import WAY_QUESTIONS, Application, MattersMost
from programs.spellings import fold

from .grids import counts, says_both
from .maps import LISTS, FieldMap, RosterMap
from .normalization import split_answers
from .parsers import ZONES, InvalidCell, is_yes_or_no, parse
from .stored_answers import OWN_QUESTION
from .summaries import TableSummary
from .usual_times import read_times, time_choices

MAX_CHOICES = 60
UNSAID = "-"  # an answer that says nothing
NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "none zero aucun aucune", "one once un une", "two deux both", "three trois",
            "four quatre", "five cinq", "six", "seven sept", "eight huit", "nine neuf", "ten dix",
        )
    )
    for word in words.split()
}  # fmt: skip
Choice = tuple[object, str | Promise]  # code, label
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
    **{f"way_{question.code}": question.choices for question in WAY_QUESTIONS},
    "matters_most": MattersMost.choices,
    **SEVERAL,
    "hours_per_month": [(str(n), str(n)) for n in range(1, 41)],
    "years_experience": [(str(n), str(n)) for n in range(51)],
    "travel_km": [(str(n), str(n)) for n in (0, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200)],
    "capacity": [(str(n), str(n)) for n in range(1, 11)],
    "is_first_time": YES_OR_NO,
    "commitment": YES_OR_NO,
}


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
    return [asked for asked, meaning in _unusual_answers(table, roster) if meaning is None]


def explained_answers(table: TableSummary, roster: RosterMap) -> dict[AskedAnswer, str]:
    """Return {answer: code of its meaning} for those that only the map explains."""
    found = _unusual_answers(table, roster)
    return {asked: meaning for asked, meaning in found if meaning is not None}


def _unusual_answers(
    table: TableSummary, roster: RosterMap
) -> Iterator[tuple[AskedAnswer, str | None]]:
    """Yield the answers that the program does not understand, with what the map says: a code."""
    seen: set[AskedAnswer] = set()
    for asked, meaning in chain(
        _words(table, roster), _other_role(table, roster), _grid_cells(table, roster)
    ):
        if asked not in seen:
            seen.add(asked)
            yield asked, meaning


def _words(table: TableSummary, roster: RosterMap) -> Iterator[tuple[AskedAnswer, str | None]]:
    for field, mapping in roster.fields.items():
        if field not in ANSWERS and field not in ("availability", "time_zone"):
            continue
        for answer in _answers(table, field, mapping):
            if not understood(field, answer):
                yield AskedAnswer(field, answer), _code(mapping.values.get(fold(answer)))


def _code(value: object) -> str | None:
    """Return the code with which a page chooses a value of a map."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value) or UNSAID


def _other_role(table: TableSummary, roster: RosterMap) -> Iterator[tuple[AskedAnswer, str | None]]:
    if not roster.both:
        return
    for answer in table.answers(roster.both.columns[0]):
        if not is_yes_or_no(answer):
            says = says_both(roster.both, answer)
            yield AskedAnswer("both", answer), None if says is None else _code(says)


def _grid_cells(table: TableSummary, roster: RosterMap) -> Iterator[tuple[AskedAnswer, str | None]]:
    own = {f"{OWN_QUESTION}{name}": one for name, one in roster.attributes.items()}
    for field, mapping in (dict(roster.fields) | own).items():
        for heading, option in mapping.pivot.items():
            for answer in table.answers(heading):
                plain = fold(answer)
                if plain == fold(option) or counts(answer, option) is not None:
                    continue
                if plain in mapping.keep | mapping.drop:
                    yield AskedAnswer(field, answer, in_grid=True), _code(plain in mapping.keep)
                elif mapping.drop:  # without it, any other answer chooses nothing
                    yield AskedAnswer(field, answer, in_grid=True), None


def _answers(table: TableSummary, field: str, mapping: FieldMap) -> Iterator[str]:
    """Yield the different answers of all columns of a field, those of lists one by one."""
    for column in mapping.columns:
        for cell in sorted(table.answers(column)):
            if field not in LISTS:
                yield cell
                continue
            with suppress(ValueError):  # a list that can't be read is reported with its row
                yield from split_answers(cell, mapping.split(column))


def nearest_choices(answer: str, choices: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the choices for an answer, the most alike first; numbers by their distance."""
    number = _number(answer)
    if number is not None and all(code.isdigit() and code == label for code, label in choices):
        return sorted(choices, key=lambda choice: abs(int(choice[0]) - number))

    def likeness(choice: tuple[str, str]) -> float:
        return difflib.SequenceMatcher(None, fold(answer), fold(choice[1])).ratio()

    return sorted(choices, key=likeness, reverse=True)


def _number(answer: str) -> int | None:
    """Return the number that an answer says in figures or words; of several words the last."""
    if found := re.search(r"\d+", answer):
        return int(found[0])
    words = [NUMBERS[word] for word in re.findall(r"\w+", fold(answer)) if word in NUMBERS]
    return words[-1] if words else None


def understood(field: str, answer: str) -> bool:
    if field == "availability":
        return read_times(answer) is not None
    if field in ("is_first_time", "commitment"):
        return is_yes_or_no(answer)
    try:
        parse(field, answer)
    except InvalidCell:
        return False
    return True
