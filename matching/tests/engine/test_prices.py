"""A price is exactly what solving from scratch with that change would lose or gain."""

from dataclasses import replace

import numpy as np
import pytest

from matching.engine import Gain, Loss, Prices, Rules, ScoreTable, Side, solve

from .synthetic import (
    brute_force,
    capacity_for,
    gain_of_slot,
    generator,
    loss_of,
    small,
    tiny,
)

OBJECTIVES = ["most", "best"]


def value_of(scores, capacity, rules):
    plan = solve(ScoreTable(scores), capacity, rules)
    return np.array([plan.pairs, plan.total])


def as_tuple(amount):
    return amount and (amount.pairs, amount.points)


@pytest.mark.parametrize("case", range(20))
def test_the_price_of_every_pair_equals_brute_force(case):
    rng = generator(case)
    S, capacity = tiny(rng, mentees=5)
    table = ScoreTable(S)
    plan = solve(table, capacity)
    prices, best = Prices(table, plan), brute_force(S, capacity)
    for i, j in np.argwhere((S >= 0) & (capacity > 0)).tolist():
        forced = brute_force(S, capacity, must=[(i, j)])
        assert loss_of(prices, i, j) == Loss(best[0] - forced[0], best[1] - forced[1])


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("case", range(15))
def test_every_kind_of_price_equals_a_cold_solve(case, objective):
    rng = generator(case)
    S, _ = small(rng)
    capacity, rules = capacity_for(rng, S), Rules(objective=objective)
    plan = solve(ScoreTable(S), capacity, rules)
    prices, base = Prices(ScoreTable(S), plan), np.array([plan.pairs, plan.total])
    for i, j in rng.integers(0, S.shape, (6, 2)).tolist():
        if S[i, j] >= 0 and capacity[j]:
            lost = base - value_of(S, capacity, replace(rules, pins=((i, j),)))
            assert as_tuple(loss_of(prices, i, j)) == tuple(lost)
        else:
            assert loss_of(prices, i, j) is None
        if S[i, j] < 0:
            waived = S.copy()
            waived[i, j] = 3
            assert as_tuple(prices.waiver_gain(i, j, 3)) == tuple(
                value_of(waived, capacity, rules) - base
            )
        if plan.mu[i] >= 0:
            without = replace(rules, forbids=((i, int(plan.mu[i])),))
            _mentor, lost = prices.alternatives(i, 1, unmatched=True)[0]
            assert as_tuple(lost) == tuple(base - value_of(S, capacity, without))
        alone = S.copy()
        alone[i] = -1
        assert as_tuple(loss_of(prices, i, -1)) == tuple(base - value_of(alone, capacity, rules))
        one = np.arange(len(capacity)) == j
        assert as_tuple(gain_of_slot(prices, j)) == tuple(value_of(S, capacity + one, rules) - base)


@pytest.mark.parametrize("case", range(10))
def test_one_mentees_prices_alone_are_those_of_all(case):
    rng = generator(case)
    S, _ = small(rng)
    capacity = capacity_for(rng, S)
    pins = tuple((int(i), int(j)) for i, j in np.argwhere((S >= 0) & (capacity > 0))[:1])
    table = ScoreTable(S)
    plan = solve(table, capacity, Rules(pins=pins))
    whole = Prices(table, plan).matrix
    for i in range(len(S)):
        assert (Prices(table, plan).of(i) == whole[i]).all()


@pytest.mark.parametrize("case", range(10))
def test_a_price_is_never_below_the_reduced_cost_and_nothing_for_the_plan_itself(case):
    rng = generator(case)
    S, _ = small(rng)
    capacity = capacity_for(rng, S)
    table = ScoreTable(S)
    plan = solve(table, capacity)
    pair_weight = 1 + 2 * len(S) * (table.scale + plan.rules.stability_bonus)
    reduced = plan.u[:, None] + plan.v - np.where(S >= 0, S + pair_weight, -np.inf)
    matrix = Prices(table, plan).matrix
    assert (matrix[:, :-1] >= reduced).all() or (plan.mu >= 0).any()
    placed = np.flatnonzero(plan.mu >= 0)
    assert (matrix[placed, plan.mu[placed]] == 0).all()
    outside = np.ones_like(S, bool)
    outside[placed, plan.mu[placed]] = False
    assert (matrix[:, :-1] >= reduced)[outside].all()


@pytest.mark.parametrize("case", range(15))
def test_the_price_is_the_number_of_points_that_a_pair_lacks(case):
    rng = generator(case)
    S, _ = small(rng)
    capacity = capacity_for(rng, S)
    plan = solve(ScoreTable(S), capacity)
    prices = Prices(ScoreTable(S), plan)
    outside = [
        (i, j) for i, j in np.argwhere((S >= 0) & (capacity > 0)).tolist() if plan.mu[i] != j
    ]
    outside = [(i, j, loss_of(prices, i, j)) for i, j in outside]
    outside = [
        (i, j, loss.points)
        for i, j, loss in outside
        if loss.pairs == 0 and 1 < loss.points < 9000 - S[i, j]
    ]
    for i, j, lacking in outside[:4]:
        almost, enough = S.copy(), S.copy()
        almost[i, j] += lacking - 1
        enough[i, j] += lacking + 1
        assert tuple(value_of(almost, capacity, Rules())) == (plan.pairs, plan.total)
        assert tuple(value_of(enough, capacity, Rules())) == (plan.pairs, plan.total + 1)
        assert solve(ScoreTable(enough), capacity).mu[i] == j


@pytest.mark.parametrize("case", range(10))
def test_a_proposed_pair_that_fits_better_stays_proposed(case):
    rng = generator(case)
    S, _ = small(rng)
    capacity = capacity_for(rng, S) + 1
    plan = solve(ScoreTable(S), capacity)
    for i in np.flatnonzero(plan.mu >= 0)[:5]:
        better = S.copy()
        better[i, plan.mu[i]] += 7
        assert solve(ScoreTable(better), capacity).mu[i] == plan.mu[i]


@pytest.mark.parametrize("case", range(15))
def test_pins_and_minimum_score_are_part_of_every_price(case):
    rng = generator(case)
    S, _ = small(rng)
    capacity = capacity_for(rng, S) + 1
    open_pairs = np.argwhere(S >= 0)
    if not len(open_pairs):
        S[0, 0], open_pairs = 4, np.array([[0, 0]])
    pin = tuple(int(x) for x in open_pairs[rng.integers(len(open_pairs))])
    rules = Rules(pins=(pin,), min_score=2)
    plan = solve(ScoreTable(S), capacity, rules)
    prices, base = Prices(ScoreTable(S), plan), np.array([plan.pairs, plan.total])
    assert loss_of(prices, pin[0], -1) is None
    assert prices.alternatives(pin[0], 1, unmatched=True) == []
    assert prices.waiver_gain(pin[0], 0, 5) is None
    for i, j in open_pairs[:: max(1, len(open_pairs) // 8)].tolist():
        if i != pin[0] and S[i, j] >= 2 and not (j == pin[1] and capacity[j] == 1):
            lost = base - value_of(S, capacity, replace(rules, pins=(pin, (i, j))))
            assert as_tuple(loss_of(prices, i, j)) == tuple(lost)


def test_alternatives_are_the_cheapest_other_mentors_first():
    prices = Prices(table := ScoreTable([[9, 5, 7], [1, 1, 1]]), solve(table, [1, 1, 1]))
    assert prices.alternatives(0, 5) == [(2, Loss(0, 2)), (1, Loss(0, 4))]
    assert prices.alternatives(0, 1) == [(2, Loss(0, 2))]


def test_slot_gains_name_the_mentors_whose_extra_slot_helps_most_first():
    table = ScoreTable([[9, 2], [8, -1], [7, 6]])
    prices = Prices(table, solve(table, [1, 1]))
    assert prices.slot_gains() == [(0, Gain(1, 9)), (1, Gain(0, 0))] or prices.slot_gains()[0] == (
        0,
        gain_of_slot(prices, 0),
    )
    assert gain_of_slot(prices, 0).pairs == 1


def test_prices_refuse_a_plan_of_another_table():
    plan = solve(ScoreTable([[9, 1], [1, 9]]), [1, 1])
    with pytest.raises(ValueError, match="do not prove it"):
        _ = Prices(ScoreTable([[1, 9], [9, 1]]), plan).matrix


def test_split_reads_a_row_of_weights_as_pairs_and_points():
    table = ScoreTable([[9, 5, -1]])
    prices = Prices(table, solve(table, [1, 1, 1]))
    pairs, points = prices.split(prices.of(0))
    assert (pairs.tolist(), points.tolist()) == ([0, 0, -1, 1], [0, 4, 0, 9])


def test_a_scored_table_prices_a_waiver_at_the_score_without_the_rule():
    from matching.engine import Criteria, Pool, score

    me, mo = Side(ids=["ben"], years=[5], employer=[1]), Side(ids=["ada"], years=[9], employer=[1])
    table = score(Pool(me, mo, [1]), Criteria(weights={"gap": 1}))
    assert Prices(table, solve(table, [1])).waiver_gain(0, 0) == Gain(1, 10_000)


@pytest.mark.parametrize("case", range(10))
def test_both_ways_to_find_distances_agree(case):
    from matching.engine.solving.paths import _shorten_by_dijkstra, _shorten_together, from_set

    rng = generator(case)
    n = int(rng.integers(1, 40))
    costs = np.where(
        rng.random((n, n)) < rng.choice([0.05, 0.3, 0.9]), rng.integers(0, 30, (n, n)), np.inf
    )
    into = from_set(costs, rng.integers(0, 20, n) * 1.0, backward=True)
    through_sink = into[:, None] + from_set(costs, rng.integers(0, 20, n) * 1.0)
    np.fill_diagonal(through_sink, 0.0)
    rows, heads = np.nonzero(np.isfinite(costs))
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))])
    one, other = through_sink.copy(), through_sink.copy()
    _shorten_together(one, starts, heads, costs[rows, heads])
    _shorten_by_dijkstra(other, starts, heads, costs[rows, heads])
    assert (one == other).all()
