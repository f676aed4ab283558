"""A table and a map give records, and a list of everything that must be fixed first.

An answer that is not understood is a problem with its row, its column and the closest spelling that
would be understood. Problems of the whole file have row 0.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models.people import SLOTS
from applications.help_choices import SEVERAL
from programs.spellings import fold

from .formulas import needs_saving
from .grids import says_both
from .headings import is_without_heading, same_question
from .joined_rows import join_rows
from .maps import LISTS, FieldMap, RosterMap
from .normalization import did_you_mean, is_blank, split_answers
from .parsers import PARSERS, InvalidCell, Value, parse
from .records import Problem, Record
from .tables import Table
from .usual_times import read_times

# Fields whose usual words and numbers the program understands without a map.
WITH_WORDS = PARSERS.keys() - {"email", "name", "first_name", "last_name", "pronouns"}
NAMES = ("name", "first_name", "last_name")
# "Na", "Null" and "Nan" are names: in these fields only an empty cell is no answer.
NEVER_BLANK = set(NAMES)
EMPTY_CELL = gettext_noop("This cell is empty. Every person needs a value here.")


def settle_duplicates(records: list[Record], twice: str) -> tuple[list[Record], list[Problem]]:
    """Return the records with each person once per role, and a problem for whom that is not so.

    twice: "later" or "earlier" says which row of a person counts; "stop" reports the second; "join"
    takes the answers of all rows.
    """
    problems: list[Problem] = []
    if twice == "join":
        records, differences = join_rows(records)
        message = _("This differs from row %(row)d of the same person. Fix one of them.")
        problems += [
            Problem(row, name, message % {"row": first}) for row, name, first in differences
        ]
    elif twice != "stop":
        ordered = records if twice == "earlier" else records[::-1]
        first: dict[tuple[str, str], Record] = {}
        for record in ordered:
            first.setdefault((record.role, record.identity), record)
        kept = {id(record) for record in first.values()}
        records = [record for record in records if id(record) in kept]
    problems += _duplicates_by("identity", records) or _duplicates_by("key", records)
    return records, problems


def _duplicates_by(name: str, records: list[Record]) -> list[Problem]:
    problems = []
    first_rows: dict[tuple[str, str], int] = {}
    for record in records:
        value = fold(getattr(record, name))
        if not value:
            continue
        first = first_rows.setdefault((record.role, value), record.row)
        if first != record.row:
            message = (
                _(
                    "This is the same person as in row %(row)d. "
                    "Choose beside the columns which row counts."
                )
                if name == "identity"
                else _("This is the id of the person in row %(row)d. Fix one of them.")
            )
            problems.append(Problem(record.row, "", message % {"row": first}))
    return problems


def read_records(
    table: Table, roster: RosterMap, *, role: str
) -> tuple[list[Record], list[Problem]]:
    """Return the records in the order of the file, and all problems.

    The records are complete only if there are no problems.
    """
    problems = _check_columns(table, roster) + _check_formulas(table, roster)
    if problems:
        return [], problems
    headers = [fold(header) for header in table.headers]
    records: list[Record] = []
    for number, row in zip(table.numbers, table.rows, strict=True):
        cells = dict(zip(headers, row, strict=True))
        record, found = _record(cells, roster, number, role)
        if roster.skip_without_address and not record.email:
            continue
        problems += found
        one_role = str(record.values.pop("role", None) or role)
        wanted = "both" if record.values.pop("both", False) else one_role
        roles = ("mentee", "mentor") if wanted == "both" else (wanted,)
        records += [replace(record, role=one) for one in roles]
    records, twice = settle_duplicates(records, roster.twice)
    return records, problems + twice


def _check_columns(table: Table, roster: RosterMap) -> list[Problem]:
    """Every column of the map must be in the file, and every column of the file in the map."""
    present = {fold(name): name for name in table.headers}
    missing = _("The map names this column, but the file does not have it.")
    problems = [
        Problem(0, name, did_you_mean(missing, name, table.headers))
        for name in dict.fromkeys(roster.columns)
        if fold(name) not in present
    ]
    unmapped = _("The map does not name this column. Map it or list it under “ignore”.")
    mapped = {fold(name) for name in roster.columns} | roster.ignore
    problems += [
        Problem(0, name, unmapped)
        for key, name in present.items()
        if key not in mapped and not is_without_heading(name)
    ]
    return problems


def _check_formulas(table: Table, roster: RosterMap) -> list[Problem]:
    """Refuse formulas without results in the columns that are read: no cell of them is empty."""
    read = {fold(name) for name in roster.columns}
    return [
        Problem(0, found.heading, needs_saving(found))
        for found in table.without_result
        if fold(found.heading) in read
    ]


def _record(
    cells: Mapping[str, str], roster: RosterMap, number: int, role: str
) -> tuple[Record, list[Problem]]:
    record, problems = Record(number, role, key="", email=""), []
    has_bad_name = False
    for name, mapping in roster.fields.items():
        try:
            if name in LISTS:
                record.lists[name] = _list(name, mapping, cells)
            else:
                record.values[name] = _single(name, mapping, cells)
        except InvalidCell as error:
            problems.append(Problem(number, _first_column(mapping, name), str(error)))
            has_bad_name = has_bad_name or name in (*NAMES, "email")
    for name, mapping in roster.attributes.items():
        try:
            record.attributes[name] = _list(name, mapping, cells)
        except InvalidCell as error:
            problems.append(Problem(number, _first_column(mapping, name), str(error)))
    if roster.both:
        try:
            record.values["both"] = _says_both(roster.both, cells)
        except InvalidCell as error:
            problems.append(Problem(number, _first_column(roster.both, "both"), str(error)))
    problems += [] if has_bad_name else _whole_name(record, roster)
    record.email = str(record.values.get("email") or "")
    record.rank = int(record.values.pop("rank", None) or 0)
    record.key = str(record.values.get("key") or record.email)
    may_lack = roster.import_without_address or has_bad_name
    if not record.email and not may_lack:
        column = _first_column(roster.fields["email"], "email")
        problems.append(Problem(number, column, _(EMPTY_CELL)))
    return record, problems


def _says_both(mapping: FieldMap, cells: Mapping[str, str]) -> bool:
    """Return whether a row says that its person applies in both roles."""
    answer = cells[fold(mapping.columns[0])]
    found = says_both(mapping, answer)
    if found is None:
        message = _("“%(text)s”: say whether this person also applies in the other role.")
        raise InvalidCell(message % {"text": answer[:80]})
    return found


def _whole_name(record: Record, roster: RosterMap) -> list[Problem]:
    """Join first and last name, in this order whatever the order of their columns."""
    name, first, last = (str(record.values.pop(one, None) or "") for one in NAMES)
    whole = name or " ".join(filter(None, (first, last)))
    mapped = next(one for one in NAMES if one in roster.fields)
    if not whole:
        column = _first_column(roster.fields[mapped], mapped)
        return [Problem(record.row, column, _(EMPTY_CELL))]
    try:
        record.values["name"] = parse("name", whole)
    except InvalidCell as error:
        return [Problem(record.row, _first_column(roster.fields[mapped], mapped), str(error))]
    return []


def _first_column(mapping: FieldMap, name: str) -> str:
    return next(iter((*mapping.columns, *mapping.pivot)), name)


def _joined_text(
    mapping: FieldMap, cells: Mapping[str, str], skips: Callable[[str], bool] = is_blank
) -> str:
    written: list[str] = []
    asked: list[str] = []  # the headings that `written` has an answer to
    for column in mapping.columns:
        part = cells[fold(column)]
        if not part or skips(part) or any(same_question(column, one) for one in asked):
            continue
        written.append(part)
        asked.append(column)
    text = mapping.join.join(written)
    return text.replace(mapping.remove, "").strip() if mapping.remove else text


def _translate(mapping: FieldMap, text: str) -> object:
    """Return the value that the map gives for an answer; the text itself if it gives none."""
    if not mapping.values:
        return text
    if fold(text) in mapping.values:
        return mapping.values[fold(text)]
    message = _("“%(text)s” is not one of the answers in the map.") % {"text": text[:80]}
    raise InvalidCell(did_you_mean(message, text, mapping.spellings))


def _list(name: str, mapping: FieldMap, cells: Mapping[str, str]) -> list[str]:
    """Return the answers of a field with several, each once."""
    if mapping.pivot or mapping.columns:
        try:
            answers = _split(mapping, cells)
        except ValueError as error:
            raise InvalidCell(_("This is not a list in Python's notation.")) from error
        reading = _times if name == "availability" else _one_answer
        if name in SEVERAL:
            reading = partial(_one_of, name)
        found = [one for answer in answers for one in reading(mapping, answer)]
        found = _pivoted(mapping, cells) + found
    else:
        defaults = mapping.default if isinstance(mapping.default, list) else [mapping.default]
        found = [str(item) for item in defaults]
    return list(dict.fromkeys(found))


def _one_answer(mapping: FieldMap, text: str) -> list[str]:
    return [one] if (one := str(_translate(mapping, text))) else []


def _one_of(name: str, mapping: FieldMap, text: str) -> list[str]:
    """Return the code of a fixed answer: as the map translates it, else by its code or words."""
    given = mapping.values.get(fold(text), text)
    return [] if given == "" else [str(parse(name, given))]


def _times(mapping: FieldMap, text: str) -> list[str]:
    """Return the slots of an answer: as the map translates it, else as its words say."""
    given = mapping.values.get(fold(text))
    times = read_times(text) if given is None else str(given).split()
    if times is None or not set(times) <= set(SLOTS):
        message = _("“%(text)s” is not understood as a time. Say beside the columns what it means.")
        raise InvalidCell(message % {"text": text[:80]})
    return times


def _split(mapping: FieldMap, cells: Mapping[str, str]) -> list[str]:
    """Return the answers of all columns of a field; each column has a separator of its own."""
    found: list[str] = []
    for column in mapping.columns:
        text = cells[fold(column)]
        text = text.replace(mapping.remove, "") if mapping.remove else text
        found += split_answers(text, mapping.split(column))
    return found


def _pivoted(mapping: FieldMap, cells: Mapping[str, str]) -> list[str]:
    """Return the labels of the columns of a grid in which the answer is one to keep.

    Where the map says which answers to drop, any other one raises InvalidCell.
    """
    found = []
    for column, label in mapping.pivot.items():
        answer = fold(cells[fold(column)])
        if answer in mapping.keep or (mapping.drop and answer == fold(label)):
            found.append(label)
        elif mapping.drop and answer not in mapping.drop and not is_blank(answer):
            message = _("“%(text)s” in a column per option: say whether it chooses the option.")
            raise InvalidCell(message % {"text": cells[fold(column)][:80]})
    return found


def _single(name: str, mapping: FieldMap, cells: Mapping[str, str]) -> Value | None:
    skips = operator.not_ if name in NEVER_BLANK else is_blank
    text = _joined_text(mapping, cells, skips) if mapping.columns else ""
    if text and name in WITH_WORDS and fold(text) not in mapping.values:
        with suppress(InvalidCell):  # a map explains the other words, those of the program stay
            return parse(name, text)
    value = _translate(mapping, text) if text else mapping.default
    if value in (None, ""):
        return None
    return parse(name, value)
