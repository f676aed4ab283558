"""Large pools are solved on a few pairs per person, and the plan is the best over all pairs."""

import numpy as np
import pytest

from matching.engine import Plan, Prices, Rules, ScoreTable, WhatIf, solve
from matching.engine.solving import solver, sparse_solver

from .synthetic import capacity_for, gain_of_slot, generator, small

WHOLE = solver.solve_dense


@pytest.fixture(params=[1, 1000], ids=["repaired one by one", "solved again with more pairs"])
def on_few_pairs(request, monkeypatch):
    """Small tables are treated like large ones, with far fewer pairs than would do."""
    few = {
        "MIN_SIZE": 1,
        "KEPT": 2,
        "KEPT_OTHER": 1,
        "MAX_TIES": 1000,
        "GIVE_UP_SHARE": 1,
        "ROUNDS": 30,
    }
    for name, value in {**few, "REPAIR_SHARE": request.param}.items():
        monkeypatch.setattr(sparse_solver, name, value)
    monkeypatch.setattr(solver, "solve_dense", None)


def synthetic_round(case):
    """A table, places (some mentors have none), and decisions of every kind.

    One place at least is open beside the pinned pair; without any, nothing is left to solve.
    """
    rng = generator(case)
    S, _ = small(rng)
    capacity = capacity_for(rng, S) + (case % 2)
    capacity[0], capacity[1] = 1, max(capacity[1], 1)
    S[:3, 0] = 3
    pins = ((int(rng.integers(3)), 0),) if case % 3 else ()
    no = tuple(
        (int(i), int(j))
        for i, j in np.argwhere(S >= 0)
        if rng.random() < 0.1 and (i, j) not in pins
    )
    objective = "most" if case % 4 < 2 else "best"
    return (
        S,
        capacity,
        Rules(pins=pins, forbids=no, objective=objective, min_score=2 if case % 5 == 0 else None),
    )


def solved_whole(*asked):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparse_solver, "MIN_SIZE", 10**9)
        patch.setattr(solver, "solve_dense", WHOLE)
        return solve(*asked)


@pytest.mark.parametrize("case", range(24))
@pytest.mark.usefixtures("on_few_pairs")
def test_a_plan_from_few_pairs_is_the_best_over_all(case):
    S, capacity, rules = synthetic_round(case)
    prior = solved_whole(ScoreTable(S), capacity, rules)
    better = ScoreTable(S + (S >= 0))
    plan, whole = (
        solve(better, capacity, rules, prior),
        solved_whole(better, capacity, rules, prior),
    )
    assert plan.certificate
    assert with_bonus(plan, prior) == with_bonus(whole, prior)


def with_bonus(plan: Plan, prior: Plan):
    return plan.pairs, plan.total + plan.rules.stability_bonus * int(
        (plan.mu[plan.mu >= 0] == prior.mu[plan.mu >= 0]).sum()
    )


@pytest.mark.parametrize("case", range(12))
@pytest.mark.usefixtures("on_few_pairs")
def test_prices_and_changes_start_from_such_a_plan_too(case):
    S, capacity, rules = synthetic_round(case)
    rules = Rules(pins=rules.pins, stability_bonus=0, objective=rules.objective)
    plan = solve(ScoreTable(S), capacity, rules)
    prices = Prices(ScoreTable(S), plan)
    gains = [gain_of_slot(prices, j) for j in range(len(capacity))]
    for j, gain in enumerate(gains):
        more = capacity + (np.arange(len(capacity)) == j)
        other = solve(ScoreTable(S), more, rules)
        assert (other.pairs - plan.pairs, other.total - plan.total) == (gain.pairs, gain.points)
        session = WhatIf(ScoreTable(S), plan)
        session.change_capacity(j, 1)
        assert (session.proven().certificate, session.plan.total) == (True, other.total)


def test_a_large_pool_is_solved_so_without_being_told(monkeypatch):
    monkeypatch.setattr(solver, "solve_dense", None)
    rng = generator(0)
    plan = solve(ScoreTable(rng.integers(-1, 10_000, (400, 300))), rng.integers(1, 4, 300))
    assert (plan.pairs, plan.certificate) == (400, True)


@pytest.mark.parametrize(
    "scores", [np.full((300, 300), 7), np.outer(np.arange(300), np.arange(300)) // 9]
)
def test_a_pool_where_few_pairs_tell_nothing_is_solved_whole(scores, monkeypatch):
    answers = []
    monkeypatch.setattr(
        solver, "solve_sparse", lambda state: answers.append(sparse_solver.solve_sparse(state))
    )
    assert solve(ScoreTable(scores), np.ones(300, int)).certificate
    assert answers == [False]


POOLS = {
    "scores of their own": lambda rng, n, m: rng.integers(0, 9999, (n, m)),
    "mentors whom everyone wants": lambda rng, n, m: (
        rng.integers(0, 5000, m) + rng.integers(0, 600, (n, m))
    ),
    "mentees who suit everyone": lambda rng, n, m: (
        rng.integers(0, 5000, n)[:, None] + rng.integers(0, 600, (n, m))
    ),
    "few open pairs": lambda rng, n, m: np.where(
        rng.random((n, m)) < 0.02, rng.integers(0, 9999, (n, m)), -1
    ),
    "groups": lambda rng, n, m: (
        900 * (rng.integers(0, 6, (n, 1)) == rng.integers(0, 6, m)) + rng.integers(0, 90, (n, m))
    ),
}


@pytest.mark.parametrize("most_places", [1, 3])
@pytest.mark.parametrize("pool", POOLS)
def test_large_pools_of_every_kind_have_the_plan_that_solving_them_whole_gives(pool, most_places):
    rng = generator(most_places)
    table = ScoreTable(POOLS[pool](rng, 320, 300))
    capacity = rng.integers(0, most_places + 1, 300) + (rng.random(300) < 0.8)
    plan, whole = solve(table, capacity), solved_whole(table, capacity)
    assert (plan.pairs, plan.total, plan.certificate) == (whole.pairs, whole.total, True)
