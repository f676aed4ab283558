"""The mapping page of a roster import: its columns, and the meaning of their answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.importing import BadMap, read_map
from applications.importing.answer_meanings import (
    AskedAnswer,
    explained_answers,
    unknown_answers,
)
from applications.importing.column_guesses import sample_answers
from applications.importing.field_labels import LABELS, label
from applications.importing.grids import GRID
from applications.importing.maps import RosterMap
from applications.importing.normalization import PYTHON_LIST
from applications.importing.remembered_maps import RememberedMap
from applications.importing.summaries import TableSummary
from programs.models import ProgramQuestion

from .earlier_choices import IGNORE, ColumnChoice, EarlierChoices
from .map_building import MapBuilder
from .roster_questions import OwnQuestionChoices

CHOICES = [
    (IGNORE, _("— ignore —")),
    *LABELS.items(),
]
MAX_ASKED = 120  # answers whose meaning is asked on one page
VOUCHED = ("code_accepted", "orientation_passed")
KEEP, CLEAR = "", "clear"
EMPTY_CELLS = [
    (KEEP, _("keep what is stored")),
    (CLEAR, _("erase what is stored")),
]
SPLITS = [
    ("", _("one answer")),
    (";", _("several, separated by ;")),
    (",", _("several, separated by ,")),
    ("\n", _("several, one per line")),
    (" ,;", _("several ids")),
    (GRID, _("yes or no: the heading is the answer")),
]


class ColumnsForm(forms.Form):
    """Three choices per column, one per answer without a meaning; writes the map's text."""

    state = forms.ChoiceField(
        choices=[
            ("submitted", _("sent: the committee reviews them first")),
            ("accepted", _("accepted: the committee has already reviewed them")),
        ],
        label=_("Import applications as"),
    )
    code_accepted = forms.BooleanField(
        required=False, label=_("Everyone in this file has accepted the code of conduct")
    )
    orientation_passed = forms.BooleanField(
        required=False, label=_("The mentors in this file have done the orientation")
    )
    twice = forms.ChoiceField(
        choices=[
            ("stop", _("report it and import nothing")),
            ("later", _("the later row counts")),
            ("earlier", _("the earlier row counts")),
            ("join", _("each row has one more of their answers")),
        ],
        required=False,
        label=_("If a person is there twice"),
    )
    skip_without_address = forms.BooleanField(
        required=False, label=_("Leave out rows without an e-mail address, such as a total")
    )
    import_without_address = forms.BooleanField(
        required=False,
        label=_(
            "Import people without an e-mail address too: they are known by id or name, and get "
            "no e-mail until you add an address"
        ),
    )
    create = forms.BooleanField(
        required=False, label=_("Add unknown topics and other entries to the vocabulary")
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        table: TableSummary,
        roster: RosterMap | None,
        remembered: Sequence[RememberedMap] = (),
        questions: Iterable[ProgramQuestion] = (),
    ) -> None:
        """`remembered` are the maps of earlier files of the program, the newest first.

        `questions` are those that the program has already.
        """
        super().__init__(data)
        self.table, self.roster = table, roster
        self.earlier = EarlierChoices(table, OwnQuestionChoices(questions), roster, remembered)
        self.shown = [(heading, self.earlier.of(heading)) for heading in table.headers]
        for n, (heading, choice) in enumerate(self.shown):
            self._add_column(n, heading, choice)
        self.initial.update(self._usual_options())
        self.explained = self._add_explained()
        self.answers: dict[str, AskedAnswer] = {}
        for asked in (unknown_answers(table, roster) if roster else [])[:MAX_ASKED]:
            name = answer_name("answer", asked)
            self.answers[name] = asked
            self.fields[name] = _meaning_field(asked)

    def _add_column(self, n: int, heading: str, choice: ColumnChoice) -> None:
        known = dict(SPLITS)
        other = {} if choice.split in known else {choice.split: _other_split(choice.split)}
        self.fields[f"field-{n}"] = forms.ChoiceField(
            choices=[*CHOICES, *self.earlier.questions.choices()],
            required=False,
            initial=choice.field,
            label=heading,
        )
        self.fields[f"split-{n}"] = forms.ChoiceField(
            choices=[*SPLITS, *other.items()],
            required=False,
            initial=choice.split,
            label=_("Answers in “%(heading)s”") % {"heading": heading},
        )
        self.fields[f"clear-{n}"] = forms.ChoiceField(
            choices=EMPTY_CELLS,
            required=False,
            initial=CLEAR if choice.clears else KEEP,
            label=_("Empty cells in “%(heading)s”") % {"heading": heading},
        )

    def _usual_options(self) -> dict[str, object]:
        """Return the choices about the whole file: of its map, else of the last one like it.

        What the committee vouches for is said anew for each file.
        """
        shape = self.earlier.shape
        known = self.roster or (shape.roster if shape else None)
        if not known:
            return {}
        names = ("state", "twice", "skip_without_address", "import_without_address")
        found = {name: getattr(known, name) for name in names}
        found["create"] = any(one.create for one in known.fields.values())
        return found | {name: getattr(known, name) for name in VOUCHED if self.roster}

    def _add_explained(self) -> dict[str, AskedAnswer]:
        """Add a choice for each answer that a map explains; its meaning can be changed."""
        roster = self.roster
        if not roster and self.earlier.maps:
            with suppress(BadMap):  # of which the first choices are not a map yet
                roster = read_map(self._map_of(self.shown, self.initial, {}))
        found: dict[str, AskedAnswer] = {}
        explained = explained_answers(self.table, roster) if roster else {}
        for asked, meaning in list(explained.items())[:MAX_ASKED]:
            name = answer_name("explained", asked)
            found[name] = asked
            self.fields[name] = _meaning_field(asked, meaning)
        return found

    def rows(self) -> list[dict[str, object]]:
        """Return heading, samples and the choices of each column, for the template."""
        return [
            {
                "heading": heading,
                "samples": sample_answers(self.table, heading),
                "is_remembered": choice.is_remembered,
                "field": self[f"field-{n}"],
                "split": self[f"split-{n}"],
                "clear": self[f"clear-{n}"],
            }
            for n, (heading, choice) in enumerate(self.shown)
        ]

    @property
    def remembered_at(self) -> datetime | None:
        """When the file was uploaded whose choices about the whole file are proposed."""
        shape = self.earlier.shape
        return shape.at if shape else None

    def constants(self) -> list[tuple[str, str]]:
        """Return (field, value) of what the map says of everyone in the file."""
        maps = self.earlier.maps[:1]
        return [
            (label(name), str(one.default))
            for known in maps
            for name, one in known.fields.items()
            if not one.columns and not one.pivot
        ]

    def checkboxes(self) -> list[forms.BoundField]:
        """Return the yes-or-no choices about the whole file."""
        return [one for one in self if isinstance(one.field, forms.BooleanField)]

    def answer_rows(self) -> list[forms.BoundField]:
        return [self[name] for name in self.answers]

    def explained_rows(self) -> list[forms.BoundField]:
        return [self[name] for name in self.explained]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("skip_without_address") and data.get("import_without_address"):
            text = _("Rows without an address are either left out or imported. Choose one.")
            self.add_error("import_without_address", text)
        return data

    def map_text(self) -> str:
        """Return the map that these choices describe. Raises BadMap if they are not enough."""
        data = self.cleaned_data
        shown = {name: one for name, one in self.explained.items() if name in self.data}
        meanings = {asked: data[name] for name, asked in shown.items()}
        asked = {one: data[name] for name, one in self.answers.items() if data.get(name)}
        return self._map_of(self._chosen(data), data, meanings | asked)

    def _chosen(self, data: Mapping[str, object]) -> Iterator[tuple[str, ColumnChoice]]:
        for n, heading in enumerate(self.table.headers):
            clears = data.get(f"clear-{n}") == CLEAR
            yield heading, ColumnChoice(str(data[f"field-{n}"]), str(data[f"split-{n}"]), clears)

    def _map_of(
        self,
        columns: Iterable[tuple[str, ColumnChoice]],
        data: Mapping[str, object],
        meanings: Mapping[AskedAnswer, str],
    ) -> str:
        flags = (*VOUCHED, "skip_without_address", "import_without_address")
        options = {
            "state": data.get("state") or "submitted",
            **{name: bool(data.get(name)) for name in flags},
            "twice": data.get("twice") or "stop",
        }
        builder = MapBuilder(self.earlier, create=bool(data.get("create")))
        return builder.text(columns, options, meanings)


def answer_name(prefix: str, asked: AskedAnswer) -> str:
    """Return the name of a choice: the same whatever else is asked by now."""
    about = f"{asked.field}\n{asked.answer}\n{asked.in_grid}"
    return f"{prefix}-{hashlib.sha256(about.encode()).hexdigest()[:12]}"


def _meaning_field(asked: AskedAnswer, meaning: str = "") -> forms.ChoiceField:
    choices = asked.choices()
    if meaning and meaning not in dict(choices):  # only a map's text says it
        choices = [(meaning, meaning), *choices]
    return forms.ChoiceField(
        choices=[("", _("— choose —")), *choices],
        required=False,
        initial=meaning,
        label=f"{label(asked.field)}: “{asked.answer[:80]}”",
    )


def _other_split(mark: str) -> str:
    if mark == PYTHON_LIST:
        return gettext("a list in Python's notation")
    return gettext("several, separated by %(mark)s") % {"mark": mark}
