"""The state of the solver for one round: load it, solve or repair the plan, and save it.

Scores are read as they were stored. Explanations are computed from the stored pool, never from
today's profiles, so a number and its reasons always belong together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, cast

import numpy as np
from django.db.models import Exists, OuterRef, Q

from ..criteria import build_criteria
from ..engine import (
    SCALE,
    UNMATCHED,
    Plan,
    Pool,
    Rules,
    ScoreTable,
    WhatIf,
    score,
    solve,
    unanswered,
    verify,
    with_reasons,
)
from ..models import Override, Proposal, Round, RoundPlan, Snapshot
from ..pool.pool_data import PoolData
from .cache import CACHE
from .serialization import pack_plan, pack_pool, unpack_plan
from .snapshots import read_people, read_scores

SMALL = 250_000  # pairs


@dataclass(frozen=True, eq=False)
class Decisions:
    """What the committee has decided in a round, by application ids."""

    pins: tuple[tuple[int, int], ...] = ()
    forbids: tuple[tuple[int, int], ...] = ()
    excluded: frozenset[int] = frozenset()

    @classmethod
    def of(cls, round_: Round) -> Decisions:
        rows = Proposal.system.filter(round=round_)
        rows = rows.filter(
            Q(state__in=[Proposal.State.PINNED, Proposal.State.REJECTED]) | Q(is_excluded=True)
        )
        rows_of_decisions = list(rows.values_list("mentee", "mentor", "state", "is_excluded"))
        return cls(
            pins=tuple(
                sorted(
                    (a, b)
                    for a, b, state, _out in rows_of_decisions
                    if state == Proposal.State.PINNED
                )
            ),
            forbids=tuple(
                sorted(
                    (a, b)
                    for a, b, state, _out in rows_of_decisions
                    if state == Proposal.State.REJECTED
                )
            ),
            excluded=frozenset(a for a, _b, _state, out in rows_of_decisions if out),
        )


class SolverState:
    """The people, scores and plan of one round, addressed by application ids.

    `load` reads what is stored; `fresh` scores a new pool. `table` holds plain scores when loaded,
    `explained` the same scores with their reasons.
    """

    def __init__(
        self, round_: Round, columns: dict[str, list[Any]], table: ScoreTable, capacity: object
    ) -> None:
        self.round, self.columns, self.table, self.capacity = (
            round_,
            columns,
            table,
            np.asarray(capacity),
        )
        self.mentees: list[int] = columns["mentees"]
        self.mentors: list[int] = columns["mentors"]
        self.plan: Plan | None = None
        self.key = ""  # of the snapshot; empty before it is stored
        self.score_overrides: list[list[int]] = []
        self.acknowledged_changes: dict[str, str] = {}
        self._has_waivers = True  # False saves a query for waived rules
        self._pool: Pool | None = None
        self._packed: tuple[Plan | None, bytes] = (None, b"")

    @classmethod
    def load(cls, round_: Round) -> SolverState:
        """Load the stored state. Raises RoundPlan.DoesNotExist before the first run."""
        waived = Override.system.filter(round=OuterRef("round"))
        rows = RoundPlan.system.filter(round=round_).annotate(waived=Exists(waived))
        stored = rows.values_list(
            "snapshot_key",
            "plan",
            "score_overrides",
            "digest",
            "acknowledged_changes",
            "waived",
            named=True,
        ).get()
        columns, table = read_scores(round_, stored)
        solver = cls(round_, columns, table, ())
        solver.plan = unpack_plan(stored.plan)
        solver._packed = solver.plan, bytes(stored.plan)
        solver.capacity, solver.key = solver.plan.capacity, stored.snapshot_key
        solver.score_overrides, solver.acknowledged_changes, solver._has_waivers = (
            stored.score_overrides,
            stored.acknowledged_changes,
            stored.waived,
        )
        return solver

    @classmethod
    def fresh(cls, round_: Round, people: PoolData) -> SolverState:
        """Score a new pool under the round's criteria. Raises ValueError for invalid criteria."""
        left_out = unanswered(people.pool, build_criteria(round_.criteria))
        meaning = {**people.columns, "left_out": left_out}
        table = scored(round_, people.pool, meaning)
        columns: dict[str, Any] = {
            **meaning,
            "most": [sum(table.max_points().values())],
            "digest": table.digest,
            "dtype": table.S.dtype.newbyteorder("<").str,
        }
        columns["keys"] = [table.mentee_ids.tolist(), table.mentor_ids.tolist()]
        solver = cls(round_, columns, table, people.pool.capacity)
        solver._pool = people.pool
        return solver

    @property
    def pool(self) -> Pool:
        if self._pool is None:
            self._pool = read_people(self.round, self.key)
        return self._pool

    @cached_property
    def explained(self) -> ScoreTable:
        """The table with its reasons, computed again from the stored people."""
        if self.table.reasons:
            return self.table
        overrides = waived_rules(self.round, self.pool, self.columns) if self._has_waivers else []
        left_out = self.columns.get("left_out", [])
        asked = json.dumps([self.round.criteria, overrides, left_out])
        return CACHE.get(
            ("explained", self.key, self.table.digest, asked),
            lambda: with_reasons(
                self.table,
                self.pool,
                build_criteria(self.round.criteria, left_out=left_out),
                overrides,
            ),
        )

    def rescore(self, i: int, j: int, points: int) -> None:
        """Change the score of one pair, after a rule was waived or that was undone."""
        row = np.array(self.table.S[i])
        row[j] = points
        self.table = self.table.with_rows({i: row})
        pair = [self.mentees[i], self.mentors[j]]
        self.score_overrides = [cell for cell in self.score_overrides if cell[:2] != pair] + [
            [*pair, points]
        ]
        self._has_waivers = True
        self.__dict__.pop("explained", None)

    @cached_property
    def row(self) -> dict[int, int]:
        """Application id of a mentee -> row."""
        return {pk: i for i, pk in enumerate(self.mentees)}

    @cached_property
    def column(self) -> dict[int, int]:
        """Application id of a mentor -> column."""
        return {pk: j for j, pk in enumerate(self.mentors)}

    def mentor_at(self, j: int) -> int | None:
        return None if j == UNMATCHED else self.mentors[j]

    def mates(self) -> dict[int, int | None]:
        """Return {mentee: mentor or None} of the plan, as application ids."""
        assert self.plan is not None
        with_nobody = [*self.mentors, None]  # position -1
        return dict(
            zip(self.mentees, map(with_nobody.__getitem__, self.plan.mu.tolist()), strict=True)
        )

    def rules(self, decisions: Decisions) -> Rules:
        """Return settings and decisions by row and column, without people who left."""
        round_ = self.round
        return Rules(
            pins=tuple(self._here(set(decisions.pins))),
            forbids=tuple(self._here(set(decisions.forbids))),
            stability_bonus=self._stability_bonus,
            min_score=round_.min_score,
            objective=cast("Literal['most', 'best']", round_.objective),
            budget=round_.budget,
        )

    @property
    def _stability_bonus(self) -> int:
        """The round's bonus for keeping a pair, in proportion where a pair can earn few points.

        With criteria that give ten points, a bonus of a hundred would keep every pair for ever.
        """
        most = min(int(self.columns.get("most", [SCALE])[0]), SCALE)
        return round(self.round.stability_bonus * most / SCALE)

    def working(self, decisions: Decisions) -> ScoreTable:
        """Return the table with no possible mentor for excluded mentees."""
        out = {
            self.row[pk]: np.full(len(self.mentors), -1, self.table.S.dtype)
            for pk in decisions.excluded
            if pk in self.row
        }
        return self.table.with_rows(out) if out else self.table

    def working_explained(self, decisions: Decisions) -> ScoreTable:
        """Return `working` with its reasons."""
        table = self.explained
        out = {
            self.row[pk]: np.full(len(self.mentors), UNMATCHED, table.S.dtype)
            for pk in decisions.excluded
            if pk in self.row
        }
        return table.with_rows(out, reasons=table.reasons) if out else table

    def prior(self, mates: dict[int, int | None]) -> Plan | None:
        """Return an earlier plan in current rows; people without their mentor are unmatched."""
        if not mates:
            return None
        mu = np.array(
            [self.column.get(mates.get(pk) or 0, UNMATCHED) for pk in self.mentees], dtype=np.int64
        )
        nothing = np.zeros(0)
        return Plan(mu, nothing, nothing, 0, 0, False, "", self.capacity, Rules())

    def solve(self, decisions: Decisions, mates: dict[int, int | None] | None = None) -> Plan:
        """Find the best plan; `mates` is the current one. Raises InfeasibleRules."""
        self.plan = solve(
            self.working(decisions), self.capacity, self.rules(decisions), self.prior(mates or {})
        )
        return self.plan

    def repair(
        self, was: Decisions, now: Decisions, prepare: Callable[[WhatIf], object] | None = None
    ) -> Plan:
        """Repair the current plan after decisions changed from `was` to `now`.

        `prepare` is called before anything is forbidden or pinned, to add capacity or waive a rule.
        Raises InfeasibleRules.
        """
        assert self.plan is not None
        trial = WhatIf(self.working(was), self.plan)
        for mentee, _mentor in self._here(set(was.pins) - set(now.pins)):
            trial.unpin(mentee)
        for i, j in self._here(set(was.forbids) - set(now.forbids)):
            trial.allow(i, j)
        for pk in sorted(now.excluded - was.excluded):
            trial.edit(self.row[pk], np.full(len(self.mentors), UNMATCHED, self.table.S.dtype))
        for pk in sorted(was.excluded - now.excluded):
            trial.edit(self.row[pk], self.table.S[self.row[pk]])
        if prepare:
            prepare(trial)
        for i, j in self._here(set(now.forbids) - set(was.forbids)):
            trial.forbid(i, j)
        for i, j in self._here(set(now.pins) - set(was.pins)):
            trial.pin(i, j)
        self.plan = trial.proven() if self.is_small else trial.plan
        self.capacity = self.plan.capacity
        return self.plan

    def _here(self, pairs: set[tuple[int, int]]) -> list[tuple[int, int]]:
        return sorted(
            (self.row[a], self.column[b]) for a, b in pairs if a in self.row and b in self.column
        )

    @property
    def is_small(self) -> bool:
        """Whether every plan is proven while the page waits; larger ones are before the review."""
        return self.table.S.size <= SMALL

    def prove(self, decisions: Decisions) -> bool:
        """Verify the plan independently of the solver; return whether it is optimal."""
        assert self.plan is not None
        proven = verify(self.working(decisions), self.plan.capacity, self.plan.rules, self.plan)
        self.plan = replace(self.plan, certificate=proven)
        return proven

    def store(self, people: PoolData, at: datetime) -> None:
        """Store people, scores and plan in place of those of the previous draft."""
        assert self.plan is not None
        columns = json.dumps(self.columns, separators=(",", ":"))
        # The columns include the digest of people, rules and scores.
        self.key = hashlib.sha256(columns.encode()).hexdigest()
        Snapshot.system.filter(round=self.round).delete()
        Snapshot.objects.create(
            round=self.round,
            key=self.key,
            taken_at=at,
            fingerprints=people.fingerprints,
            figures={**people.figures, **figures(self.table)},
            columns=self.columns,
            people=pack_pool(people.pool),
            scores=np.ascontiguousarray(self.table.S, dtype=self.columns["dtype"]).tobytes(),
        )
        RoundPlan.system.update_or_create(
            round=self.round,
            defaults={"snapshot_key": self.key, "acknowledged_changes": {}, **self.stored_plan},
        )

    @property
    def packed_plan(self) -> bytes:
        """The current plan as bytes; packed once."""
        assert self.plan is not None
        if self._packed[0] is not self.plan:
            self._packed = self.plan, pack_plan(self.plan)
        return self._packed[1]

    @property
    def stored_plan(self) -> dict[str, object]:
        """The plan as columns of `RoundPlan`."""
        assert self.plan is not None
        return {
            "plan": self.packed_plan,
            "score_overrides": self.score_overrides,
            "mentors": len(self.plan.capacity),
            "capacity": int(self.plan.capacity.sum()),
            "digest": self.table.digest,
            "acknowledged_changes": self.acknowledged_changes,
        }

    def save_plan(self) -> None:
        """Store the current plan; the caller has claimed the version of the round."""
        RoundPlan.system.filter(round=self.round).update(**self.stored_plan)


def scored(round_: Round, pool: Pool, columns: dict[str, list[object]]) -> ScoreTable:
    """Score the pool under the round's criteria and waived rules.

    `columns` name the criteria that no one's answers feed as "left_out".
    """
    left_out = [str(name) for name in columns.get("left_out", [])]
    criteria = build_criteria(round_.criteria, left_out=left_out)
    return score(pool, criteria, waived_rules(round_, pool, columns))


def waived_rules(
    round_: Round, pool: Pool, columns: dict[str, list[object]]
) -> list[tuple[str, str, list[str]]]:
    """Return the waived rules as (mentee key, mentor key, rule codes)."""
    waived = Override.system.filter(round=round_.pk)
    found = waived.values_list("mentee", "mentor", "codes")
    mentee_key = dict(zip(columns["mentees"], pool.mentees.ids.tolist(), strict=True))
    mentor_key = dict(zip(columns["mentors"], pool.mentors.ids.tolist(), strict=True))
    return [
        (mentee_key[a], mentor_key[b], codes)
        for a, b, codes in found
        if a in mentee_key and b in mentor_key
    ]


def figures(table: ScoreTable) -> dict[str, object]:
    """Return the counts that the workbench shows."""
    return {
        "rules": {code: count for code, count in table.rule_counts.items() if count},
        "undecided": {code: count for code, count in table.undecided.items() if count},
        "missing": {line: counts for line, counts in table.missing.items() if any(counts)},
        "most": table.max_points(),
    }
