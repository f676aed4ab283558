"""A table and a map give records, and a list of everything that stands in their way.

Nothing is guessed: an answer that is not understood is a problem with its row, its column and the nearest spelling
that would be understood. Problems of the whole file have row 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.models import Profile
from accounts.models.people import SLOTS, validate_name, validate_zone
from applications.models import Application

from .maps import LISTS, FieldMap, RosterMap
from .normalization import clean, fold, is_nothing, nearest, parts
from .tables import Table

YES = {"yes", "true", "1", "x", "oui", "y"}
NO = {"no", "false", "0", "non", "n"}
LENGTHS = {
    "name": 80, "pronouns": 40, "key": 254, "email": 254, "employer": 120, "job_title": 120, "place": 80, "phone": 40,
    "about": 1000, "situation": 2000, "hopes": 2000, "needs": 2000, "limits": 2000, "accommodations": 2000,
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """Something that must be mended in the file or the map. `row` is the line in the file, 0 for the whole file."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = _("Row %(row)d") % {"row": self.row} if self.row else _("The file")
        return (
            f"{where}, {self.column}: {self.message}" if self.column else f"{where}: {self.message}"
        )


@dataclass
class Record:
    """One application to be. `values` holds single facts, `lists` answers of many, `attributes` the program's own."""

    row: int
    role: str
    key: str
    email: str
    values: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    attributes: dict[str, list[str]] = field(default_factory=dict)


class NotUnderstood(ValueError):
    """A cell that its reader cannot take; the message is for the person who mends the file."""


def read_records(
    table: Table, roster: RosterMap, *, role: str
) -> tuple[list[Record], list[Problem]]:
    """Return records in the order of the file, and all problems. Records are complete only without problems."""
    problems = _headings(table, roster)
    if problems:
        return [], problems
    records: list[Record] = []
    for number, row in zip(table.numbers, table.rows, strict=True):
        cells = dict(zip((fold(h) for h in table.headers), row, strict=True))
        record, found = _record(cells, roster, number, role)
        problems += found
        records.append(record)
        if roster.both and fold(cells[fold(roster.both.columns[0])]) in roster.both.keep:
            other = {"mentee": "mentor", "mentor": "mentee"}[role]
            records.append(
                Record(
                    number,
                    other,
                    record.key,
                    record.email,
                    record.values,
                    record.lists,
                    record.attributes,
                )
            )
    return records, problems + _doubles(records)


def _headings(table: Table, roster: RosterMap) -> list[Problem]:
    there = {fold(name): name for name in table.headers}
    problems = []
    for name in dict.fromkeys(roster.columns):
        if fold(name) not in there:
            hint = nearest(name, table.headers)
            text = _("the map names this column, the file does not have it.")
            problems.append(
                Problem(
                    0,
                    name,
                    f"{text} {_('Did you mean “%(hint)s”?') % {'hint': hint}}" if hint else text,
                )
            )
    named = {fold(name) for name in roster.columns} | roster.ignore
    for key, name in there.items():
        if key and key not in named:
            problems.append(
                Problem(
                    0,
                    name,
                    _(
                        "the map does not say what this column is. Map it, or list it under “ignore”."
                    ),
                )
            )
    return problems


def _record(
    cells: Mapping[str, str], roster: RosterMap, number: int, role: str
) -> tuple[Record, list[Problem]]:
    record, problems = Record(number, role, key="", email=""), []
    for name, one in roster.fields.items():
        try:
            if name in LISTS:
                record.lists[name] = _list(name, one, cells)
            else:
                record.values[name] = _single(name, one, cells)
        except NotUnderstood as error:
            problems.append(Problem(number, _heading(one, name), str(error)))
    for name, one in roster.attributes.items():
        try:
            record.attributes[name] = _list(name, one, cells)
        except NotUnderstood as error:
            problems.append(Problem(number, _heading(one, name), str(error)))
    record.email = record.values.get("email") or ""
    record.key = record.values.get("key") or record.email
    return record, problems


def _heading(one: FieldMap, name: str) -> str:
    return next(iter((*one.columns, *one.pivot)), name)


def _raw(one: FieldMap, cells: Mapping[str, str]) -> str:
    written = [cells[fold(column)] for column in one.columns]
    text = one.join.join(part for part in written if part and not is_nothing(part))
    return text.replace(one.remove, "").strip() if one.remove else text


def _translate(one: FieldMap, text: str) -> Any:
    """The value of an answer by the map's table; the text itself where the map has no table."""
    if not one.values:
        return text
    if fold(text) in one.values:
        return one.values[fold(text)]
    hint = nearest(text, one.spellings)
    message = _("“%(text)s” is not among the answers of the map.") % {"text": text[:80]}
    raise NotUnderstood(
        f"{message} {_('Did you mean “%(hint)s”?') % {'hint': hint}}" if hint else message
    )


def _list(name: str, one: FieldMap, cells: Mapping[str, str]) -> list[str]:
    if one.pivot:
        found = [
            label for column, label in one.pivot.items() if fold(cells[fold(column)]) in one.keep
        ]
    elif one.columns:
        try:
            found = [str(_translate(one, part)) for part in parts(_raw(one, cells), one.split)]
        except ValueError as error:
            if isinstance(error, NotUnderstood):
                raise
            raise NotUnderstood(_("this is not a list in Python's notation.")) from error
    else:
        found = [
            str(item) for item in (one.default if isinstance(one.default, list) else [one.default])
        ]
    found = list(dict.fromkeys(found))
    if name == "availability" and not set(found) <= set(SLOTS):
        raise NotUnderstood(
            _("times are written as “tue-evening”; use the map's values to translate.")
        )
    return found


def _single(name: str, one: FieldMap, cells: Mapping[str, str]) -> Any:
    text = _raw(one, cells) if one.columns else ""
    value = one.default if not text else _translate(one, text)
    if value in (None, ""):
        if name in ("email", "name"):
            raise NotUnderstood(_("this must not be empty."))
        return None
    return READERS.get(name, _text)(name, value)


def _text(name: str, value: Any) -> str:
    text = clean(value)
    if len(text) > LENGTHS.get(name, 2000):
        raise NotUnderstood(
            _("longer than %(limit)d characters.") % {"limit": LENGTHS.get(name, 2000)}
        )
    return text


def _validated(check: Callable[[str], None]) -> Callable[[str, Any], str]:
    def read(name: str, value: Any) -> str:
        text = " ".join(_text(name, value).split())
        try:
            check(text)
        except ValidationError as error:
            raise NotUnderstood(" ".join(error.messages)) from error
        return text

    return read


def _email(name: str, value: Any) -> str:
    return _validated(validate_email)(name, value).lower()


def _whole(low: int, high: int) -> Callable[[str, Any], int]:
    def read(name: str, value: Any) -> int:
        try:
            number = float(str(value).replace(",", "."))
        except ValueError as error:
            raise NotUnderstood(
                _("“%(text)s” is not a number.") % {"text": str(value)[:40]}
            ) from error
        if not low <= number <= high:
            raise NotUnderstood(
                _("%(text)s is not between %(low)d and %(high)d.")
                % {"text": value, "low": low, "high": high}
            )
        return int(number)

    return read


def _choice(known: Mapping[Any, Any]) -> Callable[[str, Any], Any]:
    def read(name: str, value: Any) -> Any:
        found = next(
            (
                code
                for code, label in known.items()
                if fold(str(value)) in (fold(str(code)), fold(str(label)))
            ),
            None,
        )
        if found is None:
            choices = ", ".join(str(code) for code in known)
            raise NotUnderstood(
                _("“%(text)s” is none of: %(choices)s.")
                % {"text": str(value)[:80], "choices": choices}
            )
        return found

    return read


def _yes_or_no(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if fold(str(value)) in YES | NO:
        return fold(str(value)) in YES
    raise NotUnderstood(_("“%(text)s” is neither yes nor no.") % {"text": str(value)[:80]})


def _commitment(name: str, value: Any) -> bool:
    if not _yes_or_no(name, value):
        raise NotUnderstood(
            _("this person did not agree to the commitment. Remove the row, or ask the person.")
        )
    return True


READERS: dict[str, Callable[[str, Any], Any]] = {
    "email": _email,
    "name": _validated(validate_name),
    "pronouns": _validated(validate_name),
    "time_zone": _validated(validate_zone),
    "language": _choice({"en": "English", "fr": "French"}),
    "level": _choice(dict(Profile.Level.choices)),
    "mode": _choice(dict(Application.Mode.choices)),
    "rhythm_days": _choice(dict(Application.Rhythm.choices)),
    "years_experience": _whole(0, 70),
    "travel_km": _whole(0, 1000),
    "capacity": _whole(1, 20),
    "is_first_time": _yes_or_no,
    "commitment": _commitment,
}


def _doubles(records: list[Record]) -> list[Problem]:
    """The same person twice in one role, by address or by key."""
    problems = []
    for name in ("email", "key"):
        seen: dict[tuple[str, str], int] = {}
        for record in records:
            value = (record.role, fold(getattr(record, name)))
            if not value[1]:
                continue
            first = seen.setdefault(value, record.row)
            if first != record.row:
                problems.append(
                    Problem(
                        record.row,
                        "",
                        _("the same person (%(name)s) stands in row %(row)d.")
                        % {"name": name, "row": first},
                    )
                )
                break
    return problems
