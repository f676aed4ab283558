"""Write a map from what was chosen beside the columns; what no page asks stays as maps say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from applications.help_choices import SEVERAL
from applications.importing.answer_meanings import UNSAID, AskedAnswer
from applications.importing.column_guesses import guess_separator, is_last_name
from applications.importing.grids import GRID, option_of, question_of
from applications.importing.map_reading import read_map
from applications.importing.map_texts import options_of, to_toml
from applications.importing.maps import LISTS, NAMES, NEVER_CLEARED, FieldMap, RosterMap
from applications.importing.parsers import NO, YES
from applications.importing.stored_answers import OWN_QUESTION
from programs.spellings import fold

from .earlier_choices import BOTH, IGNORE, ColumnChoice, EarlierChoices
from .roster_questions import ATTRIBUTE

Table = dict[str, Any]  # Any: values of a map, as TOML has them
Tables = dict[str, Table]
VOCABULARIES = LISTS - NAMES - SEVERAL.keys() - {"availability"}


class MapBuilder:
    """Collects the tables of a map, column by column."""

    def __init__(self, earlier: EarlierChoices, *, create: bool) -> None:
        """create: unknown words become entries of the vocabularies."""
        self.earlier, self.create = earlier, create
        self.fields: Tables = {}
        self.attributes: Tables = {}
        self.both: Table = {}
        self.ignored: list[str] = []

    def text(
        self,
        columns: Iterable[tuple[str, ColumnChoice]],
        options: Mapping[str, object],
        meanings: Mapping[AskedAnswer, str],
    ) -> str:
        """Return the map's text. Raises BadMap if the choices are not enough.

        meanings: {answer: code}, with "" for one that has no meaning any more.
        """
        for heading, choice in columns:
            self._add(heading, choice)
        self._order_columns()
        self._keep_unasked(self.fields, [one.fields for one in self.earlier.maps])
        self._keep_unasked(self.attributes, [one.attributes for one in self.earlier.maps])
        self._keep_defaults()
        self._set_creation()
        for asked, meaning in meanings.items():
            self._explain(asked, meaning)
        saved = self.earlier.saved
        tables = {
            "ignore": self.ignored,
            "application": options,
            "file": {"encoding": saved.encoding} if saved and saved.encoding else {},
            "fields": self.fields,
            "attributes": self.attributes,
            "both": self._both_table(),
            "matching": saved.matching if saved else {},
        }
        always = ("ignore", "application", "fields")
        text = to_toml({name: one for name, one in tables.items() if one or name in always})
        read_map(text)
        return text

    def _add(self, heading: str, choice: ColumnChoice) -> None:
        field, split = choice.field, choice.split
        if field == IGNORE:
            self.ignored.append(heading)
            return
        if field == BOTH:
            yes_and_no = self._yes_and_no([one.both for one in self._known()])
            self.both = {"column": heading, "drop": [], **yes_and_no}
            return
        if field.startswith(ATTRIBUTE):
            asked = question_of(heading) if split == GRID else heading
            asked = next(filter(None, (m.question(heading) for m in self._known())), asked)
            name, options = self.earlier.questions.attribute(field, asked)
            one = self.attributes.setdefault(name, {**options})
            known = [m.attributes.get(name) for m in self._known()]
        else:
            one = self.fields.setdefault(field, {})
            known = [m.fields.get(field) for m in self._known()]
            split = split if split != GRID or field in LISTS else ""
        if split == GRID:
            options_known = (m.option(heading) for m in known if m)
            option = next(filter(None, options_known), "") or option_of(heading)
            one.setdefault("pivot", {})[heading] = option
            one |= self._yes_and_no([m if m and m.pivot else None for m in known])
        else:
            one.setdefault("columns", []).append(heading)
            # One answer is written down too where several would be guessed.
            if split or guess_separator(self.earlier.table, heading, field):
                one.setdefault("splits", {})[heading] = split
        if choice.clears and field not in NEVER_CLEARED:
            one.setdefault("clear", []).append(heading)

    def _both_table(self) -> Table:
        names = {"keep": "values"}
        return {names.get(key, key): value for key, value in self.both.items() if value}

    def _known(self) -> Sequence[RosterMap]:
        return self.earlier.maps

    def _yes_and_no(self, known: Sequence[FieldMap | None]) -> Table:
        """Return which answers mean yes and no, as earlier maps say, the newest first."""
        maps = [one for one in known if one]
        if not maps:
            return {"keep": sorted(YES), "drop": sorted(NO)}
        keep: frozenset[str] = frozenset()
        drop: frozenset[str] = frozenset()
        for one in reversed(maps):
            keep, drop = (keep - one.drop) | one.keep, (drop - one.keep) | one.drop
        return {"keep": sorted(keep), **({"drop": sorted(drop)} if drop else {})}

    def _order_columns(self) -> None:
        """Keep the order of the saved map; a first name comes first in any case."""
        saved = self.earlier.saved
        for name, one in self.fields.items():
            columns = one.get("columns", [])
            known = saved.fields.get(name) if saved else None
            if known and set(map(fold, columns)) <= set(map(fold, known.columns)):
                order = [fold(column) for column in known.columns]
                columns.sort(key=lambda column: order.index(fold(column)))
            elif name == "name":
                columns.sort(key=is_last_name)

    def _keep_unasked(self, tables: Tables, maps: Sequence[Mapping[str, FieldMap]]) -> None:
        """Take over what answers mean, and whatever else this page doesn't ask."""
        for known in reversed(maps):
            for name, one in tables.items():
                if name in known:
                    for key, value in options_of(known[name]).items():
                        earlier = one.get(key, {})
                        one[key] = {**earlier, **value} if isinstance(value, dict) else value

    def _keep_defaults(self) -> None:
        """Keep fields that are the same for everyone in the file."""
        for known in reversed(self._known()):
            for name, one in known.fields.items():
                if name not in self.fields and not one.columns and not one.pivot:
                    self.fields[name] = options_of(one)

    def _set_creation(self) -> None:
        saved = self.earlier.saved
        usual = saved is not None and any(one.create for one in saved.fields.values())
        for name in self.fields.keys() & VOCABULARIES:
            known = saved.fields.get(name) if saved else None
            if known.create if known and self.create == usual else self.create:
                self.fields[name]["create"] = True

    def _explain(self, asked: AskedAnswer, meaning: str) -> None:
        """Add or change what an answer means; "" takes its meaning away."""
        if asked.field == BOTH:
            _sort_in(self.both, asked.answer, meaning)
        elif asked.in_grid:
            is_own = asked.field.startswith(OWN_QUESTION)
            tables = self.attributes if is_own else self.fields
            grid = tables.get(asked.field.removeprefix(OWN_QUESTION), {})
            if "pivot" in grid:
                _sort_in(grid, asked.answer, meaning)
        elif one := self.fields.get(asked.field):
            values = {
                word: value
                for word, value in one.get("values", {}).items()
                if fold(word) != fold(asked.answer)
            }
            one["values"] = {**values, asked.answer: _value(meaning)} if meaning else values


def _sort_in(table: Table, answer: str, meaning: str) -> None:
    """Put an answer into the list of those that mean yes, or of those that mean no."""
    if not table:
        return
    for key in table.keys() & {"keep", "drop"}:
        table[key] = [one for one in table[key] if fold(one) != fold(answer)]
    if meaning == "true":
        table["keep"].append(answer)
    elif meaning and "drop" in table:  # without it, any other answer means no
        table["drop"].append(answer)


def _value(meaning: str) -> object:
    if meaning.isdigit():
        return int(meaning)
    known: dict[str, object] = {"true": True, "false": False, UNSAID: ""}
    return known.get(meaning, meaning)
