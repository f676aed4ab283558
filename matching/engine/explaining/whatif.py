"""What happens if: every change of the committee as an exact repair of the plan, with undo.

After each change the plan is again the best one under the new decisions. Every pair that was in the
plan before the change counts `rules.stability_bonus` points more, so that few people are reassigned
for small gains; with a bonus of 0 the value equals that of a solution from scratch. Plans come
without a certificate, because checking takes longer than repairing; `proven()` adds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from matching.engine.problem.arrays import Ints, whole_numbers
from matching.engine.problem.rules import InfeasibleRules, Rules, Violation, check
from matching.engine.problem.score_table import FORBIDDEN, ScoreTable
from matching.engine.solving import repair
from matching.engine.solving.objective import effective_scores, objective_for
from matching.engine.solving.plan import Plan, Reassignment, reassignments
from matching.engine.solving.residual import Residual, StateSnapshot
from matching.engine.solving.solver import plan_of
from matching.engine.solving.verification import verify


@dataclass(frozen=True)
class Change:
    """What one change did.

    reassignments: (mentee, mentor before, mentor after), -1 = unmatched; pairs and points gained
    are negative if lost; plan: the new one.
    """

    reassignments: list[Reassignment]
    pairs_gained: int
    points_gained: int
    plan: Plan


@dataclass(frozen=True, eq=False)
class _Before:
    table: ScoreTable
    rules: Rules
    plan: Plan
    mu: Ints
    snapshot: StateSnapshot
    row: tuple[int, Ints] | None


class WhatIf:
    """A plan that can be changed step by step; the given table and plan stay as they are.

    Every method that changes the plan returns a Change; a change that cannot be made raises
    InfeasibleRules with the violated rule and changes nothing.
    """

    def __init__(self, table: ScoreTable, plan: Plan) -> None:
        self.table, self.plan, self.rules = table, plan, plan.rules
        scores = effective_scores(table, plan.rules, plan.min_score, np.asarray(plan.mu))
        objective = objective_for(table, plan.rules)
        self._state = Residual(scores, plan.capacity, objective, plan.rules.pins)
        self._state.resume(plan.mu, plan.v)
        self._past: list[_Before] = []

    # changes

    def pin(self, i: int, j: int) -> Change:
        """Keep this pair in the plan. A minimum score does not prevent a pin, a hard rule does."""
        rules = replace(self.rules, pins=(*self.rules.pins, (i, j)))
        self._check(rules)

        def change(state: Residual) -> None:
            if state.pinned[i]:
                return
            state.scores[i, j] = max(state.scores[i, j], self.table.S[i, j])
            if state.mu[i] != j:
                repair.unassign(state, i)
                repair.assign(state, i, only=j)
            state.detach(i, j)
            state.pinned[i] = True

        return self._do(change, rules=rules, row=i)

    def unpin(self, i: int) -> Change:
        """Remove the pin of mentee i. Raises InfeasibleRules if there is none."""
        self._check_numbers(i)
        pinned = [pair for pair in self.rules.pins if pair[0] == i]
        if not pinned:
            raise InfeasibleRules(
                [Violation("not_pinned", f"mentee '{self.table.mentee_ids[i]}' is not pinned", i)]
            )
        rules = replace(self.rules, pins=tuple(pair for pair in self.rules.pins if pair[0] != i))

        row = self._effective_row(i, self.table.S[i], rules)
        return self._do(lambda state: repair.reassign(state, i, row), rules=rules, row=i)

    def forbid(self, i: int, j: int) -> Change:
        """Keep this pair out of the plan."""
        rules = replace(self.rules, forbids=(*self.rules.forbids, (i, j)))
        self._check(rules)
        return self._do(self._new_scores(i, self.table.S[i], rules), rules=rules, row=i)

    def allow(self, i: int, j: int, score: int | None = None) -> Change:
        """Undo a rejection, or waive the hard rules for one pair.

        score: of the pair (default: as scored without rules). Raises InfeasibleRules for a pair
        that both_ways forbids: score again with that override.
        """
        self._check_numbers(i, j)
        rules = replace(
            self.rules, forbids=tuple(pair for pair in self.rules.forbids if pair != (i, j))
        )
        table = self.table
        if table.S[i, j] == FORBIDDEN:
            self._refuse_both_ways(i, j)
            row = table.S[i].astype(np.int64)
            row[j] = self._waived_score(i, j, score)
            table = table.with_rows({i: self._within_scale(row)}, reasons=table.reasons)
        return self._do(self._new_scores(i, table.S[i], rules), rules=rules, row=i, table=table)

    def change_capacity(self, j: int, delta: int) -> Change:
        """Add `delta` slots at mentor j (negative: remove them).

        Raises InfeasibleRules if pins need the slots or there are too few.
        """
        self._check_numbers(None, j)
        capacity = self._state.capacity[:-1].copy()
        capacity[j] += delta
        if capacity[j] < 0:
            text = f"mentor '{self.table.mentor_ids[j]}' has no slot to remove"
            raise InfeasibleRules([Violation("capacity", text, None, j)])
        check(self.table, capacity, self.rules)
        one = repair.add_slot if delta > 0 else repair.remove_slot

        def change(state: Residual) -> None:
            for _ in range(abs(delta)):
                one(state, j)

        return self._do(change)

    def edit(self, i: int, scores: ArrayLike) -> Change:
        """Give mentee i other scores (M,), -1 = forbidden, because an answer has changed."""
        self._check_numbers(i)
        row = whole_numbers(scores, "scores").reshape(-1)
        if len(row) != self.table.shape[1] or row.min(initial=0) < FORBIDDEN:
            raise ValueError(f"a row needs {self.table.shape[1]} scores of -1 or more")
        table = self.table.with_rows({i: self._within_scale(row)})
        check(table, self._state.capacity[:-1], self.rules)
        return self._do(self._new_scores(i, table.S[i], self.rules), row=i, table=table)

    def undo(self) -> Change:
        """Undo the last change. Raises InfeasibleRules if there is none."""
        if not self._past:
            raise InfeasibleRules([Violation("nothing_to_undo", "there is no change to undo")])
        was, after = self._past.pop(), self.plan
        self._restore(was, after.mu)
        self.plan = was.plan
        return Change(
            reassignments(after.mu, was.mu),
            was.plan.pairs - after.pairs,
            was.plan.total - after.total,
            was.plan,
        )

    def proven(self) -> Plan:
        """Return the current plan after the independent check of its certificate."""
        if verify(self.table, self.plan.capacity, self.rules, self.plan):
            self.plan = replace(self.plan, certificate=True)
        return self.plan

    # how

    def _do(
        self,
        change: Callable[[Residual], None],
        *,
        rules: Rules | None = None,
        row: int | None = None,
        table: ScoreTable | None = None,
    ) -> Change:
        state = self._state
        saved = None if row is None else (row, state.scores[row].copy())
        mu = state.assignment
        was = _Before(self.table, self.rules, self.plan, mu, state.snapshot(), saved)
        try:
            change(state)
        except repair.Infeasible as stuck:
            self._restore(was, mu)
            raise InfeasibleRules([Violation("every_slot_pinned", str(stuck))]) from stuck
        self.table, self.rules = table or self.table, rules or self.rules
        after = plan_of(state, self.table, self.rules, mu, self.plan.min_score, proven=False)
        moved = reassignments(mu, after.mu)
        self._carry_bonus(moved)
        self._past.append(was)
        before, self.plan = self.plan, after
        return Change(moved, after.pairs - before.pairs, after.total - before.total, after)

    def _carry_bonus(self, moved: list[Reassignment]) -> None:
        """Move the stability bonus from the pairs that were left to the new ones.

        The prices stay a proof: a pair outside the plan got worse and a pair in it better.
        """
        scores, extra = self._state.scores, self.rules.stability_bonus
        for i, old, new in moved:
            if old >= 0 and scores[i, old] >= 0:
                scores[i, old] -= extra
            if new >= 0:
                scores[i, new] += extra

    def _restore(self, was: _Before, mu: Ints) -> None:
        state = self._state
        edited = None if was.row is None else was.row[0]
        self._carry_bonus([move for move in reassignments(mu, was.mu) if move[0] != edited])
        if was.row is not None:
            state.scores[edited] = was.row[1]
        self.table, self.rules = was.table, was.rules
        state.restore(was.snapshot)

    def _new_scores(self, i: int, scores: Ints, rules: Rules) -> Callable[[Residual], None]:
        """Make a change that gives mentee i these scores.

        It reassigns no one if the current pair keeps its score and no other one got better.
        """
        row = self._effective_row(i, scores, rules)

        def change(state: Residual) -> None:
            j, old = int(state.mu[i]), state.scores[i]
            stays_best = (row <= old).all() and (j == state.unmatched or row[j] == old[j])
            if state.pinned[i] or stays_best:
                state.scores[i] = row
            else:
                repair.reassign(state, i, row)

        return change

    def _effective_row(self, i: int, scores: Ints, rules: Rules) -> Ints:
        """`effective_scores` for one mentee, with the bonus for the plan before the change."""
        row = scores.astype(self._state.scores.dtype)
        if self.plan.min_score is not None:
            row[row < self.plan.min_score] = FORBIDDEN
        row[[j for a, j in rules.forbids if a == i]] = FORBIDDEN
        for j in (j for a, j in rules.pins if a == i):
            row[j] = scores[j]
        stays = int(self._state.mu[i])
        if stays < self._state.unmatched and row[stays] >= 0:
            row[stays] += self.rules.stability_bonus
        return row

    def _check(self, rules: Rules) -> None:
        check(self.table, self._state.capacity[:-1], rules)

    def _check_numbers(self, i: int | None, j: int | None = None) -> None:
        for number, size, code in (
            (i, self.table.shape[0], "mentee"),
            (j, self.table.shape[1], "mentor"),
        ):
            if number is not None and not 0 <= number < size:
                text = f"there is no {code} number {number} in this round"
                raise InfeasibleRules([Violation(f"unknown_{code}", text)])

    def _refuse_both_ways(self, i: int, j: int) -> None:
        if self.table.reasons is not None and (i, j) in self.table.reasons.one_way:
            text = (
                "these two would mentor each other;"
                " score again with this override so that the other way is forbidden"
            )
            raise InfeasibleRules([Violation("both_ways", text, i, j, ("both_ways",))])

    def _waived_score(self, i: int, j: int, score: int | None) -> int:
        if score is not None:
            return score
        if self.table.reasons is None:
            raise ValueError(
                "a table without reasons does not know the score of a forbidden pair; pass it"
            )
        return int(self.table.raw(i, [j])[0])

    def _within_scale(self, row: Ints) -> Ints:
        highest = self._state.objective.max_score - self.rules.stability_bonus
        if row.max(initial=0) > highest:
            raise ValueError(f"scores above {highest} need a new round")
        return row
