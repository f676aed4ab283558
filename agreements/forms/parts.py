"""Forms of the agreement: one per part."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from matches.models import Match

from .. import drafting, wording
from ..drafting import PartValues
from ..models import AgreementVersion
from ..models.content import LINE_LENGTH
from .fields import number, text_area

NO_GOAL = _("Enter at least one goal. One clear goal is enough to start.")
NO_MEASURE = _("Say how you will know that you have reached this goal.")
MAX_GOALS, MAX_ACTIVITIES, MIN_GOAL_FIELDS = 5, 10, 3


class PartForm(forms.Form):
    """One part of the agreement; subclasses name it.

    `expected_revision` is the revision that the writer had read. `save` raises
    drafting.ConflictingEdit when the part has been saved since.
    """

    part = ""
    expected_revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, *args: Any, match: Match, version: AgreementVersion | None, **kwargs: Any
    ) -> None:
        self.match, self.version = match, version
        revision = version.revision_of(self.part) if version else 0
        values = self.default_values()
        if version is not None and revision:
            values = drafting.part_values(version, self.part)
        initial = {**self.to_fields(values), "expected_revision": revision}
        super().__init__(*args, **{**kwargs, "initial": initial})

    def default_values(self) -> PartValues:
        """Return what a part that is not written yet starts from."""
        return drafting.default_values(self.match)

    def starting_text(self, name: str) -> str:
        """Return the program's text from which the pair starts."""
        return wording.starting_text(self.match, self.version, name)

    def to_fields(self, values: PartValues) -> PartValues:
        """Turn values of the part into initial values of the fields."""
        return values

    def to_values(self) -> PartValues:
        """Return the cleaned answers in the shape of `drafting.part_values`."""
        return {
            name: self.cleaned_data[name] for name in self.fields if name != "expected_revision"
        }

    def save(self, *, by: User) -> AgreementVersion:
        """Save the part. Raises ConflictingEdit and ActionNotAllowed as `drafting.save_part`."""
        revision = self.cleaned_data["expected_revision"]
        values = self.to_values()
        return drafting.save_part(self.match, self.part, values, expected_revision=revision, by=by)


class RhythmForm(PartForm):
    part = "rhythm"
    rhythm_days = number(
        "rhythm_days", _("How many days apart do we meet?"), _("30 is about once a month.")
    )
    meeting_minutes = number("meeting_minutes", _("About how many minutes does a meeting take?"))
    mode = forms.ChoiceField(
        label=_("How do we meet?"), choices=AgreementVersion.Mode, widget=forms.RadioSelect
    )
    scheduler = forms.ChoiceField(
        label=_("Who suggests the dates?"),
        choices=AgreementVersion.Scheduler,
        widget=forms.RadioSelect,
    )
    notice_hours = number(
        "notice_hours", _("How many hours' notice do we give to move or cancel a meeting?")
    )
    reply_days = number(
        "reply_days",
        _("Within how many days do we answer a message?"),
        _("A short “I'll answer properly next week” counts."),
    )
    lateness = forms.ChoiceField(
        label=_("What if one of us is late?"),
        choices=AgreementVersion.Lateness,
        widget=forms.RadioSelect,
    )

    def default_values(self) -> PartValues:
        return {
            **drafting.default_values(self.match),
            "mode": AgreementVersion.Mode.MIXED,
            "scheduler": AgreementVersion.Scheduler.MENTEE,
            "lateness": AgreementVersion.Lateness.MESSAGE,
        }


class GoalsForm(PartForm):
    """Up to MAX_GOALS goals, each with its measure; an empty pair of fields is no goal."""

    part = "goals"

    def __init__(self, *args: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = max(MIN_GOAL_FIELDS, min(MAX_GOALS, len(self.initial["goals"]) + 1))
        sent = [n for n in range(MAX_GOALS) if f"goal_{n}" in self.data] if self.is_bound else []
        self.numbers = range(max(wanted, len(sent)))
        for n in self.numbers:
            self._add_goal(n)

    def _add_goal(self, n: int) -> None:
        number, is_first = {"n": n + 1}, n == 0
        length = [MaxLengthValidator(LINE_LENGTH)]
        area = {"rows": 2}
        self.fields[f"key_{n}"] = forms.CharField(
            required=False, max_length=22, widget=forms.HiddenInput
        )
        self.fields[f"goal_{n}"] = forms.CharField(
            label=_("Goal %(n)s: what do you want to achieve?") % number,
            required=is_first,
            error_messages={"required": NO_GOAL},
            validators=length,
            widget=forms.Textarea(attrs=area),
        )
        self.fields[f"measure_{n}"] = forms.CharField(
            label=_("Goal %(n)s: how will you know that you have reached it?") % number,
            required=is_first,
            error_messages={"required": NO_MEASURE},
            validators=length,
            widget=forms.Textarea(attrs=area),
        )

    def default_values(self) -> PartValues:
        return {"goals": []}

    def to_fields(self, values: PartValues) -> PartValues:
        fields: PartValues = {"goals": values["goals"]}
        for n, goal in enumerate(values["goals"]):
            fields |= {
                f"key_{n}": goal["key"],
                f"goal_{n}": goal["text"],
                f"measure_{n}": goal["measure"],
            }
        return fields

    def clean(self) -> None:
        rows = {
            n: (self.cleaned_data.get(f"goal_{n}"), self.cleaned_data.get(f"measure_{n}"))
            for n in self.numbers
        }
        if not any(rows[0]) and any(any(row) for row in rows.values()):
            # The first pair is required only while no other one is filled in.
            self._drop_required_error("goal_0", "measure_0")
        for n, (goal, measure) in rows.items():
            if goal and not measure and not self.has_error(f"measure_{n}"):
                self.add_error(f"measure_{n}", NO_MEASURE)
            if measure and not goal and not self.has_error(f"goal_{n}"):
                self.add_error(f"goal_{n}", _("Say what the goal is, or leave both fields blank."))

    def _drop_required_error(self, *names: str) -> None:
        for name in names:
            if self.has_error(name, "required"):
                del self.errors[name]
                self.cleaned_data[name] = ""

    def to_values(self) -> PartValues:
        data = self.cleaned_data
        rows = (
            {"key": data[f"key_{n}"], "text": data[f"goal_{n}"], "measure": data[f"measure_{n}"]}
            for n in self.numbers
        )
        return {"goals": [row for row in rows if row["text"]]}


class ActivitiesForm(PartForm):
    part = "activities"
    activities = text_area(_("What will we do together?"), _("One activity per line."))

    def default_values(self) -> PartValues:
        return {"activities": []}

    def to_fields(self, values: PartValues) -> PartValues:
        return {"activities": "\n".join(values["activities"])}

    def clean_activities(self) -> list[str]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["activities"].splitlines()]
        found = list(dict.fromkeys(line for line in lines if line))
        if len(found) > MAX_ACTIVITIES:
            raise forms.ValidationError(
                _("Enter no more than %(most)s activities."), params={"most": MAX_ACTIVITIES}
            )
        if any(len(line) > LINE_LENGTH for line in found):
            raise forms.ValidationError(
                _("Keep each activity to %(most)s characters or fewer."),
                params={"most": LINE_LENGTH},
            )
        return found


class ConfidentialityForm(PartForm):
    part = "confidentiality"
    confidentiality = text_area(_("What stays between us?"))
    feedback = text_area(_("How do we give and receive feedback?"))

    def default_values(self) -> PartValues:
        return {
            "confidentiality": self.starting_text("agreement_confidentiality"),
            "feedback": self.starting_text("agreement_feedback"),
        }


class TermForm(PartForm):
    part = "term"
    needed_at_times: ClassVar[set[str]] = {"short_term_reason"}
    term_months = number("term_months", _("For how many months do we commit?"))
    short_term_reason = text_area(_("Why does a shorter term suit us?"), required=False)
    ending_rules = text_area(_("How do we end?"))

    def __init__(self, *args: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = {"months": self.match.program.policy.minimum_term_months}
        self.fields["term_months"].help_text = (
            _("The program recommends at least %(months)s months.") % months
        )
        self.fields["short_term_reason"].help_text = (
            _("Only needed if you choose fewer than %(months)s months.") % months
        )

    def default_values(self) -> PartValues:
        return {
            **drafting.default_values(self.match),
            "short_term_reason": "",
            "ending_rules": self.starting_text("agreement_ending"),
        }

    def clean(self) -> None:
        months = self.cleaned_data.get("term_months")
        recommended = self.match.program.policy.minimum_term_months
        if months is None:
            return
        if months >= recommended:
            if self.cleaned_data.get("short_term_reason"):
                self.add_error(
                    "short_term_reason",
                    _("This term is not shorter than recommended. Leave this field blank."),
                )
        elif not self.cleaned_data.get("short_term_reason"):
            self.add_error(
                "short_term_reason",
                _("A shorter term is fine. Please say briefly why it suits you."),
            )


PART_FORMS: dict[str, type[PartForm]] = {
    form.part: form
    for form in (RhythmForm, GoalsForm, ActivitiesForm, ConfidentialityForm, TermForm)
}
