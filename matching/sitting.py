"""A round at work: its stored arrays as the engine's objects, and back.

The scores are read as they were stored. Only explanations need the people again; they are scored anew from the stored
pool, never from today's profiles, so a number and its reasons always belong together.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, cast

import numpy as np

from .engine import Plan, Pool, Rules, ScoreTable, Side, WhatIf, score, solve, verify, with_reasons
from .models import Override, Proposal, Round, Snapshot
from .pool import Gathered
from .terms import criteria

NOBODY = -1
SMALL = 250_000  # pairs


def pack(**arrays: Any) -> bytes:
    """Named arrays as one archive; nothing in it can run code."""
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def unpack(stored: Any) -> dict[str, Any]:
    with np.load(io.BytesIO(bytes(stored)), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def pack_pool(pool: Pool) -> bytes:
    arrays: dict[str, Any] = {"seats": pool.seats}
    for name, side in (("mentees", pool.mentees), ("mentors", pool.mentors)):
        for field in fields(side):
            value = getattr(side, field.name)
            if isinstance(value, np.ndarray):
                arrays[f"{name}.{field.name}"] = value
        arrays.update({f"{name}.columns.{key}": value for key, value in side.columns.items()})
    lists = {"pairs": pool.pairs, "mentee_wishes": pool.mentee_wishes, "mentor_wishes": pool.mentor_wishes}
    arrays["lists"] = np.frombuffer(json.dumps(lists).encode(), dtype=np.uint8)
    return pack(**arrays)


def unpack_pool(stored: Any) -> Pool:
    arrays = unpack(stored)
    lists = json.loads(arrays.pop("lists").tobytes())
    sides: dict[str, dict[str, Any]] = {"mentees": {"columns": {}}, "mentors": {"columns": {}}}
    for name, array in arrays.items():
        side, _dot, field = name.partition(".")
        if field.startswith("columns."):
            sides[side]["columns"][field.removeprefix("columns.")] = array
        elif field:
            sides[side][field] = array
    return Pool(
        Side(**sides["mentees"]),
        Side(**sides["mentors"]),
        seats=arrays["seats"],
        pairs={code: [(a, b) for a, b in pairs] for code, pairs in lists["pairs"].items()},
        mentee_wishes=[(a, b, rank) for a, b, rank in lists["mentee_wishes"]],
        mentor_wishes=[(a, b, rank) for a, b, rank in lists["mentor_wishes"]],
    )


def pack_plan(plan: Plan) -> bytes:
    arrays = {"mu": plan.mu.astype(np.int32), "u": plan.u, "v": plan.v, "seats": plan.seats}
    if plan.prior is not None:
        arrays["prior"] = plan.prior.astype(np.int32)
    facts: dict[str, Any] = {"pairs": plan.pairs, "total": plan.total, "floor": plan.floor, "hash": plan.input_hash}
    facts |= {"certificate": plan.certificate, "pins": plan.rules.pins, "forbids": plan.rules.forbids}
    facts |= {name: getattr(plan.rules, name) for name in ("stickiness", "objective", "budget")}
    facts["rules_floor"] = plan.rules.floor
    return pack(**arrays, facts=np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8))


def unpack_plan(stored: Any) -> Plan:
    arrays = unpack(stored)
    facts = json.loads(arrays["facts"].tobytes())
    rules = Rules(
        pins=tuple(map(tuple, facts["pins"])),
        forbids=tuple(map(tuple, facts["forbids"])),
        stickiness=facts["stickiness"],
        floor=facts["rules_floor"],
        objective=facts["objective"],
        budget=facts["budget"],
    )
    prior = arrays.get("prior")
    return Plan(
        mu=arrays["mu"].astype(np.int64),
        u=arrays["u"],
        v=arrays["v"],
        pairs=facts["pairs"],
        total=facts["total"],
        certificate=facts["certificate"],
        input_hash=facts["hash"],
        seats=arrays["seats"],
        rules=rules,
        prior=None if prior is None else prior.astype(np.int64),
        floor=facts["floor"],
    )


@dataclass(frozen=True, eq=False)
class Decisions:
    """What the committee has decided in a round, by ids of applications."""

    pins: tuple[tuple[int, int], ...] = ()
    forbids: tuple[tuple[int, int], ...] = ()
    sits_out: frozenset[int] = frozenset()

    @classmethod
    def of(cls, round_: Round) -> Decisions:
        rows = Proposal.objects.unscoped("decisions of the round").filter(round=round_)
        said = list(rows.values_list("mentee", "mentor", "state", "sits_out"))
        return cls(
            pins=tuple(sorted((a, b) for a, b, state, _out in said if state == Proposal.State.PINNED)),
            forbids=tuple(sorted((a, b) for a, b, state, _out in said if state == Proposal.State.REJECTED)),
            sits_out=frozenset(a for a, _b, _state, out in said if out),
        )


class Sitting:
    """The people, scores and plan of one round, addressed by application ids.

    `load` reads what is stored; `fresh` scores newly gathered people. `table` holds plain scores when loaded, and
    `explained` the same scores with their reasons.
    """

    def __init__(self, round_: Round, columns: dict[str, list[Any]], table: ScoreTable, seats: Any) -> None:
        self.round, self.columns, self.table, self.seats = round_, columns, table, np.asarray(seats)
        self.mentees: list[int] = columns["mentees"]
        self.mentors: list[int] = columns["mentors"]
        self.plan: Plan | None = None
        self.snapshot: Snapshot | None = None
        self._pool: Pool | None = None

    @classmethod
    def load(cls, round_: Round) -> Sitting:
        """The stored state of the round. Raises Snapshot.DoesNotExist before the first run."""
        snapshot = Snapshot.objects.unscoped("the round at work").get(round=round_)
        columns = snapshot.columns
        shape = (len(columns["mentees"]), len(columns["mentors"]))
        scores = np.frombuffer(bytes(snapshot.scores), dtype=columns["dtype"]).reshape(shape)
        ids = columns["keys"]
        table = ScoreTable(scores, mentee_ids=ids[0], mentor_ids=ids[1], digest=columns["digest"])
        plan = unpack_plan(snapshot.plan)
        sitting = cls(round_, columns, table, plan.seats)
        sitting.plan, sitting.snapshot = plan, snapshot
        return sitting

    @classmethod
    def fresh(cls, round_: Round, people: Gathered) -> Sitting:
        """Newly gathered people under the round's terms. Raises ValueError for terms that make no sense."""
        table = scored(round_, people.pool, people.columns)
        columns: dict[str, Any] = {
            **people.columns,
            "digest": table.digest,
            "dtype": table.S.dtype.newbyteorder("<").str,
        }
        columns["keys"] = [table.mentee_ids.tolist(), table.mentor_ids.tolist()]
        sitting = cls(round_, columns, table, people.pool.seats)
        sitting._pool = people.pool
        return sitting

    @property
    def pool(self) -> Pool:
        if self._pool is None:
            assert self.snapshot is not None
            self._pool = unpack_pool(self.snapshot.people)
        return self._pool

    @cached_property
    def explained(self) -> ScoreTable:
        """The table with its reasons; the same numbers, made again from the stored people."""
        if self.table.reasons:
            return self.table
        overrides = lifted_rules(self.round, self.pool, self.columns)
        return with_reasons(self.table, self.pool, criteria(self.round.terms), overrides)

    @cached_property
    def row(self) -> dict[int, int]:
        """Application id of a mentee -> row."""
        return {pk: i for i, pk in enumerate(self.mentees)}

    @cached_property
    def column(self) -> dict[int, int]:
        """Application id of a mentor -> column."""
        return {pk: j for j, pk in enumerate(self.mentors)}

    def mentor_at(self, j: int) -> int | None:
        return None if j == NOBODY else self.mentors[j]

    def mates(self) -> dict[int, int | None]:
        """{mentee: mentor or None} of the plan, as application ids."""
        assert self.plan is not None
        return {self.mentees[i]: self.mentor_at(j) for i, j in enumerate(self.plan.mu.tolist())}

    def rules(self, decisions: Decisions) -> Rules:
        """The round's settings and decisions as rows and columns; decisions about people who left are dropped."""
        round_ = self.round
        return Rules(
            pins=tuple(self._here(set(decisions.pins))),
            forbids=tuple(self._here(set(decisions.forbids))),
            stickiness=round_.stickiness,
            floor=round_.floor,
            objective=cast("Literal['most', 'best']", round_.objective),
            budget=round_.budget,
        )

    def working(self, decisions: Decisions) -> ScoreTable:
        """The table without those whom the committee leaves out of this round."""
        out = {
            self.row[pk]: np.full(len(self.mentors), -1, self.table.S.dtype)
            for pk in decisions.sits_out
            if pk in self.row
        }
        return self.table.with_rows(out) if out else self.table

    def working_explained(self, decisions: Decisions) -> ScoreTable:
        """`working`, with its reasons."""
        table = self.explained
        out = {
            self.row[pk]: np.full(len(self.mentors), NOBODY, table.S.dtype)
            for pk in decisions.sits_out
            if pk in self.row
        }
        return table.with_rows(out, reasons=table.reasons) if out else table

    def prior(self, mates: dict[int, int | None]) -> Plan | None:
        """An earlier plan in today's rows; people who are new had nobody, mentors who left are nobody."""
        if not mates:
            return None
        mu = np.array([self.column.get(mates.get(pk) or 0, NOBODY) for pk in self.mentees], dtype=np.int64)
        nothing = np.zeros(0)
        return Plan(mu, nothing, nothing, 0, 0, False, "", self.seats, Rules())

    def solve(self, decisions: Decisions, mates: dict[int, int | None] | None = None) -> Plan:
        """The best plan; `mates` is the plan on the table. Raises BadRules."""
        self.plan = solve(self.working(decisions), self.seats, self.rules(decisions), self.prior(mates or {}))
        return self.plan

    def repair(self, was: Decisions, now: Decisions, first: Callable[[WhatIf], object] | None = None) -> Plan:
        """The best plan after the step from `was` to `now`, by repairing the one on the table. `first` is done before
        anything is forbidden or pinned: a place more, a rule lifted. Raises BadRules."""
        assert self.plan is not None
        trial = WhatIf(self.working(was), self.plan)
        for mentee, _mentor in self._here(set(was.pins) - set(now.pins)):
            trial.unpin(mentee)
        for i, j in self._here(set(was.forbids) - set(now.forbids)):
            trial.allow(i, j)
        for pk in sorted(now.sits_out - was.sits_out):
            trial.edit(self.row[pk], np.full(len(self.mentors), NOBODY, self.table.S.dtype))
        for pk in sorted(was.sits_out - now.sits_out):
            trial.edit(self.row[pk], self.table.S[self.row[pk]])
        if first:
            first(trial)
        for i, j in self._here(set(now.forbids) - set(was.forbids)):
            trial.forbid(i, j)
        for i, j in self._here(set(now.pins) - set(was.pins)):
            trial.pin(i, j)
        self.plan = trial.proven() if self.is_small else trial.plan
        self.seats = self.plan.seats
        return self.plan

    def _here(self, pairs: set[tuple[int, int]]) -> list[tuple[int, int]]:
        return sorted((self.row[a], self.column[b]) for a, b in pairs if a in self.row and b in self.column)

    @property
    def is_small(self) -> bool:
        """Small enough to prove every plan while the page waits; larger ones are proven before the second look."""
        return self.table.S.size <= SMALL

    def prove(self, decisions: Decisions) -> bool:
        """Check the plan by code that did not make it; returns whether it is best under today's decisions."""
        assert self.plan is not None
        proven = verify(self.working(decisions), self.plan.seats, self.plan.rules, self.plan)
        self.plan = replace(self.plan, certificate=proven)
        return proven

    def store(self, people: Gathered, at: datetime) -> Snapshot:
        """Write people, scores and plan; replaces the snapshot of an earlier draft."""
        assert self.plan is not None
        self.snapshot, _made = Snapshot.objects.unscoped("the round was run").update_or_create(
            round=self.round,
            defaults={
                "taken_at": at,
                "people": pack_pool(people.pool),
                "scores": np.ascontiguousarray(self.table.S, dtype=self.columns["dtype"]).tobytes(),
                "columns": self.columns,
                "plan": pack_plan(self.plan),
                "figures": {**people.figures, **figures(self.table)},
                "fingerprints": people.fingerprints,
            },
        )
        return self.snapshot


def scored(round_: Round, pool: Pool, columns: dict[str, list[Any]]) -> ScoreTable:
    """Score the pool under the round's terms and the rules that the committee set aside for single pairs."""
    return score(pool, criteria(round_.terms), lifted_rules(round_, pool, columns))


def lifted_rules(round_: Round, pool: Pool, columns: dict[str, list[Any]]) -> list[tuple[str, str, list[str]]]:
    """The rules that the committee set aside for single pairs, as the engine wants them."""
    lifted = Override.objects.unscoped("rules set aside").filter(round=round_.pk)
    found = lifted.values_list("mentee", "mentor", "codes")
    mentee_key = dict(zip(columns["mentees"], pool.mentees.ids.tolist(), strict=True))
    mentor_key = dict(zip(columns["mentors"], pool.mentors.ids.tolist(), strict=True))
    return [(mentee_key[a], mentor_key[b], codes) for a, b, codes in found if a in mentee_key and b in mentor_key]


def figures(table: ScoreTable) -> dict[str, Any]:
    """Counts that the page and the minutes show."""
    return {
        "rules": {code: count for code, count in table.rule_counts.items() if count},
        "undecided": {code: count for code, count in table.undecided.items() if count},
        "missing": {line: counts for line, counts in table.missing.items() if any(counts)},
        "most": table.most(),
    }
