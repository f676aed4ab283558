"""A copy of a round to try things out, and what two rounds of a cohort have not in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Application

from ..models import Override, Proposal, Round, RoundEntry, RoundPlan, Snapshot
from .lifecycle import open_round
from .plan_updates import check_may_change

KEPT = (
    "criteria", "objective", "min_score", "budget", "stability_bonus", "draft", "plan_version", "mentees", "pairs", "total", "before_pairs",
    "before_total", "has_certificate", "input_hash", "engine_version",
)  # fmt: skip


@transaction.atomic
def copy_round(round_: Round, *, by: Any) -> Round:
    """A new draft with the same people, rules, plan and decisions. Raises Refused for who may not open rounds."""
    check_may_change(round_, by)
    name = _("What if: %(name)s") % {"name": round_.name}
    twin = open_round(round_.cohort, by=by, name=name[:80])
    Round.system.filter(pk=twin.pk).update(
        copied_from=round_, **{field: getattr(round_, field) for field in KEPT}
    )
    twin.refresh_from_db(from_queryset=Round.system.all())
    for model in (Snapshot, RoundPlan, Proposal, Override):
        _copy_rows(model, round_, twin)
    RoundEntry.objects.create(
        round=twin,
        version=twin.plan_version,
        kind=RoundEntry.Kind.NOTE,
        by=by,
        at=timezone.now(),
        facts={"copy": round_.number},
    )
    return twin


def _copy_rows(model: Any, round_: Round, twin: Round) -> None:
    rows = list(model.system.filter(round=round_))
    for row in rows:
        row.pk, row.round = None, twin
        if hasattr(row, "public_id"):
            row.public_id = model._meta.get_field("public_id").get_default()
    model.system.bulk_create(rows, batch_size=500)


@dataclass(frozen=True)
class Difference:
    mentee: str
    here: str
    there: str


@dataclass(frozen=True)
class Comparison:
    rows: list[Difference]
    hidden: int
    pairs: tuple[int, int]
    totals: tuple[int, int]


def differences(here: Round, there: Round, user: Any) -> Comparison:
    """Who has another mentor in the other round. Rows that a conflict of interest hides are only counted."""
    mates = [_mates(here), _mates(there)]
    differing = {
        pk for pk in mates[0].keys() | mates[1].keys() if mates[0].get(pk) != mates[1].get(pk)
    }
    ids = differing | {
        mentor for mate in mates for pk, mentor in mate.items() if pk in differing and mentor
    }
    seen = Application.objects.for_committee(user).filter(pk__in=ids).select_related("person")
    names = {one.pk: str(one.person) for one in seen}
    shown, hidden = [], 0
    for pk in differing:
        people = {pk, mates[0].get(pk), mates[1].get(pk)} - {None}
        if people - names.keys():
            hidden += 1
            continue
        shown.append(Difference(names[pk], _name(mates[0], pk, names), _name(mates[1], pk, names)))
    return Comparison(
        sorted(shown, key=lambda row: row.mentee),
        hidden,
        (here.pairs, there.pairs),
        (here.total, there.total),
    )


def _mates(round_: Round) -> dict[int, int | None]:
    rows = Proposal.system.filter(round=round_).in_plan()
    return dict(rows.values_list("mentee", "mentor"))


def _name(mates: dict[int, int | None], mentee: int, names: dict[int, str]) -> str:
    if mentee not in mates:
        return _("not in this round")
    mentor = mates[mentee]
    return names[mentor] if mentor else _("nobody")
