"""The form of a round's rules, weights and settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.committee_admin import begin_with_capitals

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
from .models import Round
from .presets import PRACTICAL, PRESETS, importance_choices
from .rounds.criteria_changes import SETTINGS, Settings

MOST = 100  # of a weight


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
                label=str(label),
                help_text=str(help_text),
                coerce=int,
                choices=importance_choices(min(current, MOST)),
            )
            self.fields[f"weight_{name}"] = forms.IntegerField(
                label=str(label), min_value=0, max_value=MOST, required=False
            )
        self.order_fields([f"importance_{name}" for name in WEIGHTS])
        begin_with_capitals(self)

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
