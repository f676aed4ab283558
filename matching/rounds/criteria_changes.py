"""Change the rules and weights of a round: first a preview, then the change and a new run."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypedDict

from django.db import transaction
from django.utils import timezone

from accounts.models import User

from ..criteria import RULE_TEXTS, WEIGHTS, CriteriaDict, own_criteria
from ..models import Round, RoundEntry
from .lifecycle import run
from .plan_updates import check_may_change


class Settings(TypedDict):
    """The columns of a round beside its criteria that a run depends on."""

    objective: str
    min_score: int | None
    budget: int
    stability_bonus: int


SettingName = Literal["objective", "min_score", "budget", "stability_bonus"]
SETTINGS: tuple[SettingName, ...] = ("objective", "min_score", "budget", "stability_bonus")


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
        fresh = Round.system.select_for_update(no_key=True).get(pk=round_.pk)
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
    own = [{one["code"]: one for one in own_criteria(each)} for each in (round_.criteria, criteria)]
    changes += [f"{one['label']} off" for code, one in own[0].items() if code not in own[1]]
    changes += [f"{one['label']} on" for code, one in own[1].items() if own[0].get(code) != one]
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
