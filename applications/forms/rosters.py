"""The mapping page of a roster import: its columns, and the meaning of their answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from applications.importing import read_map
from applications.importing.answer_meanings import UNSAID, AskedAnswer, unknown_answers
from applications.importing.column_guesses import (
    cells_agree,
    guess_fields,
    guess_separator,
    is_last_name,
    sample_answers,
)
from applications.importing.field_labels import LABELS, label
from applications.importing.grids import GRID, option_of, question_of
from applications.importing.map_texts import to_toml
from applications.importing.maps import LISTS, NEVER_CLEARED, FieldMap, RosterMap
from applications.importing.normalization import fold
from applications.importing.parsers import NO, YES
from applications.importing.stored_answers import OWN_QUESTION
from applications.importing.summaries import TableSummary
from programs.models import ProgramQuestion

from .roster_questions import ATTRIBUTE, OwnQuestionChoices

IGNORE, BOTH = "", "both"
CHOICES = [
    (IGNORE, _("— ignore —")),
    *LABELS.items(),
]
Table = dict[str, Any]  # Any: values of a map, as TOML has them
Tables = dict[str, Table]
MAX_ASKED = 120  # answers whose meaning is asked on one page
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
        remembered: Sequence[RosterMap] = (),
        questions: Iterable[ProgramQuestion] = (),
    ) -> None:
        """`remembered` are the maps of earlier files of the program, the newest first.

        `questions` are those that the program has already.
        """
        super().__init__(data)
        self.table, self.roster = table, roster
        self.questions = OwnQuestionChoices(questions)
        self.remembered = () if roster else tuple(remembered)
        self.earlier = (roster, *remembered) if roster else self.remembered
        guessed = guess_fields(table)
        for n, heading in enumerate(table.headers):
            field, split = self._current_choice(heading, guessed)
            self.fields[f"field-{n}"] = forms.ChoiceField(
                choices=[*CHOICES, *self.questions.choices()],
                required=False,
                initial=field,
                label=heading,
            )
            self.fields[f"split-{n}"] = forms.ChoiceField(
                choices=SPLITS,
                required=False,
                initial=split,
                label=_("Answers in “%(heading)s”") % {"heading": heading},
            )
            self.fields[f"clear-{n}"] = forms.ChoiceField(
                choices=EMPTY_CELLS,
                required=False,
                initial=self._current_clear(heading),
                label=_("Empty cells in “%(heading)s”") % {"heading": heading},
            )
        self.answers: dict[str, AskedAnswer] = {}
        for asked in (unknown_answers(table, roster) if roster else [])[:MAX_ASKED]:
            name = f"answer-{len(self.answers)}"
            self.answers[name] = asked
            self.fields[name] = forms.ChoiceField(
                choices=[("", _("— choose —")), *asked.choices()],
                required=False,
                label=f"{label(asked.field)}: “{asked.answer[:80]}”",
            )
        if roster and not self.is_bound:
            creates = any(one.create for one in roster.fields.values())
            self.initial.update(
                state=roster.state,
                code_accepted=roster.code_accepted,
                orientation_passed=roster.orientation_passed,
                create=creates,
                twice=roster.twice,
                skip_without_address=roster.skip_without_address,
                import_without_address=roster.import_without_address,
            )

    def _current_choice(self, heading: str, guessed: dict[str, str]) -> tuple[str, str]:
        """Return the field and separator of a column: by the map, else by its heading."""
        if self.remembered:
            return self._remembered_choice(heading, guessed)
        known = self.roster
        if known:
            if known.both and fold(heading) == fold(known.both.columns[0]):
                return BOTH, ""
            for name, one in known.fields.items():
                if fold(heading) in map(fold, (*one.columns, *one.pivot)):
                    return name, _known_split(one, heading)
            for name, one in known.attributes.items():
                if fold(heading) in {fold(column) for column in (*one.columns, *one.pivot)}:
                    return self.questions.choice_of(name, one), _known_split(one, heading)
            return IGNORE, ""
        field = guessed.get(heading) or self.questions.known(heading) or IGNORE
        return field, guess_separator(self.table, heading, field)

    def _remembered_choice(self, heading: str, guessed: dict[str, str]) -> tuple[str, str]:
        """Return what the column was in an earlier file, if its cells can be that today."""
        answers = self.table.answers(heading)
        for known in self.remembered:
            if known.both and fold(heading) == fold(known.both.columns[0]):
                return BOTH, ""
            for name, one in known.fields.items():
                if fold(heading) in map(fold, one.pivot):
                    return name, GRID
                if fold(heading) in map(fold, one.columns) and cells_agree(name, answers):
                    return name, guess_separator(self.table, heading, name)
            for name, one in known.attributes.items():
                if fold(heading) in map(fold, one.pivot):
                    return self.questions.choice_of(name, one), GRID
                if fold(heading) in map(fold, one.columns):
                    choice = self.questions.choice_of(name, one)
                    return choice, guess_separator(self.table, heading, ATTRIBUTE)
            if fold(heading) in known.ignore and heading not in guessed:
                return IGNORE, guess_separator(self.table, heading, IGNORE)
        field = guessed.get(heading) or self.questions.known(heading) or IGNORE
        return field, guess_separator(self.table, heading, field)

    def _current_clear(self, heading: str) -> str:
        roster = next(iter(self.earlier), None)
        maps = [*roster.fields.values(), *roster.attributes.values()] if roster else []
        return CLEAR if any(fold(heading) in one.clears for one in maps) else KEEP

    def rows(self) -> list[dict[str, object]]:
        """Return heading, samples and the choices of each column, for the template."""
        return [
            {
                "heading": heading,
                "samples": sample_answers(self.table, heading),
                "field": self[f"field-{n}"],
                "split": self[f"split-{n}"],
                "clear": self[f"clear-{n}"],
            }
            for n, heading in enumerate(self.table.headers)
        ]

    def checkboxes(self) -> list[forms.BoundField]:
        """Return the yes-or-no choices about the whole file."""
        return [one for one in self if isinstance(one.field, forms.BooleanField)]

    def answer_rows(self) -> list[forms.BoundField]:
        return [self[name] for name in self.answers]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("skip_without_address") and data.get("import_without_address"):
            text = _("Rows without an address are either left out or imported. Choose one.")
            self.add_error("import_without_address", text)
        return data

    def map_text(self) -> str:
        """Return the map that these choices describe. Raises BadMap if they are not enough."""
        data = self.cleaned_data
        fields: Tables = {}
        attributes: Tables = {}
        both: Table = {}
        ignore = []
        for n, heading in enumerate(self.table.headers):
            field, split = data[f"field-{n}"], data[f"split-{n}"]
            clears = {"clear": True} if data.get(f"clear-{n}") == CLEAR else {}
            if field == IGNORE:
                ignore.append(heading)
            elif field == BOTH:
                both = self._both(heading)
            elif field.startswith(ATTRIBUTE):
                asked = question_of(heading) if split == GRID else heading
                name, options = self.questions.attribute(field, asked)
                one = attributes.setdefault(name, {**options})
                _add_column(one, heading, split)
                one |= clears
            else:
                one = fields.setdefault(field, {})
                _add_column(one, heading, split if split != GRID or field in LISTS else "")
                if field not in NEVER_CLEARED and clears:
                    one.setdefault("clear", []).append(heading)
                if field in LISTS - {"prefer", "avoid", "availability"} and data["create"]:
                    fields[field]["create"] = True
        if "name" in fields:  # first name first, whatever the order of the columns
            fields["name"]["columns"].sort(key=is_last_name)
        self._keep_earlier(fields)
        self._keep_grids(fields, [known.fields for known in self.earlier])
        self._keep_grids(attributes, [known.attributes for known in self.earlier])
        self._add_meanings(fields, attributes, both)
        names = (
            "state", "code_accepted", "orientation_passed", "skip_without_address",
            "import_without_address",
        )  # fmt: skip
        options = {**{name: data[name] for name in names}, "twice": data["twice"] or "stop"}
        text = to_toml(
            {
                "ignore": ignore,
                "application": options,
                "fields": fields,
                "attributes": attributes,
                **({"both": both} if both else {}),
            }
        )
        read_map(text)
        return text

    def _both(self, heading: str) -> Table:
        """Return the table about the other role, with the words that earlier maps know."""
        known = [one.both for one in self.earlier if one.both]
        return {
            "column": heading,
            "values": sorted(YES.union(*(one.keep for one in known))),
            "drop": sorted(NO.union(*(one.drop for one in known))),
        }

    def _keep_earlier(self, fields: Tables) -> None:
        """Take over from earlier maps what their answers mean, and what this page doesn't ask."""
        for earlier in reversed(self.earlier):
            for name, known in earlier.fields.items():
                if name not in fields and (known.columns or known.pivot or known.default is None):
                    continue
                one = fields.setdefault(name, {})
                one.update(_unasked(known))
                if known.values:
                    one.setdefault("values", {}).update(
                        zip(known.spellings, known.values.values(), strict=True)
                    )
                if known.rename:
                    one.setdefault("rename", {}).update(known.rename)
                if known.add:
                    one["add"] = sorted({*one.get("add", []), *known.add})

    def _keep_grids(self, maps: Tables, earlier: list[Mapping[str, FieldMap]]) -> None:
        """Take over which cells of a grid choose their option."""
        for name, one in maps.items():
            if "pivot" in one:
                known = [several[name] for several in earlier if name in several]
                one["keep"] = sorted(YES.union(*(grid.keep for grid in known)))
                one["drop"] = sorted(NO.union(*(grid.drop for grid in known)))

    def _add_meanings(self, fields: Tables, attributes: Tables, both: Table) -> None:
        """Add what the member has just said that answers mean."""
        for name, asked in self.answers.items():
            value = self.cleaned_data.get(name)
            if value and both and asked.field == BOTH:
                both["values" if value == "true" else "drop"].append(asked.answer)
                continue
            if value and asked.in_grid:
                own = attributes.get(asked.field.removeprefix(OWN_QUESTION), {})
                grid = own if asked.field.startswith(OWN_QUESTION) else fields.get(asked.field, {})
                grid.setdefault("keep" if value == "true" else "drop", []).append(asked.answer)
                continue
            if not value or asked.field not in fields:
                continue
            meaning: object = {"true": True, "false": False, UNSAID: ""}.get(value, value)
            if value.isdigit():
                meaning = int(value)
            fields[asked.field].setdefault("values", {})[asked.answer] = meaning


def _add_column(one: Table, heading: str, split: str) -> None:
    """Add a column to a field or a question of a map; each column is written in its own way."""
    if split == GRID:
        one.setdefault("pivot", {})[heading] = option_of(heading)
        return
    one.setdefault("columns", []).append(heading)
    if split:
        one.setdefault("splits", {})[heading] = split


def _unasked(known: FieldMap) -> dict[str, object]:
    """Return the options of a field that only a map's text can say."""
    usual = FieldMap()
    options = {name: getattr(known, name) for name in ("remove", "join", "weight", "depth")}
    options["default"] = known.default
    return {name: one for name, one in options.items() if one != getattr(usual, name)}


def _known_split(mapping: FieldMap, heading: str) -> str:
    if fold(heading) in map(fold, mapping.pivot):
        return GRID
    split = mapping.splits.get(fold(heading), mapping.split)
    return split if split in dict(SPLITS) else ""
