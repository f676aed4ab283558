"""A round at work: its stored arrays as the engine's objects, and back.

The scores are read as they were stored. Only explanations need the people again; they are scored anew from the stored
pool, never from today's profiles, so a number and its reasons always belong together.
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
    UNMATCHED,
    Plan,
    Pool,
    Rules,
    ScoreTable,
    WhatIf,
    score,
    solve,
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
    """What the committee has decided in a round, by ids of applications."""

    pins: tuple[tuple[int, int], ...] = ()
    forbids: tuple[tuple[int, int], ...] = ()
    excluded: frozenset[int] = frozenset()

    @classmethod
    def of(cls, round_: Round) -> Decisions:
        rows = Proposal.system.filter(round=round_)
        rows = rows.filter(
            Q(state__in=[Proposal.State.PINNED, Proposal.State.REJECTED]) | Q(is_excluded=True)
        )
        said = list(rows.values_list("mentee", "mentor", "state", "is_excluded"))
        return cls(
            pins=tuple(
                sorted((a, b) for a, b, state, _out in said if state == Proposal.State.PINNED)
            ),
            forbids=tuple(
                sorted((a, b) for a, b, state, _out in said if state == Proposal.State.REJECTED)
            ),
            excluded=frozenset(a for a, _b, _state, out in said if out),
        )


class SolverState:
    """The people, scores and plan of one round, addressed by application ids.

    `load` reads what is stored; `fresh` scores newly gathered people. `table` holds plain scores when loaded, and
    `explained` the same scores with their reasons.
    """

    def __init__(
        self, round_: Round, columns: dict[str, list[Any]], table: ScoreTable, capacity: Any
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
        self.key = ""  # of the snapshot; empty for people who were just gathered
        self.score_overrides: list[list[int]] = []
        self.acknowledged_changes: dict[str, str] = {}
        self._has_waivers = (
            True  # whether rules may be set aside for single pairs; False saves a look
        )
        self._pool: Pool | None = None
        self._packed: tuple[Plan | None, bytes] = (None, b"")

    @classmethod
    def load(cls, round_: Round) -> SolverState:
        """The stored state of the round. Raises RoundPlan.DoesNotExist before the first run."""
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
        """Newly gathered people under the round's terms. Raises ValueError for terms that make no sense."""
        table = scored(round_, people.pool, people.columns)
        columns: dict[str, Any] = {
            **people.columns,
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
        """The table with its reasons; the same numbers, made again from the stored people."""
        if self.table.reasons:
            return self.table
        overrides = waived_rules(self.round, self.pool, self.columns) if self._has_waivers else []
        asked = json.dumps([self.round.criteria, overrides])
        return CACHE.get(
            ("explained", self.key, self.table.digest, asked),
            lambda: with_reasons(
                self.table, self.pool, build_criteria(self.round.criteria), overrides
            ),
        )

    def rescore(self, i: int, j: int, points: int) -> None:
        """Another score for one pair, since the committee set a rule aside or took that back."""
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
        """{mentee: mentor or None} of the plan, as application ids."""
        assert self.plan is not None
        with_nobody = [*self.mentors, None]  # position -1
        return dict(
            zip(self.mentees, map(with_nobody.__getitem__, self.plan.mu.tolist()), strict=True)
        )

    def rules(self, decisions: Decisions) -> Rules:
        """The round's settings and decisions as rows and columns; decisions about people who left are dropped."""
        round_ = self.round
        return Rules(
            pins=tuple(self._here(set(decisions.pins))),
            forbids=tuple(self._here(set(decisions.forbids))),
            stability_bonus=round_.stability_bonus,
            min_score=round_.min_score,
            objective=cast("Literal['most', 'best']", round_.objective),
            budget=round_.budget,
        )

    def working(self, decisions: Decisions) -> ScoreTable:
        """The table without those whom the committee leaves out of this round."""
        out = {
            self.row[pk]: np.full(len(self.mentors), -1, self.table.S.dtype)
            for pk in decisions.excluded
            if pk in self.row
        }
        return self.table.with_rows(out) if out else self.table

    def working_explained(self, decisions: Decisions) -> ScoreTable:
        """`working`, with its reasons."""
        table = self.explained
        out = {
            self.row[pk]: np.full(len(self.mentors), UNMATCHED, table.S.dtype)
            for pk in decisions.excluded
            if pk in self.row
        }
        return table.with_rows(out, reasons=table.reasons) if out else table

    def prior(self, mates: dict[int, int | None]) -> Plan | None:
        """An earlier plan in today's rows; people who are new had nobody, mentors who left are nobody."""
        if not mates:
            return None
        mu = np.array(
            [self.column.get(mates.get(pk) or 0, UNMATCHED) for pk in self.mentees], dtype=np.int64
        )
        nothing = np.zeros(0)
        return Plan(mu, nothing, nothing, 0, 0, False, "", self.capacity, Rules())

    def solve(self, decisions: Decisions, mates: dict[int, int | None] | None = None) -> Plan:
        """The best plan; `mates` is the plan on the table. Raises InfeasibleRules."""
        self.plan = solve(
            self.working(decisions), self.capacity, self.rules(decisions), self.prior(mates or {})
        )
        return self.plan

    def repair(
        self, was: Decisions, now: Decisions, first: Callable[[WhatIf], object] | None = None
    ) -> Plan:
        """The best plan after the step from `was` to `now`, by repairing the one on the table. `first` is done before
        anything is forbidden or pinned: a place more, a rule lifted. Raises InfeasibleRules."""
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
        if first:
            first(trial)
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
        """Small enough to prove every plan while the page waits; larger ones are proven before the second look."""
        return self.table.S.size <= SMALL

    def prove(self, decisions: Decisions) -> bool:
        """Check the plan by code that did not make it; returns whether it is best under today's decisions."""
        assert self.plan is not None
        proven = verify(self.working(decisions), self.plan.capacity, self.plan.rules, self.plan)
        self.plan = replace(self.plan, certificate=proven)
        return proven

    def store(self, people: PoolData, at: datetime) -> None:
        """Write people, scores and plan; they replace those of an earlier draft."""
        assert self.plan is not None
        columns = json.dumps(self.columns, separators=(",", ":"))
        self.key = hashlib.sha256(
            columns.encode()
        ).hexdigest()  # it holds the digest of people, rules and scores
        Snapshot.system.filter(round=self.round).delete()
        Snapshot.objects.create(
            round=self.round, key=self.key, taken_at=at, fingerprints=people.fingerprints,
            figures={**people.figures, **figures(self.table)}, columns=self.columns, people=pack_pool(people.pool),
            scores=np.ascontiguousarray(self.table.S, dtype=self.columns["dtype"]).tobytes(),
        )  # fmt: skip
        RoundPlan.system.update_or_create(
            round=self.round,
            defaults={"snapshot_key": self.key, "acknowledged_changes": {}, **self.stored_plan},
        )

    @property
    def packed_plan(self) -> bytes:
        """The plan that is on the table now as bytes; packed once."""
        assert self.plan is not None
        if self._packed[0] is not self.plan:
            self._packed = self.plan, pack_plan(self.plan)
        return self._packed[1]

    @property
    def stored_plan(self) -> dict[str, Any]:
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
        """Write the plan that is on the table now, a few kilobytes; the caller has claimed the round."""
        RoundPlan.system.filter(round=self.round).update(**self.stored_plan)


def scored(round_: Round, pool: Pool, columns: dict[str, list[Any]]) -> ScoreTable:
    """Score the pool under the round's terms and the rules that the committee set aside for single pairs."""
    return score(pool, build_criteria(round_.criteria), waived_rules(round_, pool, columns))


def waived_rules(
    round_: Round, pool: Pool, columns: dict[str, list[Any]]
) -> list[tuple[str, str, list[str]]]:
    """The rules that the committee set aside for single pairs, as the engine wants them."""
    waived = Override.system.filter(round=round_.pk)
    found = waived.values_list("mentee", "mentor", "codes")
    mentee_key = dict(zip(columns["mentees"], pool.mentees.ids.tolist(), strict=True))
    mentor_key = dict(zip(columns["mentors"], pool.mentors.ids.tolist(), strict=True))
    return [
        (mentee_key[a], mentor_key[b], codes)
        for a, b, codes in found
        if a in mentee_key and b in mentor_key
    ]


def figures(table: ScoreTable) -> dict[str, Any]:
    """Counts that the page and the minutes show."""
    return {
        "rules": {code: count for code, count in table.rule_counts.items() if count},
        "undecided": {code: count for code, count in table.undecided.items() if count},
        "missing": {line: counts for line, counts in table.missing.items() if any(counts)},
        "most": table.max_points(),
    }
