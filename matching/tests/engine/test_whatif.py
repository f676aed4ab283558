"""After every change the plan is what solving from scratch finds; every change can be undone."""

import numpy as np
import pytest

from matching.engine import (
    Criteria,
    InfeasibleRules,
    Pool,
    Rules,
    ScoreTable,
    Side,
    WhatIf,
    score,
    solve,
    verify,
)

from .synthetic import as_bytes, capacity_for, generator, small

FREE = Rules(stability_bonus=0)


def walk(rng, session, steps):
    """Random changes; yields the name of each that was made."""
    n, m = session.table.shape
    for _ in range(steps):
        i, j = int(rng.integers(n)), int(rng.integers(m))
        pinned = [a for a, _ in session.rules.pins] or [i]
        changes = {
            "pin": lambda i=i, j=j: session.pin(i, j),
            "forbid": lambda i=i: session.forbid(i, max(int(session.plan.mu[i]), 0)),
            "forbid another": lambda i=i, j=j: session.forbid(i, j),
            "unpin": lambda pinned=pinned: session.unpin(pinned[0]),
            "allow": lambda i=i, j=j: session.allow(i, j, 5),
            "capacity": lambda j=j: session.change_capacity(j, int(rng.integers(-2, 3))),
            "edit": lambda i=i: session.edit(i, rng.integers(-1, 60, m)),
        }
        name = str(rng.choice(list(changes)))
        before = session.plan
        try:
            change = changes[name]()
        except InfeasibleRules:
            assert session.plan is before
            continue
        assert (change.pairs_gained, change.points_gained) == (
            session.plan.pairs - before.pairs,
            session.plan.total - before.total,
        )
        assert {i for i, *_ in change.reassignments} == set(
            np.flatnonzero(session.plan.mu != before.mu).tolist()
        )
        yield name


@pytest.mark.parametrize("objective", ["most", "best"])
@pytest.mark.parametrize("case", range(15))
def test_any_walk_of_changes_equals_cold_solves_and_can_be_undone(case, objective):
    rng = generator(case)
    S, _ = small(rng)
    table, capacity = ScoreTable(S), capacity_for(rng, S)
    session = WhatIf(table, solve(table, capacity, Rules(stability_bonus=0, objective=objective)))
    seen = [session.plan]
    for name in walk(rng, session, 20):
        cold = solve(session.table, session.plan.capacity, session.rules)
        assert (session.plan.pairs, session.plan.total) == (cold.pairs, cold.total), name
        assert verify(session.table, session.plan.capacity, session.rules, session.plan), name
        seen.append(session.plan)
    while len(seen) > 1:
        seen.pop()
        session.undo()
        assert session.plan is seen[-1]
    assert (session.plan.mu == seen[0].mu).all()
    assert (table.S == S).all()


@pytest.mark.parametrize("case", range(10))
def test_a_walk_with_stability_bonus_and_minimum_score_is_proven_at_every_step(case):
    rng = generator(case)
    S, _ = small(rng)
    table = ScoreTable(S)
    session = WhatIf(
        table, solve(table, capacity_for(rng, S), Rules(min_score=2, stability_bonus=30))
    )
    for _ in walk(rng, session, 15):
        cold = solve(session.table, session.plan.capacity, session.rules, prior=_prior(session))
        assert session.proven().certificate
        assert cold.pairs == session.plan.pairs
        assert _sticky_total(session, cold) == _sticky_total(session, session.plan)


def _prior(session):
    """A stand-in for the plan to which the last change stuck."""
    from dataclasses import replace

    return replace(session.plan, mu=session.plan.prior)


def _sticky_total(session, plan):
    kept = (plan.mu == session.plan.prior) & (plan.mu >= 0)
    return plan.total + session.rules.stability_bonus * int(kept.sum())


@pytest.mark.parametrize("case", range(8))
def test_a_session_resumes_from_any_stored_plan(case):
    rng = generator(case)
    S, _ = small(rng)
    table = ScoreTable(S)
    session = WhatIf(table, solve(table, capacity_for(rng, S)))
    for _ in walk(rng, session, 4):
        pass
    again = WhatIf(session.table, session.plan)
    i = int(rng.integers(len(S)))
    row = rng.integers(-1, 50, S.shape[1])
    try:
        first = session.edit(i, row)
    except InfeasibleRules:
        return
    assert as_bytes(again.edit(i, row).plan) == as_bytes(first.plan)


@pytest.mark.parametrize("case", range(10))
def test_a_higher_stability_bonus_keeps_no_fewer_pairs_and_costs_no_less(case):
    rng = generator(case)
    S, _ = small(rng)
    capacity = capacity_for(rng, S) + 1
    table = ScoreTable(S)
    base = solve(table, capacity, FREE)
    out = tuple((i, int(base.mu[i])) for i in np.flatnonzero(base.mu >= 0)[:2])
    kept, totals = [], []
    for stability_bonus in (0, 5, 50, 500):
        plan = solve(
            table, capacity, Rules(stability_bonus=stability_bonus, forbids=out), prior=base
        )
        kept.append(int(((plan.mu == base.mu) & (plan.mu >= 0)).sum()))
        totals.append(plan.total)
    optimum = solve(table, capacity, Rules(stability_bonus=0, forbids=out))
    assert kept == sorted(kept)
    assert totals == sorted(totals, reverse=True)
    assert totals[0] == optimum.total


def session_of(scores, capacity, **rules):
    table = ScoreTable(scores)
    return WhatIf(table, solve(table, capacity, Rules(stability_bonus=0, **rules)))


def test_a_pin_moves_others_and_says_whom():
    session = session_of([[9, 5], [8, 1]], [1, 1])
    change = session.pin(0, 0)
    assert change.reassignments == [(0, 1, 0), (1, 0, 1)]
    assert (change.pairs_gained, change.points_gained) == (0, -3)
    assert session.rules.pins == ((0, 0),)


def test_pinning_twice_changes_nothing():
    session = session_of([[9, 5], [8, 1]], [1, 1])
    session.pin(0, 0)
    assert session.pin(0, 0).reassignments == []


def test_a_pin_overrides_the_minimum_score_until_it_is_removed():
    session = session_of([[1, 5]], [1, 1], min_score=3)
    assert session.pin(0, 0).reassignments == [(0, 1, 0)]
    assert session.proven().certificate
    assert session.unpin(0).reassignments == [(0, 0, 1)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda s: s.pin(1, 1), "pin_breaks_rule"),
        (lambda s: s.pin(1, 0), "too_many_pins"),
        (lambda s: s.pin(0, 1), "pinned_twice"),
        (lambda s: s.pin(9, 0), "unknown_mentee"),
        (lambda s: s.forbid(0, 0), "pin_rejected"),
        (lambda s: s.forbid(0, 9), "unknown_mentor"),
        (lambda s: s.unpin(1), "not_pinned"),
        (lambda s: s.unpin(9), "unknown_mentee"),
        (lambda s: s.change_capacity(0, -1), "too_many_pins"),
        (lambda s: s.change_capacity(1, -2), "capacity"),
        (lambda s: s.change_capacity(7, 1), "unknown_mentor"),
        (lambda s: s.edit(0, [-1, 3]), "pin_breaks_rule"),
        (lambda s: s.allow(9, 0), "unknown_mentee"),
        (lambda s: s.undo(), "nothing_to_undo"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_code_and_changes_nothing(change, code):
    session = session_of([[9, 5], [8, -1]], [1, 1], pins=((0, 0),))
    before = as_bytes(session.plan)
    with pytest.raises(InfeasibleRules) as refused:
        change(session)
    assert {r.code for r in refused.value.violations} == {code}
    assert (as_bytes(session.plan), session.rules.pins) == (before, ((0, 0),))


def test_allowing_takes_a_rejection_back():
    session = session_of([[9, 5]], [1, 1], forbids=((0, 0),))
    assert session.allow(0, 0).reassignments == [(0, 1, 0)]
    assert session.rules.forbids == ()


def test_waiving_a_rule_uses_the_score_without_it():
    me, mo = Side(ids=["ben"], years=[5], employer=[1]), Side(ids=["ada"], years=[9], employer=[1])
    table = score(Pool(me, mo, [1]), Criteria(weights={"gap": 1}))
    change = WhatIf(table, solve(table, [1])).allow(0, 0)
    assert (change.reassignments, change.pairs_gained, change.points_gained) == (
        [(0, -1, 0)],
        1,
        10_000,
    )


def test_a_table_without_reasons_must_be_given_the_score_of_a_waived_pair():
    with pytest.raises(ValueError, match="pass it"):
        session_of([[-1]], [1]).allow(0, 0)


def test_allowing_both_ways_is_left_to_scoring():
    people = ["cem", "eve"]
    me, mo = (
        Side(ids=["c", "e"], person=people, years=[1, 1]),
        Side(ids=["c", "e"], person=people, years=[4, 5]),
    )
    table = score(Pool(me, mo, [1, 1]), Criteria(weights={"gap": 1}))
    closed = next(iter(table.reasons.one_way))
    with pytest.raises(InfeasibleRules, match="the other way is forbidden"):
        WhatIf(table, solve(table, [1, 1])).allow(*closed)


def test_scores_beyond_the_scale_need_a_new_round():
    with pytest.raises(ValueError, match="need a new round"):
        session_of([[5]], [1]).edit(0, [10_001])


@pytest.mark.parametrize("row", [[1, 2], [-2], [0.5]])
def test_an_edited_row_must_fit(row):
    with pytest.raises(ValueError, match="scores"):
        session_of([[5]], [1]).edit(0, row)


def test_coverage_never_falls_by_a_slot_or_a_mentor_and_never_rises_by_a_rejection():
    rng = generator(3)
    for _ in range(10):
        S, _ = small(rng)
        capacity = capacity_for(rng, S)
        session = WhatIf(ScoreTable(S), solve(ScoreTable(S), capacity))
        assert session.change_capacity(int(rng.integers(len(capacity))), 1).pairs_gained >= 0
        assert session.forbid(0, int(rng.integers(len(capacity)))).pairs_gained <= 0
        wider = np.column_stack([S, rng.integers(-1, 5, len(S))])
        before, after = (
            solve(ScoreTable(S), capacity),
            solve(ScoreTable(wider), np.append(capacity, 1)),
        )
        assert after.pairs >= before.pairs
