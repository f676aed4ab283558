"""Forms of the workbench."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from matches.edited_texts import EditedWords, unknown_placeholders
from programs.models import Cohort

from .criteria import (
    CAN_BE_UNKNOWN,
    RULE_TEXTS,
    SWITCHABLE,
    UNKNOWN_TEXTS,
    WEIGHTS,
    CriteriaDict,
    build_criteria,
    own_criteria,
)
from .models import MATCHERS, Proposal, Round, RoundText
from .models.texts import SUBJECT_LENGTH, TEXT_LENGTH
from .presets import PRACTICAL, PRESETS, importance_choices
from .rounds.criteria_changes import SETTINGS, Settings
from .rounds.round_texts import placeholders_of, placeholders_of_subject

MOST = 100  # of a weight


class OpenRoundForm(forms.Form):
    cohort = forms.ModelChoiceField(Cohort.objects.none(), label=gettext_lazy("Cohort"))
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Optional. By default, rounds are numbered."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cohorts = Cohort.objects.for_committee(user, *MATCHERS).select_related("program")
        field = self.fields["cohort"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = cohorts


class ReasonForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": gettext_lazy("Enter a short reason. It is saved in the minutes.")
        },
    )


class DiscardForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("Reason"), max_length=500, required=False)


class RejectForm(ReasonForm):
    EXCLUDE = "round"  # beside the scopes of a rejection
    scope = forms.ChoiceField(
        label=gettext_lazy("What do you want to rule out?"),
        choices=[
            (Proposal.Scope.PAIR, gettext_lazy("This pair, in this round")),
            (Proposal.Scope.NEVER, gettext_lazy("This pair, in every round: keep the two apart")),
            (EXCLUDE, gettext_lazy("The mentee, in this round: leave them out")),
        ],
        widget=forms.RadioSelect,
        initial=Proposal.Scope.PAIR,
    )
    field_order = ["scope", "why"]


class CriteriaForm(forms.Form):
    """Rules, weights and settings of one round."""

    practical = forms.ChoiceField(
        label=gettext_lazy("Within “Practical”"),
        choices=[(key, label) for key, (label, _shares) in PRACTICAL.items()],
        widget=forms.RadioSelect,
    )
    objective = forms.ChoiceField(
        label=gettext_lazy("What matters most"),
        choices=Round.Objective.choices,
        widget=forms.RadioSelect,
    )
    rules = forms.MultipleChoiceField(
        label=gettext_lazy("Rules that no pair may break"),
        choices=[(code, RULE_TEXTS[code]) for code in SWITCHABLE],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("A pair is not possible if:"),
    )
    unknown_forbids = forms.MultipleChoiceField(
        label=gettext_lazy("Answers that are required"),
        choices=[(code, UNKNOWN_TEXTS[code]) for code in CAN_BE_UNKNOWN],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy(
            "A pair is also not possible if the following applies. Otherwise a missing answer "
            "forbids nothing."
        ),
    )
    minimum = forms.IntegerField(
        label=gettext_lazy("Lowest fit of a possible pair (points of 10,000)"),
        min_value=0,
        max_value=10_000,
        help_text=gettext_lazy("0: every pair that breaks no rule is possible."),
    )
    min_score = forms.IntegerField(
        label=gettext_lazy("Lowest fit to propose (points)"),
        min_value=0,
        max_value=10_000,
        required=False,
        help_text=gettext_lazy(
            "Pairs below it are not proposed, unless they are pinned. Leave blank for no limit."
        ),
    )
    budget = forms.IntegerField(
        label=gettext_lazy("Points to give up for a better weakest pair"),
        min_value=0,
        max_value=10_000_000,
        help_text=gettext_lazy(
            "The weakest pair is improved as far as possible while the total drops by at most this."
        ),
    )
    stability_bonus = forms.IntegerField(
        label=gettext_lazy("Bonus for keeping a proposed pair (points)"),
        min_value=0,
        max_value=10_000,
        help_text=gettext_lazy(
            "Pairs change only for a gain larger than this. 0: always the best plan."
        ),
    )

    def __init__(self, data: QueryDict | None = None, *, round: Round) -> None:
        self.round = round
        criteria = round.criteria
        initial: dict[str, Any] = {name: getattr(round, name) for name in SETTINGS}
        initial |= {name: criteria.get(name) for name in ("rules", "unknown_forbids", "minimum")}
        initial |= {f"importance_{name}": criteria["weights"].get(name, 0) for name in WEIGHTS}
        initial["practical"] = _practical_key(criteria)
        super().__init__(_with_preset(data), initial=initial)
        for name, (label, help_text) in WEIGHTS.items():
            sent = self.data.get(f"importance_{name}", "")
            current = int(sent) if sent.isdecimal() else initial[f"importance_{name}"]
            self.fields[f"importance_{name}"] = forms.TypedChoiceField(
                label=label,
                help_text=help_text,
                coerce=int,
                choices=importance_choices(min(current, MOST)),
            )
            self.fields[f"weight_{name}"] = forms.IntegerField(
                label=label, min_value=0, max_value=MOST, required=False
            )
        self.order_fields([f"importance_{name}" for name in WEIGHTS])

    @property
    def importance(self) -> list[forms.BoundField]:
        return [self[f"importance_{name}"] for name in WEIGHTS]

    @property
    def exact_weights(self) -> list[forms.BoundField]:
        return [self[f"weight_{name}"] for name in WEIGHTS]

    @property
    def plain(self) -> list[forms.BoundField]:
        """Fields that anyone on the committee can answer."""
        return [self[name] for name in ("practical", "objective", "rules", "unknown_forbids")]

    @property
    def expert(self) -> list[forms.BoundField]:
        """Fields in points, for the fold."""
        return [self[name] for name in ("minimum", "min_score", "budget", "stability_bonus")]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if not self.errors:
            try:
                build_criteria(self.criteria)
            except ValueError as wrong:
                raise forms.ValidationError(
                    _("These criteria can't be used: %(why)s.") % {"why": wrong}
                ) from wrong
            if not any(self.criteria["weights"].values()) and not own_criteria(self.criteria):
                raise forms.ValidationError(
                    _("At least one criterion must count. Choose more than “does not count”.")
                )
        return data

    @property
    def criteria(self) -> CriteriaDict:
        """The rules and weights as a round stores them; an exact number goes before words."""
        data = self.cleaned_data
        exact = {name: data[f"weight_{name}"] for name in WEIGHTS}
        return {
            **self.round.criteria,
            "weights": {
                name: data[f"importance_{name}"] if number is None else number
                for name, number in exact.items()
            },
            "rules": sorted(data["rules"]),
            "unknown_forbids": sorted(data["unknown_forbids"]),
            "minimum": data["minimum"],
            "practical": dict(PRACTICAL[data["practical"]][1]),
        }

    @property
    def settings(self) -> Settings:
        data = self.cleaned_data
        return Settings(
            objective=data["objective"],
            min_score=data["min_score"],
            budget=data["budget"],
            stability_bonus=data["stability_bonus"],
        )


def _practical_key(criteria: CriteriaDict) -> str:
    shares = criteria.get("practical")
    return next((key for key, (_label, known) in PRACTICAL.items() if known == shares), "times")


def _with_preset(data: QueryDict | None) -> QueryDict | None:
    """Return what was sent, with the weights of the preset whose button was pressed."""
    preset = PRESETS.get(data.get("preset", "")) if data else None
    if data is None or preset is None:
        return data
    changed = data.copy()
    changed["practical"] = preset.practical
    for name in WEIGHTS:
        changed[f"importance_{name}"] = str(preset.weights.get(name, 0))
        changed[f"weight_{name}"] = ""
    return changed


class RoundTextForm(forms.Form):
    """The committee's words in place of an e-mail's usual subject and text."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        help_text=gettext_lazy("One line. Leave it empty to go back to the usual subject."),
        max_length=SUBJECT_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy(
            "Plain text. An empty line begins a paragraph, lines that begin with “- ” are a list. "
            "Leave it empty to go back to the usual text."
        ),
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 18}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sort: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.placeholders = [f"{{{name}}}" for name in placeholders_of(sort)]
        self.has_list = placeholders_of(sort) != placeholders_of_subject(sort)
        self.sort = sort

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"]
        if len(subject.splitlines()) > 1:
            raise forms.ValidationError(
                _("A subject has one line. Take out the line break, or write the rest in the text.")
            )
        return self._checked(subject, placeholders_of_subject(self.sort))

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n")
        return self._checked(text, placeholders_of(self.sort))

    def _checked(self, text: str, known: tuple[str, ...]) -> str:
        """Return `text`; raise ValidationError if it has a placeholder that is not `known`."""
        unknown = unknown_placeholders(text, known)
        if unknown:
            message = _("{%(name)s} can't be filled in. Use one of these: %(known)s.")
            names = ", ".join(f"{{{name}}}" for name in known)
            raise forms.ValidationError(message % {"name": unknown[0], "known": names})
        return text

    def words(self, default: EditedWords) -> EditedWords:
        """Return what was typed, each of the two empty where that is what `default` says."""
        text: str = self.cleaned_data["text"].strip()
        typed = EditedWords(self.cleaned_data["subject"], text)
        return typed.without(EditedWords(default.subject, default.text.strip()))

    def refuse_changed(self, newest: RoundText | None) -> None:
        """Say that someone else has saved other words; saving again then replaces them."""
        data = self.data.copy()
        data["seen"] = newest.version if newest else ""
        self.data = data
        if newest is None:
            message = _("Someone has gone back to the usual words while you were editing.")
        else:
            moment = formats.date_format(timezone.localtime(newest.at), "DATETIME_FORMAT")
            facts = {"name": newest.by, "moment": moment}
            message = _("%(name)s changed these words on %(moment)s, while you were editing.")
            message %= facts
        self.add_error(None, f"{message} {_('Nothing was saved. Save again to use yours.')}")
        for name in ("subject", "text") if newest else ():
            theirs = getattr(newest, name)
            if theirs and theirs != self.cleaned_data.get(name):
                self.add_error(name, _("It says now: “%(text)s”") % {"text": theirs})
