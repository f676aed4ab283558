"""Forms of the roster import: the file, its columns, the meaning of its answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.importing import BadFile, BadMap, read_map
from applications.importing.field_labels import LABELS
from applications.importing.import_jobs import create_upload
from applications.importing.map_suggestions import (
    ANSWERS,
    cells_agree,
    guess_fields,
    guess_separator,
    is_last_name,
    nearest_choices,
    sample_answers,
    to_toml,
    unknown_answers,
)
from applications.importing.maps import LISTS, NEVER_CLEARED, FieldMap, RosterMap
from applications.importing.normalization import fold
from applications.importing.summaries import TableSummary
from applications.importing.tables import check_size
from applications.importing.workbooks import ZIP, check_unpacked_size
from applications.models import Application, RosterUpload
from programs.models import Cohort, ProgramQuestion

from .roster_questions import ATTRIBUTE, OwnQuestionChoices

IGNORE = ""
CHOICES = [(IGNORE, _("— ignore —")), *LABELS.items()]
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
]


class RosterUploadForm(forms.Form):
    cohort = forms.ModelChoiceField(Cohort.objects.none(), label=_("Cohort"))
    role = forms.ChoiceField(choices=Application.Role.choices, label=_("These people apply as"))
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV in UTF-8 or an XLSX workbook. The file is stored encrypted until it is imported, "
            "at most for a day."
        ),
    )
    map = forms.FileField(
        label=_("Map"), required=False, help_text=_("Only if you saved one from an earlier import.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        cohort = self.fields["cohort"]
        assert isinstance(cohort, forms.ModelChoiceField)
        cohort.queryset = Cohort.objects.for_committee(user, "chair", "matcher")

    def clean_map(self) -> str:
        sent = self.cleaned_data["map"]
        if not sent:
            return ""
        try:
            text = sent.read(200_000).decode("utf-8")
            read_map(text, role=self.cleaned_data.get("role", ""))
        except (UnicodeDecodeError, BadMap) as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def clean_file(self) -> UploadedFile:
        sent: UploadedFile = self.cleaned_data["file"]
        try:
            check_size(sent.size or 0)
            if sent.open().read(len(ZIP)) == ZIP:
                check_unpacked_size(sent)
        except BadFile as error:
            raise forms.ValidationError(str(error)) from error
        sent.seek(0)
        return sent

    def save(self) -> RosterUpload:
        data = self.cleaned_data
        return create_upload(
            data["file"].read(),
            cohort=data["cohort"],
            role=data["role"],
            file_name=data["file"].name,
            map_text=data["map"],
            by=self.user,
        )


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
        ],
        required=False,
        label=_("If a person is there twice"),
    )
    skip_without_address = forms.BooleanField(
        required=False, label=_("Leave out rows without an e-mail address, such as a total")
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
        remembered: RosterMap | None = None,
        questions: Iterable[ProgramQuestion] = (),
    ) -> None:
        """`remembered` is the map of an earlier file of the program, offered for a new one.

        `questions` are those that the program has already.
        """
        super().__init__(data)
        self.table, self.roster = table, roster
        self.questions = OwnQuestionChoices(questions)
        self.remembered = None if roster else remembered
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
        self.answers: dict[str, tuple[str, str]] = {}
        for field, unknown in (unknown_answers(table, roster) if roster else {}).items():
            for answer in unknown[:60]:
                name = f"answer-{len(self.answers)}"
                self.answers[name] = (field, answer)
                self.fields[name] = forms.ChoiceField(
                    choices=[("", _("— choose —")), *nearest_choices(answer, ANSWERS[field])],
                    required=False,
                    label=f"{LABELS[field]}: “{answer[:80]}”",
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
            )

    def _current_choice(self, heading: str, guessed: dict[str, str]) -> tuple[str, str]:
        """Return the field and separator of a column: by the map, else by its heading."""
        if self.remembered:
            return self._remembered_choice(heading, guessed, self.remembered)
        known = self.roster
        if known:
            for name, one in known.fields.items():
                if fold(heading) in {fold(column) for column in one.columns}:
                    return name, _known_split(one, heading)
            for name, one in known.attributes.items():
                if fold(heading) in {fold(column) for column in (*one.columns, *one.pivot)}:
                    return self.questions.choice_of(name, one), _known_split(one, heading)
            return IGNORE, ""
        field = guessed.get(heading) or self.questions.known(heading) or IGNORE
        return field, guess_separator(self.table, heading, field)

    def _remembered_choice(
        self, heading: str, guessed: dict[str, str], known: RosterMap
    ) -> tuple[str, str]:
        """Return what the column was in an earlier file, if its cells can be that today."""
        answers = self.table.answers(heading)
        for name, one in known.fields.items():
            if fold(heading) in map(fold, one.columns) and cells_agree(name, answers):
                return name, guess_separator(self.table, heading, name)
        for name, one in known.attributes.items():
            if fold(heading) in map(fold, one.columns):
                choice = self.questions.choice_of(name, one)
                return choice, guess_separator(self.table, heading, ATTRIBUTE)
        field = guessed.get(heading) or self.questions.known(heading) or IGNORE
        return field, guess_separator(self.table, heading, field)

    def _current_clear(self, heading: str) -> str:
        roster = self.roster or self.remembered
        maps = [*roster.fields.values(), *roster.attributes.values()] if roster else []
        clears = [one for one in maps if fold(heading) in map(fold, one.columns) and one.clear]
        return CLEAR if clears else KEEP

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

    def answer_rows(self) -> list[forms.BoundField]:
        return [self[name] for name in self.answers]

    def map_text(self) -> str:
        """Return the map that these choices describe. Raises BadMap if they are not enough."""
        data = self.cleaned_data
        fields: dict[str, dict[str, Any]] = {}
        attributes: dict[str, dict[str, Any]] = {}
        ignore = []
        for n, heading in enumerate(self.table.headers):
            field, split = data[f"field-{n}"], data[f"split-{n}"]
            clears = {"clear": True} if data.get(f"clear-{n}") == CLEAR else {}
            if field == IGNORE:
                ignore.append(heading)
            elif field.startswith(ATTRIBUTE):
                name, options = self.questions.attribute(field, heading)
                one = attributes.setdefault(name, {"columns": [], **options})
                one["columns"].append(heading)
                one |= clears
                if split:
                    one.setdefault("splits", {})[heading] = split
            else:
                fields.setdefault(field, {"columns": []})["columns"].append(heading)
                if field not in NEVER_CLEARED:
                    fields[field] |= clears
                if split:
                    fields[field].setdefault("splits", {})[heading] = split
                if field in LISTS - {"prefer", "avoid", "availability"} and data["create"]:
                    fields[field]["create"] = True
        if "name" in fields:  # first name first, whatever the order of the columns
            fields["name"]["columns"].sort(key=is_last_name)
        self._values(fields)
        names = ("state", "code_accepted", "orientation_passed", "skip_without_address")
        options = {**{name: data[name] for name in names}, "twice": data["twice"] or "stop"}
        text = to_toml(
            {"ignore": ignore, "application": options, "fields": fields, "attributes": attributes}
        )
        read_map(text)
        return text

    def _values(self, fields: dict[str, dict[str, Any]]) -> None:
        earlier = self.roster or self.remembered
        for field, known in earlier.fields.items() if earlier else ():
            if field in fields and known.values:
                fields[field]["values"] = {
                    spelled: known.values[key]
                    for spelled, key in zip(known.spellings, known.values, strict=True)
                }
        for field, known in earlier.fields.items() if earlier else ():
            if field in fields and known.rename:
                fields[field]["rename"] = dict(known.rename)
            if field in fields and known.add:
                fields[field]["add"] = sorted(known.add)
        for name, (field, answer) in self.answers.items():
            value = self.cleaned_data.get(name)
            if value and field in fields:
                fields[field].setdefault("values", {})[answer] = (
                    int(value)
                    if value.isdigit()
                    else {"true": True, "false": False}.get(value, value)
                )


def _known_split(mapping: FieldMap, heading: str) -> str:
    split = mapping.splits.get(fold(heading), mapping.split)
    return split if split in dict(SPLITS) else ""


class MapTextForm(forms.Form):
    """The map as text, for grids and whatever two selects cannot express."""

    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
        label=_("Map"),
        max_length=200_000,
    )

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role = role

    def clean_text(self) -> str:
        try:
            read_map(self.cleaned_data["text"], role=self.role)
        except BadMap as error:
            raise forms.ValidationError(str(error)) from error
        return self.cleaned_data["text"]
