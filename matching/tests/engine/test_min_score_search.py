"""Raising the weakest pair, the figures of a plan, and why a mentee is unmatched."""

import numpy as np
import pytest

from matching.engine import (
    CapacityShortage,
    Criteria,
    Gain,
    Loss,
    NoEligibleMentor,
    Pool,
    Prices,
    Rules,
    ScoreTable,
    Side,
    TooCostly,
    audit,
    min_score_frontier,
    score,
    solve,
    why_unmatched,
)
from matching.engine.explaining.unmatched import blocked_by

from .synthetic import capacity_for, generator, people, small


def solved(case, **rules):
    rng = generator(case)
    S, _ = small(rng)
    capacity = capacity_for(rng, S)
    return ScoreTable(S), capacity, solve(ScoreTable(S), capacity, Rules(**rules))


@pytest.mark.parametrize("case", range(15))
def test_each_minimum_score_is_the_best_plan_under_it_and_the_last_is_the_highest_possible(case):
    table, capacity, plan = solved(case)
    points = min_score_frontier(table, plan)
    for min_score in points:
        cold = solve(table, capacity, Rules(min_score=min_score.min_score))
        assert (cold.pairs, cold.total, plan.total - cold.total) == (
            min_score.pairs,
            min_score.total,
            min_score.cost,
        )
    totals = [f.total for f in points]
    assert totals == sorted(totals, reverse=True)
    assert {f.pairs for f in points} <= {plan.pairs}
    above = table.S[table.S > points[-1].min_score] if points else []
    assert all(
        solve(table, capacity, Rules(min_score=int(f))).pairs < plan.pairs
        for f in sorted(set(above))[:1]
    )


@pytest.mark.parametrize("case", range(15))
def test_a_budget_buys_the_highest_minimum_score_that_it_can_pay_and_is_proven(case):
    table, capacity, plan = solved(case)
    points = min_score_frontier(table, plan)
    budget = int(generator(case + 1000).integers(1, 400))
    raised = solve(table, capacity, Rules(budget=budget))
    payable = [f for f in points if f.cost <= budget]
    assert raised.certificate
    if payable:
        assert (raised.min_score, raised.pairs, raised.total) == (
            payable[-1].min_score,
            plan.pairs,
            payable[-1].total,
        )


def test_the_weakest_pair_is_raised_only_if_the_budget_pays_for_it():
    table = ScoreTable([[100, 60], [70, 10]])
    assert solve(table, [1, 1], Rules(budget=0)).mu.tolist() == [1, 0]
    table = ScoreTable([[100, 40], [55, 10]])
    assert [solve(table, [1, 1], Rules(budget=b)).mu.tolist() for b in (14, 15)] == [[0, 1], [1, 0]]


def naive_blocking(scores, capacity, mu, mine, theirs):
    found = []
    for i in range(len(scores)):
        for j in range(len(capacity)):
            assigned = [theirs[k, j] for k in range(len(scores)) if mu[k] == j]
            likes = mu[i] < 0 or mine[i, j] > mine[i, mu[i]]
            wanted = len(assigned) < capacity[j] or (assigned and theirs[i, j] > min(assigned))
            if scores[i, j] >= 0 and likes and wanted:
                found.append((i, j))
    return found


@pytest.mark.parametrize("case", range(10))
def test_blocking_pairs_are_those_of_a_naive_double_loop(case):
    table, capacity, plan = solved(case)
    rng = generator(case + 2000)
    mine, theirs = rng.integers(0, 50, table.shape), rng.integers(0, 50, table.shape)
    expected = naive_blocking(table.S, capacity, plan.mu, mine, theirs)
    figures = audit(table, plan, (mine, theirs)).blocking_pairs
    assert (figures.pairs, figures.mentees) == (len(expected), len({i for i, _ in expected}))


def test_an_audit_tells_the_figures_of_a_plan():
    table = ScoreTable([[50, -1], [40, 30], [-1, 20], [-1, -1]])
    figures = audit(table, solve(table, [1, 2]))
    assert (figures.mentees, figures.mentors, figures.capacity, figures.pairs) == (4, 2, 3, 3)
    assert (figures.mean, figures.p10, figures.worst) == (100 / 3, 20, 20)
    assert figures.forced == [0, 2]


def test_an_audit_of_no_one_has_no_mean():
    figures = audit(ScoreTable(np.zeros((0, 0), int)), solve(ScoreTable(np.zeros((0, 0), int)), []))
    assert (figures.mean, figures.p10, figures.worst) == (None, None, None)


def test_an_audit_says_what_the_wishes_changed():
    me = Side(ids=["ben", "cem"], years=[5, 5])
    mo = Side(ids=["ada", "eve"], years=[8, 8])
    wishes = [("ben", "eve", 1), ("cem", "ada", 1)]
    table = score(
        Pool(me, mo, [1, 1], mentee_wishes=wishes), Criteria(weights={"gap": 9, "wishes": 1})
    )
    effect = audit(table, solve(table, [1, 1])).wishes_effect
    assert (effect.reassigned in (0, 2), effect.pairs, effect.points) == (True, 0, 0)
    plain = score(Pool(me, mo, [1, 1]), Criteria(weights={"gap": 9, "wishes": 1}))
    assert audit(plain, solve(plain, [1, 1])).wishes_effect is None


def test_each_side_sees_the_score_without_the_other_sides_wishes():
    me, mo = Side(ids=["ben"], waiting=[2]), Side(ids=["ada"])
    pool = Pool(me, mo, [1], mentee_wishes=[("ben", "ada", 1)], mentor_wishes=[("ben", "ada", 1)])
    table = score(pool, Criteria(weights={"gap": 8, "wishes": 1, "waiting": 1}, rules=frozenset()))
    mine, theirs = table.views()
    assert (mine.tolist(), theirs.tolist()) == ([[1600]], [[400]])


def test_no_eligible_mentor_says_which_rules_and_who_would_be_nearest():
    me = Side(ids=["ben"], employer=[1], years=[5], languages=[[1, 0]])
    mo = Side(ids=["ada", "eve"], employer=[1, 1], years=[9, 6], languages=[[0, 1], [1, 0]])
    table = score(
        Pool(me, mo, [1, 1]), Criteria(weights={"gap": 1}, rules={"same_employer", "language"})
    )
    answer = why_unmatched(table, solve(table, [1, 1]), 0)
    assert isinstance(answer, NoEligibleMentor)
    assert answer.rules == {"language": 1, "same_employer": 2}
    assert [(m.mentor, m.codes, m.score) for m in answer.nearest] == [
        (1, ("same_employer",), 3333),
        (0, ("same_employer", "language"), 10_000),
    ]
    assert [(f.kind, f.mentor, f.gain) for f in answer.remedies] == [
        ("waiver", 1, Gain(1, 3333)),
        ("waiver", 0, Gain(1, 10_000)),
    ]


def test_decisions_of_the_round_are_named_too():
    table = ScoreTable([[5, 5, 1, 9]])
    plan = solve(table, [1, 0, 1, 1], Rules(forbids=((0, 0),), min_score=3))
    codes = [blocked_by(table, plan, 0, j) for j in range(4)]
    assert codes == [("rejected",), ("capacity",), ("min_score",), ()]


def test_more_mentees_than_places_names_them_and_the_place_that_helps_most():
    table = ScoreTable([[9, -1, 1], [8, 7, -1], [5, 2, -1], [-1, -1, 5], [-1, -1, 6]])
    plan = solve(table, [1, 1, 2])
    left_out = int(np.flatnonzero(plan.mu < 0)[0])
    answer = why_unmatched(table, plan, left_out)
    assert isinstance(answer, CapacityShortage)
    assert len(answer.mentees) == answer.capacity + 1
    assert left_out in answer.mentees
    best = answer.remedies[0]
    gain = [
        solve(table, np.array([1, 1, 2]) + np.eye(3, dtype=int)[j]).pairs - plan.pairs
        for j in range(3)
    ]
    assert (best.kind, best.gain.pairs, gain[best.mentor]) == ("capacity", 1, 1)


@pytest.mark.parametrize("objective", ["most", "best"])
@pytest.mark.parametrize("case", range(15))
def test_every_answer_about_the_unmatched_holds(case, objective):
    table, capacity, plan = solved(case, objective=objective)
    prices = Prices(table, plan)
    for i in np.flatnonzero(plan.mu < 0).tolist():
        answer = why_unmatched(table, plan, i, prices)
        allowed = np.flatnonzero((table.S[i] >= 0) & (capacity > 0))
        if isinstance(answer, NoEligibleMentor):
            assert not len(allowed)
        elif isinstance(answer, CapacityShortage):
            assert len(answer.mentees) > answer.capacity == capacity[answer.mentors].sum()
            for a in answer.mentees:
                assert set(np.flatnonzero((table.S[a] >= 0) & (capacity > 0))) <= set(
                    answer.mentors
                )
        else:
            assert isinstance(answer, TooCostly)
            assert objective == "best"
        for fix in (f for f in answer.remedies if f.kind == "capacity"):
            one_more = solve(table, capacity + (np.arange(len(capacity)) == fix.mentor), plan.rules)
            assert (one_more.pairs - plan.pairs, one_more.total - plan.total) == (
                fix.gain.pairs,
                fix.gain.points,
            )


def test_a_matched_mentee_is_not_asked_why():
    table = ScoreTable([[5]], mentee_ids=["ben"])
    with pytest.raises(ValueError, match="'ben' has a mentor"):
        why_unmatched(table, solve(table, [1]), 0)


def test_a_price_that_best_fits_does_not_pay_is_named():
    table = ScoreTable([[100, 1], [90, -1]])
    answer = why_unmatched(table, solve(table, [1, 1], Rules(objective="best")), 1)
    assert (answer.mentor, answer.loss) == (0, Loss(-1, 9))


@pytest.mark.parametrize("case", range(4))
def test_reasons_are_found_in_a_scored_pool(case):
    table = score(pool := people(generator(case), 14, 5), Criteria(minimum=2000))
    plan = solve(table, pool.capacity)
    for i in np.flatnonzero(plan.mu < 0).tolist():
        answer = why_unmatched(table, plan, i)
        assert answer.remedies or isinstance(answer, NoEligibleMentor | CapacityShortage)
