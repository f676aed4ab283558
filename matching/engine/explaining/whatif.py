"""What happens if: every change of the committee as an exact repair of the plan, in milliseconds, with undo.

After each change the plan is again the best one under the new decisions, where every pair that stood before the change
is worth `rules.stickiness` points more, so that few people move for small gains. With stickiness 0 the value equals
that of a cold solve. Plans come without a certificate (checking takes longer than repairing); `proven()` adds it.
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
from matching.engine.solving.duals import NotOptimal, find_prices
from matching.engine.solving.objective import effective_scores, objective_for
from matching.engine.solving.plan import Plan, Reassignment, reassignments
from matching.engine.solving.residual import Residual, StateSnapshot
from matching.engine.solving.solver import plan_of
from matching.engine.solving.verification import verify


@dataclass(frozen=True)
class Change:
    """What one change did: who moved (mentee, mentor before, mentor after; -1 = unmatched), pairs and points gained
    (negative: lost), and the new plan."""

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
    """A plan that can be tried out. Resumes from `plan.mu` and `plan.v`; the table and the plan given stay untouched.

    rules: default `plan.rules`; only the stability bonus may differ. Raises ValueError if anything else does.
    Every method returns a Change; a change that cannot be made raises BadRules with its reason and changes nothing.
    """

    def __init__(self, table: ScoreTable, plan: Plan, rules: Rules | None = None) -> None:
        self.table, self.plan = table, plan
        self.rules = plan.rules if rules is None else rules
        if (
            replace(
                self.rules, stability_bonus=plan.rules.stability_bonus, budget=plan.rules.budget
            )
            != plan.rules
        ):
            raise ValueError(
                "a what-if starts from the decisions of its plan; only the stability bonus may differ"
            )
        scores = effective_scores(table, self.rules, plan.min_score, np.asarray(plan.mu))
        self._state = Residual(
            scores, plan.capacity, objective_for(table, self.rules), self.rules.pins
        )
        self._state.resume(plan.mu, plan.v)
        if self.rules.stability_bonus != plan.rules.stability_bonus:
            self._price_again()
        self._past: list[_Before] = []

    def _price_again(self) -> None:
        try:
            find_prices(self._state)
        except NotOptimal:
            raise ValueError(
                "the plan is best only with its own stability bonus; solve it again with the new one"
            ) from None

    # changes -------------------------------------------------------------------------------------------------------

    def pin(self, i: int, j: int) -> Change:
        """The committee insists on this pair. The floor does not stop a pin, a hard rule does."""
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
        """The pair of mentee i is free again. Raises BadRules if it is not pinned."""
        self._person(i)
        pinned = [pair for pair in self.rules.pins if pair[0] == i]
        if not pinned:
            raise InfeasibleRules(
                [Violation("not_pinned", f"mentee '{self.table.mentee_ids[i]}' is not pinned", i)]
            )
        rules = replace(self.rules, pins=tuple(pair for pair in self.rules.pins if pair[0] != i))

        row = self._effective_row(i, self.table.S[i], rules)
        return self._do(lambda state: repair.reassign(state, i, row), rules=rules, row=i)

    def forbid(self, i: int, j: int) -> Change:
        """Not this pair."""
        rules = replace(self.rules, forbids=(*self.rules.forbids, (i, j)))
        self._check(rules)
        return self._do(self._new_scores(i, self.table.S[i], rules), rules=rules, row=i)

    def allow(self, i: int, j: int, score: int | None = None) -> Change:
        """Take back a rejection, or lift the hard rules for one pair with the score that it would have (default: as
        scored without rules). Raises BadRules for a pair closed by both_ways: score again with that override."""
        self._person(i, j)
        rules = replace(
            self.rules, forbids=tuple(pair for pair in self.rules.forbids if pair != (i, j))
        )
        table = self.table
        if table.S[i, j] == FORBIDDEN:
            self._refuse_coupled(i, j)
            row = table.S[i].astype(np.int64)
            row[j] = self._lifted_score(i, j, score)
            table = table.with_rows({i: self._fitting(row)}, reasons=table.reasons)
        return self._do(self._new_scores(i, table.S[i], rules), rules=rules, row=i, table=table)

    def change_capacity(self, j: int, delta: int) -> Change:
        """`delta` places more (or fewer) at mentor j. Raises BadRules if pins need them or there are none."""
        self._person(None, j)
        capacity = self._state.capacity[:-1].copy()
        capacity[j] += delta
        if capacity[j] < 0:
            raise InfeasibleRules(
                [
                    Violation(
                        "capacity",
                        f"mentor '{self.table.mentor_ids[j]}' has no place to take away",
                        None,
                        j,
                    )
                ]
            )
        check(self.table, capacity, self.rules)
        one = repair.add_slot if delta > 0 else repair.remove_slot

        def change(state: Residual) -> None:
            for _ in range(abs(delta)):
                one(state, j)

        return self._do(change)

    def edit(self, i: int, scores: ArrayLike) -> Change:
        """Mentee i has other scores, one per mentor, -1 = forbidden (an answer was changed)."""
        self._person(i)
        row = whole_numbers(scores, "scores").reshape(-1)
        if len(row) != self.table.shape[1] or row.min(initial=0) < FORBIDDEN:
            raise ValueError(f"a row needs {self.table.shape[1]} scores of -1 or more")
        table = self.table.with_rows({i: self._fitting(row)})
        check(table, self._state.capacity[:-1], self.rules)
        return self._do(self._new_scores(i, table.S[i], self.rules), row=i, table=table)

    def undo(self) -> Change:
        """Take back the last change that was not taken back yet. Raises BadRules if there is none."""
        if not self._past:
            raise InfeasibleRules([Violation("nothing_to_undo", "there is no change to take back")])
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
        """The present plan with its certificate checked."""
        if verify(self.table, self.plan.capacity, self.rules, self.plan):
            self.plan = replace(self.plan, certificate=True)
        return self.plan

    # how -----------------------------------------------------------------------------------------------------------

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
        assigned_now = state.assignment
        was = _Before(self.table, self.rules, self.plan, assigned_now, state.snapshot(), saved)
        try:
            change(state)
        except repair.Infeasible as stuck:
            self._restore(was, assigned_now)
            raise InfeasibleRules([Violation("every_slot_pinned", str(stuck))]) from stuck
        self.table, self.rules = table or self.table, rules or self.rules
        after = plan_of(
            state, self.table, self.rules, assigned_now, self.plan.min_score, proven=False
        )
        self._carry_bonus(reassignments(assigned_now, after.mu))
        self._past.append(was)
        before, self.plan = self.plan, after
        return Change(
            reassignments(assigned_now, after.mu),
            after.pairs - before.pairs,
            after.total - before.total,
            after,
        )

    def _carry_bonus(self, moved: list[Reassignment]) -> None:
        """Stickiness follows the plan: off the pair that was left, onto the new one. Prices stay a proof, because a
        pair outside the plan became worse and a pair inside it better."""
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
        """A change that gives mentee i these scores, moving nobody if the pair stays as good as it was and no other
        became better."""
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
        """`working_scores` for one mentee, sticking to the plan before the change."""
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

    def _person(self, i: int | None, j: int | None = None) -> None:
        for number, size, code in (
            (i, self.table.shape[0], "mentee"),
            (j, self.table.shape[1], "mentor"),
        ):
            if number is not None and not 0 <= number < size:
                raise InfeasibleRules(
                    [
                        Violation(
                            f"unknown_{code}", f"there is no {code} number {number} in this round"
                        )
                    ]
                )

    def _refuse_coupled(self, i: int, j: int) -> None:
        if self.table.reasons is not None and (i, j) in self.table.reasons.one_way:
            text = "these two would mentor each other; score again with this override so that the other way is closed"
            raise InfeasibleRules([Violation("both_ways", text, i, j, ("both_ways",))])

    def _lifted_score(self, i: int, j: int, score: int | None) -> int:
        if score is not None:
            return score
        if self.table.reasons is None:
            raise ValueError("a bare table does not know the score of a forbidden pair; say it")
        return int(self.table.raw(i, [j])[0])

    def _fitting(self, row: Ints) -> Ints:
        if row.max(initial=0) > self._state.objective.max_score - self.rules.stability_bonus:
            raise ValueError(
                f"scores above {self._state.objective.max_score - self.rules.stability_bonus} need a new round"
            )
        return row
