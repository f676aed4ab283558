"""The plan is the best one, keeps the committee's decisions, and proves it."""

from dataclasses import replace

import numpy as np
import pytest

from matching.engine import InfeasibleRules, Rules, ScoreTable, solve, verify

from .synthetic import brute_force, capacity_for, generator, small, tiny

FREE = Rules(stability_bonus=0)


@pytest.mark.parametrize("case", range(60))
def test_no_plan_is_better_than_the_optimum(case):
    rng = generator(case)
    S, capacity = tiny(rng)
    plan = solve(ScoreTable(S), capacity, FREE)
    assert (plan.pairs, plan.total) == brute_force(S, capacity)
    assert plan.certificate is True


def test_a_thousand_rounds_never_exceed_a_mentors_places():
    rng = generator(1)
    for _ in range(1000):
        S, capacity = tiny(rng)
        plan = solve(ScoreTable(S), capacity)
        assert (np.bincount(plan.mu[plan.mu >= 0], minlength=len(capacity)) <= capacity).all()
        assert all(S[i, j] >= 0 for i, j in enumerate(plan.mu) if j >= 0)


def test_best_fits_may_leave_someone_out_for_a_better_total():
    table = ScoreTable([[100, 1], [90, -1]])
    most, best = (solve(table, [1, 1], Rules(objective=o)) for o in ("most", "best"))
    assert (most.pairs, most.total) == (2, 91)
    assert (best.pairs, best.total) == (1, 100)
    assert most.certificate
    assert best.certificate


def test_best_fits_still_prefers_more_pairs_at_the_same_total():
    plan = solve(ScoreTable([[5, 0], [5, 0]]), [1, 1], Rules(objective="best"))
    assert (plan.pairs, plan.total) == (2, 5)


@pytest.mark.parametrize("case", range(30))
def test_pins_are_kept_and_the_rest_is_best_around_them(case):
    rng = generator(case)
    S, capacity = tiny(rng)
    open_pairs = [(i, j) for i, j in np.argwhere(S >= 0) if capacity[j] > 0]
    if not open_pairs:
        S[0, 0], capacity[0], open_pairs = 3, 1, [(0, 0)]
    pin = tuple(int(x) for x in open_pairs[rng.integers(len(open_pairs))])
    plan = solve(ScoreTable(S), capacity, Rules(pins=(pin,)))
    assert plan.mu[pin[0]] == pin[1]
    assert (plan.pairs, plan.total) == brute_force(S, capacity, must=[pin])
    assert plan.certificate


@pytest.mark.parametrize("case", range(30))
def test_rejections_and_minimum_score_are_kept_and_the_rest_is_best_around_them(case):
    rng = generator(case)
    S, capacity = tiny(rng)
    no = tuple((int(i), int(j)) for i, j in np.argwhere(S >= 0) if rng.random() < 0.3)
    min_score = int(rng.integers(0, 5))
    plan = solve(ScoreTable(S), capacity, Rules(forbids=no, min_score=min_score))
    closed = S.copy()
    for i, j in no:
        closed[i, j] = -1
    assert (plan.pairs, plan.total) == brute_force(closed, capacity, min_score=min_score)
    assert plan.certificate


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (Rules(pins=((0, 0), (0, 1))), "pinned_twice"),
        (Rules(pins=((0, 0), (1, 0))), "too_many_pins"),
        (Rules(pins=((1, 1),)), "pin_breaks_rule"),
        (Rules(pins=((0, 0),), forbids=((0, 0),)), "pin_rejected"),
        (Rules(pins=((7, 0),)), "unknown_mentee"),
        (Rules(forbids=((0, 7),)), "unknown_mentor"),
        (Rules(objective="fast"), "objective"),
        (Rules(stability_bonus=-1), "stability_bonus"),
        (Rules(budget=-1), "budget"),
        (Rules(min_score=-1), "min_score"),
    ],
)
def test_what_cannot_hold_is_refused_with_a_name(rules, code):
    table = ScoreTable([[5, 5], [5, -1]], mentee_ids=["ben", "cem"], mentor_ids=["ada", "eve"])
    with pytest.raises(InfeasibleRules) as refused:
        solve(table, [1, 1], rules)
    assert {r.code for r in refused.value.violations} == {code}


def test_a_refused_pin_names_both_people_and_the_rule():
    table = ScoreTable([[-1]], mentee_ids=["ben"], mentor_ids=["ada"])
    with pytest.raises(InfeasibleRules, match="'ben' with 'ada' breaks forbidden"):
        solve(table, [1], Rules(pins=((0, 0),)))


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1)])
def test_empty_sides_and_lonely_people_have_a_proven_plan(shape):
    plan = solve(ScoreTable(np.full(shape, -1)), np.ones(shape[1], int))
    assert plan.mu.tolist() == [-1] * shape[0]
    assert (plan.pairs, plan.total, plan.certificate) == (0, 0, True)


def test_without_capacity_no_one_is_placed():
    plan = solve(ScoreTable([[5, 6]]), [0, 0])
    assert (plan.mu.tolist(), plan.certificate) == ([-1], True)


@pytest.mark.parametrize(
    ("scores", "capacity", "said"),
    [
        ([[0.5]], [1], "whole numbers"),
        ([[-2]], [1], "or -1 for a forbidden"),
        ([1, 2], [1], "mentees x mentors"),
        ([[1]], [-1], "negative"),
        ([[1]], [1, 1], "2 capacities for 1 mentors"),
        ([[1]], [1.5], "whole numbers"),
        ([[2**51]], [1], "too large"),
    ],
)
def test_input_that_makes_no_sense_is_refused_with_a_reason(scores, capacity, said):
    with pytest.raises(ValueError, match=said):
        solve(ScoreTable(scores), capacity)


def test_huge_scores_are_still_added_up_exactly():
    S = np.array([[10**12, 10**12 - 1], [10**12 - 1, 10**12 - 3]])
    plan = solve(ScoreTable(S), [1, 1])
    assert (plan.total, plan.certificate) == (2 * 10**12 - 2, True)


def test_the_table_keeps_the_callers_integer_type_and_is_read_only():
    S = np.array([[3]], dtype=np.int8)
    table = ScoreTable(S)
    assert table.S.dtype == np.int8
    with pytest.raises(ValueError, match="read-only"):
        table.S[0, 0] = 1
    assert solve(table, [1]).total == 3


@pytest.mark.parametrize("case", range(20))
def test_a_certificate_is_refused_when_anything_was_touched(case):
    rng = generator(case)
    S, _ = small(rng)
    capacity = capacity_for(rng, S) + 1
    table = ScoreTable(S)
    plan = solve(table, capacity, FREE)
    placed = np.flatnonzero(plan.mu >= 0)
    if not len(placed):
        pytest.skip("no one can be placed in this table")
    i = int(placed[rng.integers(len(placed))])
    out = plan.mu.copy()
    out[i] = -1
    touched = [
        replace(plan, mu=out, pairs=plan.pairs - 1, total=plan.total - int(S[i, plan.mu[i]])),
        replace(plan, total=plan.total + 1),
        replace(plan, u=plan.u + 1),
        replace(plan, u=plan.u + 0.5),
        replace(plan, v=plan.v[:-1]),
        replace(plan, v=plan.v - 1),
        replace(plan, min_score=3),
    ]
    assert verify(table, capacity, FREE, plan)
    assert [verify(table, capacity, FREE, bad) for bad in touched] == [False] * len(touched)
    assert not verify(
        table, capacity, Rules(stability_bonus=0, forbids=((i, int(plan.mu[i])),)), plan
    )


def test_a_worse_plan_has_no_certificate_whatever_prices_it_brings():
    table = ScoreTable([[9, 5], [8, 1]])
    good = solve(table, [1, 1], FREE)
    worse = replace(good, mu=np.array([0, 1]), total=10)
    assert (good.total, verify(table, [1, 1], FREE, worse)) == (13, False)
    for v in ([0.0, 0.0], [3.0, 0.0], [4.0, 0.0], [7.0, 0.0]):
        assert not verify(table, [1, 1], FREE, replace(worse, v=np.array(v)))
