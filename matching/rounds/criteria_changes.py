"""Change the rules and weights of a round: first a preview, then the change and a new run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User

from ..criteria import RULE_TEXTS, WEIGHTS, CriteriaDict
from ..engine import InfeasibleRules
from ..explanations.explanation_text import cost_text, infeasible_text
from ..models import Round, RoundEntry, RoundPlan
from ..storage.solver_state import Decisions, SolverState, scored
from .lifecycle import run
from .minutes import moved_text, names_of
from .plan_updates import check_may_change, plan_of


class Settings(TypedDict):
    """The columns of a round beside its criteria that a run depends on."""

    objective: str
    min_score: int | None
    budget: int
    stability_bonus: int


SettingName = Literal["objective", "min_score", "budget", "stability_bonus"]
SETTINGS: tuple[SettingName, ...] = ("objective", "min_score", "budget", "stability_bonus")
MOST_SHOWN = 60


@dataclass(frozen=True)
class CriteriaPreview:
    """What would change; `moved` leaves out names that the member must not read."""

    moved: list[str]
    more: int
    pairs: tuple[int, int]
    is_same_scale: bool
    cost: str


def preview(
    round_: Round, criteria: CriteriaDict, settings: Settings, user: User
) -> CriteriaPreview | None:
    """Solve the people of the last run under other criteria; writes nothing.

    None before the first run. Raises ActionNotAllowed if the decisions contradict the new rules.
    """
    try:
        solver = SolverState.load(round_)
    except RoundPlan.DoesNotExist:
        return None
    decisions, before, mates = Decisions.of(round_), plan_of(solver), solver.mates()
    trial = Round(
        **{field.attname: getattr(round_, field.attname) for field in Round._meta.concrete_fields}
    )
    trial.criteria = criteria
    for name in SETTINGS:
        setattr(trial, name, settings[name])
    pool = solver.pool
    other = SolverState(trial, solver.columns, scored(trial, pool, solver.columns), before.capacity)
    try:
        other.solve(decisions, mates)
    except InfeasibleRules as bad:
        raise ActionNotAllowed(
            _("This is not possible: %(why)s.") % {"why": infeasible_text(other, bad)}
        ) from bad
    now = other.mates()
    moved = [[pk, was, now[pk]] for pk, was in mates.items() if was != now[pk]]
    names = names_of([RoundEntry(moved=moved[:MOST_SHOWN], facts={})], user)
    lost = before.pairs - plan_of(other).pairs
    return CriteriaPreview(
        moved=[moved_text(one, names) for one in moved[:MOST_SHOWN]],
        more=max(len(moved) - MOST_SHOWN, 0),
        pairs=(before.pairs, plan_of(other).pairs),
        is_same_scale=criteria == round_.criteria,
        cost=cost_text(
            lost, before.total - plan_of(other).total if criteria == round_.criteria else 0
        ),
    )


def use(
    round_: Round,
    criteria: CriteriaDict,
    settings: Settings,
    *,
    by: User,
    at: datetime | None = None,
) -> None:
    """Use other criteria, record it in the minutes and run again, all or nothing.

    Raises ActionNotAllowed as `lifecycle.run` does.
    """
    check_may_change(round_, by)
    at = at or timezone.now()
    changes = changed_settings(round_, criteria, settings)
    with transaction.atomic():
        fresh = Round.system.select_for_update().get(pk=round_.pk)
        Round.system.filter(pk=fresh.pk).update(
            criteria=criteria, **settings, plan_version=fresh.plan_version + 1
        )
        RoundEntry.objects.create(
            round=fresh,
            version=fresh.plan_version + 1,
            kind=RoundEntry.Kind.CRITERIA,
            by=by,
            at=at,
            facts={"changes": changes},
        )
        run(round_, by=by, at=at)


def changed_settings(round_: Round, criteria: CriteriaDict, settings: Settings) -> list[str]:
    """List the changes as codes and numbers, such as "can_help 28 > 40"."""
    changes = []
    for code in WEIGHTS:
        was, now = round_.criteria["weights"].get(code, 0), criteria["weights"].get(code, 0)
        if was != now:
            changes.append(f"{code} {was} > {now}")
    rules = [set(one["rules"]) for one in (round_.criteria, criteria)]
    changes += [f"{code} off" for code in RULE_TEXTS if code in rules[0] - rules[1]]
    changes += [f"{code} on" for code in RULE_TEXTS if code in rules[1] - rules[0]]
    changes += [
        f"{name} {getattr(round_, name)} > {settings[name]}"
        for name in SETTINGS
        if getattr(round_, name) != settings[name]
    ]
    if round_.criteria.get("minimum") != criteria.get("minimum"):
        changes.append(f"minimum {round_.criteria.get('minimum')} > {criteria.get('minimum')}")
    return changes
