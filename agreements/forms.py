"""Forms of the agreement: one per part, and the signature."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from . import drafting, signing
from .default_texts import CONFIDENTIALITY, ENDING_RULES, FEEDBACK
from .models import AgreementVersion, Signature
from .models.content import LINE_LENGTH, TEXT_LENGTH

NO_GOAL = _("One clear goal is enough to begin.")
NO_MEASURE = _("Say how you will know you got there.")
MOST_GOALS, MOST_ACTIVITIES, EMPTY_GOALS = 5, 10, 3


def text_area(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 6})
    return forms.CharField(
        label=label, help_text=help_text, max_length=TEXT_LENGTH, required=required, widget=widget
    )


class PartForm(forms.Form):
    """One part. `seen` is the revision that the writer had read; saving raises drafting.Stale when it is not the newest."""

    part = ""
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, *args: Any, match: Any, version: AgreementVersion | None, **kwargs: Any
    ) -> None:
        self.match, self.version = match, version
        is_written = version is not None and bool(version.revision_of(self.part))
        saved = (
            drafting.part_values(version, self.part)
            if version is not None and is_written
            else self.first_values()
        )
        initial = {
            **self.to_fields(saved),
            "seen": version.revision_of(self.part) if version else 0,
        }
        super().__init__(*args, **{**kwargs, "initial": initial})

    def first_values(self) -> dict[str, Any]:
        return drafting.first_values(self.match)

    def to_fields(self, values: dict[str, Any]) -> dict[str, Any]:
        return values

    def to_values(self) -> dict[str, Any]:
        """The cleaned answers in the shape of `drafting.part_values`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    def save(self, *, by: Any) -> AgreementVersion:
        return drafting.save_part(
            self.match, self.part, self.to_values(), seen=self.cleaned_data["seen"], by=by
        )


class RhythmForm(PartForm):
    part = "rhythm"
    rhythm_days = forms.IntegerField(
        label=_("We meet every how many days?"),
        help_text=_("30 is about once a month."),
        min_value=7,
        max_value=90,
    )
    meeting_minutes = forms.IntegerField(
        label=_("For about how many minutes?"), min_value=15, max_value=240
    )
    mode = forms.ChoiceField(
        label=_("How do we meet?"), choices=AgreementVersion.Mode, widget=forms.RadioSelect
    )
    who_books = forms.ChoiceField(
        label=_("Who suggests the dates?"), choices=AgreementVersion.Books, widget=forms.RadioSelect
    )
    notice_hours = forms.IntegerField(
        label=_("How many hours before a meeting do we say that we cannot come?"),
        min_value=1,
        max_value=336,
    )

    def first_values(self) -> dict[str, Any]:
        choices = {"mode": AgreementVersion.Mode.MIXED, "who_books": AgreementVersion.Books.MENTEE}
        return {**drafting.first_values(self.match), **choices}


class GoalsForm(PartForm):
    """Up to five goals in pairs of fields. A goal needs its measure; an empty pair is no goal."""

    part = "goals"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = max(EMPTY_GOALS, min(MOST_GOALS, len(self.initial["goals"]) + 1))
        given = [n for n in range(MOST_GOALS) if f"goal_{n}" in self.data] if self.is_bound else []
        self.numbers = range(max(rows, len(given)))
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
            label=_("Goal %(n)s: what do you want?") % number,
            required=is_first,
            error_messages={"required": NO_GOAL},
            validators=length,
            widget=forms.Textarea(attrs=area),
        )
        self.fields[f"measure_{n}"] = forms.CharField(
            label=_("Goal %(n)s: how will you know you got there?") % number,
            required=is_first,
            error_messages={"required": NO_MEASURE},
            validators=length,
            widget=forms.Textarea(attrs=area),
        )

    def first_values(self) -> dict[str, Any]:
        return {"goals": []}

    def to_fields(self, values: dict[str, Any]) -> dict[str, Any]:
        fields: dict[str, Any] = {"goals": values["goals"]}
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
        if not any(rows[0]) and any(
            any(row) for row in rows.values()
        ):  # the first one was emptied, others stay
            self._forgive("goal_0", "measure_0")
        for n, (goal, measure) in rows.items():
            if goal and not measure and not self.has_error(f"measure_{n}"):
                self.add_error(f"measure_{n}", NO_MEASURE)
            if measure and not goal and not self.has_error(f"goal_{n}"):
                self.add_error(f"goal_{n}", _("Say what the goal is, or empty both fields."))

    def _forgive(self, *names: str) -> None:
        for name in names:
            if self.has_error(name, "required"):
                del self.errors[name]
                self.cleaned_data[name] = ""

    def to_values(self) -> dict[str, Any]:
        data = self.cleaned_data
        rows = (
            {"key": data[f"key_{n}"], "text": data[f"goal_{n}"], "measure": data[f"measure_{n}"]}
            for n in self.numbers
        )
        return {"goals": [row for row in rows if row["text"]]}


class ActivitiesForm(PartForm):
    part = "activities"
    activities = text_area(_("What will we do together?"), _("One activity on each line."))

    def first_values(self) -> dict[str, Any]:
        return {"activities": []}

    def to_fields(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"activities": "\n".join(values["activities"])}

    def clean_activities(self) -> list[str]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["activities"].splitlines()]
        found = list(dict.fromkeys(line for line in lines if line))
        if len(found) > MOST_ACTIVITIES:
            raise forms.ValidationError(
                _("Please choose %(most)s at most."), params={"most": MOST_ACTIVITIES}
            )
        if any(len(line) > LINE_LENGTH for line in found):
            raise forms.ValidationError(
                _("One line can hold %(most)s characters."), params={"most": LINE_LENGTH}
            )
        return found


class ConfidentialityForm(PartForm):
    part = "confidentiality"
    confidentiality = text_area(_("What stays between us?"))
    feedback = text_area(_("How do we give and receive feedback?"))

    def first_values(self) -> dict[str, Any]:
        return {"confidentiality": CONFIDENTIALITY, "feedback": FEEDBACK}


class TermForm(PartForm):
    part = "term"
    term_months = forms.IntegerField(
        label=_("For how many months do we commit?"), min_value=1, max_value=36
    )
    short_term_reason = text_area(_("Why does a shorter term suit you?"), required=False)
    ending_rules = text_area(_("How do we end?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = {"months": self.match.program.policy.minimum_term_months}
        self.fields["term_months"].help_text = (
            _("The program recommends at least %(months)s months.") % months
        )
        self.fields["short_term_reason"].help_text = (
            _("Only if you choose fewer than %(months)s months.") % months
        )

    def first_values(self) -> dict[str, Any]:
        return {
            **drafting.first_values(self.match),
            "short_term_reason": "",
            "ending_rules": ENDING_RULES,
        }

    def clean(self) -> None:
        months = self.cleaned_data.get("term_months")
        recommended = self.match.program.policy.minimum_term_months
        if months is None:
            return
        if months >= recommended:
            self.cleaned_data["short_term_reason"] = ""
        elif not self.cleaned_data.get("short_term_reason"):
            self.add_error(
                "short_term_reason",
                _("A shorter term is fine. Please say in a few words why it suits you."),
            )


PART_FORMS: dict[str, type[PartForm]] = {
    form.part: form
    for form in (RhythmForm, GoalsForm, ActivitiesForm, ConfidentialityForm, TermForm)
}


class SignForm(forms.Form):
    """A typed name under revision `seen`; a name that differs from the profile wants a second yes."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    typed_name = forms.CharField(label=_("Type your full name to sign"), max_length=120)
    is_agreed = forms.BooleanField(label=_("I have read this agreement and I mean to keep it."))
    is_my_name = forms.BooleanField(label=_("Yes, this is how I sign."), required=False)

    def __init__(self, *args: Any, version: AgreementVersion, signer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version, self.signer = version, signer
        self.fields["typed_name"].widget.attrs["autocomplete"] = "name"
        if not self._wants_confirmation():
            del self.fields["is_my_name"]

    def _wants_confirmation(self) -> bool:
        typed = self.data.get("typed_name", "") if self.is_bound else ""
        return bool(typed.split()) and _plain(typed) != _plain(self.signer.name)

    def clean(self) -> None:
        if "is_my_name" in self.fields and not self.cleaned_data.get("is_my_name"):
            name = {"name": self.signer.name}
            self.add_error(
                "is_my_name",
                _(
                    "Your profile says %(name)s. Confirm that you sign with another name, or type that one."
                )
                % name,
            )

    def save(self, *, by: Any) -> Signature:
        return signing.sign(
            self.version,
            by=by,
            typed_name=self.cleaned_data["typed_name"],
            seen=self.cleaned_data["seen"],
        )


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
