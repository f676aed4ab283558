"""What the columns of a file are by earlier maps, and by their headings where no map knows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from applications.importing.column_guesses import cells_agree, guess_fields, guess_separator
from applications.importing.grids import GRID
from applications.importing.maps import FieldMap, RosterMap
from applications.importing.normalization import PYTHON_LIST, split_answers
from applications.importing.remembered_maps import RememberedMap, of_this_shape
from applications.importing.summaries import TableSummary
from programs.spellings import fold

from .roster_questions import OwnQuestionChoices

IGNORE, BOTH = "", "both"
NEEDED = ("email", "name", "first_name", "last_name")  # proposed even where they were ignored


@dataclass(frozen=True)
class ColumnChoice:
    """What a column is: a field, a question, or to be ignored; and how its cells are read."""

    field: str = IGNORE
    split: str = ""
    clears: bool = False
    is_remembered: bool = False


class EarlierChoices:
    """The map of this file if it has one, else those of earlier files of the program."""

    def __init__(
        self,
        table: TableSummary,
        questions: OwnQuestionChoices,
        saved: RosterMap | None,
        remembered: Sequence[RememberedMap],
    ) -> None:
        self.table, self.questions, self.saved = table, questions, saved
        self.remembered = () if saved else tuple(remembered)
        self.guessed = guess_fields(table)

    @property
    def maps(self) -> list[RosterMap]:
        """The maps that count, those that count most first."""
        return [self.saved] if self.saved else [one.roster for one in self.remembered]

    @property
    def shape(self) -> RememberedMap | None:
        """The earlier map of a file like this one."""
        return of_this_shape(self.remembered, self.table.headers)

    def of(self, heading: str) -> ColumnChoice:
        if self.saved:
            return self._in(self.saved, heading) or ColumnChoice()
        for known in self.maps:
            found = self._in(known, heading)
            if found and (found.split == GRID or self._agrees(found, heading)):
                return replace(found, is_remembered=True)
            is_needed = self.guessed.get(heading) in NEEDED
            if fold(heading) in known.ignore and not is_needed:
                return ColumnChoice(IGNORE, self._guess(heading, IGNORE), is_remembered=True)
        field = self.guessed.get(heading) or self.questions.known(heading) or IGNORE
        return ColumnChoice(field, self._guess(heading, field))

    def _agrees(self, choice: ColumnChoice, heading: str) -> bool:
        if choice.field == BOTH:  # other words than yes and no are asked
            return True
        return cells_agree(choice.field, self.table.answers(heading))

    def _in(self, roster: RosterMap, heading: str) -> ColumnChoice | None:
        """Return what a map says about a column, None if it does not name it."""
        if roster.both and roster.both.has_column(heading):
            return ColumnChoice(BOTH)
        for name, one in roster.fields.items():
            if one.has_column(heading) or one.option(heading):
                return self._choice(name, one, heading)
        for name, one in roster.attributes.items():
            if one.has_column(heading) or one.option(heading):
                return self._choice(self.questions.choice_of(name, one), one, heading)
        return None

    def _choice(self, field: str, one: FieldMap, heading: str) -> ColumnChoice:
        clears = fold(heading) in one.clears
        if one.option(heading):
            return ColumnChoice(field, GRID, clears)
        mark = one.split(heading)
        if not self.saved and not self._still_counts(one, heading):
            mark = self._guess(heading, field) or mark
        return ColumnChoice(field, mark, clears)

    def _still_counts(self, one: FieldMap, heading: str) -> bool:
        """Return whether an earlier separator is in these cells, or was to be none at all."""
        mark = one.split(heading)
        if not mark:
            return fold(heading) in one.splits
        cells = self.table.answers(heading)
        return mark == PYTHON_LIST or any(len(split_answers(cell, mark)) > 1 for cell in cells)

    def _guess(self, heading: str, field: str) -> str:
        return guess_separator(self.table, heading, field)
