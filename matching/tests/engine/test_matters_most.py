"""One criterion of a person counts half more: whole points that add up, and plans with proof."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from matching.engine import (
    HARD_RULES,
    MARKABLE,
    Criteria,
    Pool,
    Prices,
    Rules,
    Side,
    WhatIf,
    score,
    solve,
    verify,
    with_reasons,
)

from .synthetic import brute_force, generator, loss_of, people, side

ALL_RULES = Criteria(rules=HARD_RULES - {"minimum"})
UNDERSTANDS, CAN_HELP = 1, 2


def marked(pool, rng, share=0.6):
    """The same people, of whom some marked a criterion and answered how they work."""

    def of(one):
        marks = np.where(rng.random(len(one)) < share, rng.integers(1, 6, len(one)), 0)
        ways = rng.integers(0, 4, (len(one), 6))
        return replace(one, matters_most=marks, way_of_working=ways)

    return replace(pool, mentees=of(pool.mentees), mentors=of(pool.mentors))


def two(mentee=0, mentor=0, **settings):
    """Score of a mentee with a mentor who understands but can't help, and these marks."""
    me = Side(ids=["ben"], situations=[[1]], topics=[[3]], matters_most=[mentee])
    mo = Side(ids=["ada"], situations=[[2]], topics=[[0]], matters_most=[mentor])
    weights = {"understands": 50, "can_help": 50}
    return score(Pool(me, mo, [1]), Criteria(weights=weights, rules=frozenset(), **settings))


@pytest.mark.parametrize(
    ("mentee", "mentor", "expected"),
    [
        (0, 0, 6500),  # 5000, and 3 tenths of 5000: the mentor named no topic
        (UNDERSTANDS, 0, 7200),  # (7500 + 1500) / 1.25
        (CAN_HELP, 0, 5800),  # (5000 + 2250) / 1.25
        (UNDERSTANDS, UNDERSTANDS, 7666),  # (10000 + 1500) / 1.5
        (UNDERSTANDS, CAN_HELP, 6500),  # (7500 + 2250) / 1.5
    ],
)
def test_a_mark_counts_half_more_and_is_normalised(mentee, mentor, expected):
    table = two(mentee, mentor)
    assert table.S.tolist() == [[expected]]
    assert sum(part[0] for part in table.parts(0).values()) == expected


def test_whole_points_are_those_of_exact_arithmetic():
    pool = marked(people(generator(5)), generator(6))
    table, plain = score(pool, ALL_RULES), score(_unmarked(pool), ALL_RULES)
    most = {name: plain.max_points().get(name, 0) for name in ("", *MARKABLE)}
    total = sum(points for name, points in plain.max_points().items() if name != "waiting")
    for i in range(12):
        parts = plain.parts(i)
        for j in range(8):
            mine, theirs = (("", *MARKABLE)[int(s.matters_most[k])] for s, k in (
                (pool.mentees, i), (pool.mentors, j)))  # fmt: skip
            lifted = sum(
                int(points[j]) * (1 + Fraction((name == mine) + (name == theirs), 2))
                for name, points in parts.items()
                if name != "waiting"
            )
            exact = lifted * total / (total + Fraction(most[mine] + most[theirs], 2))
            assert table.fit(i, [j])[0] == int(exact)


def _unmarked(pool):
    return replace(
        pool,
        mentees=replace(pool.mentees, matters_most=None),
        mentors=replace(pool.mentors, matters_most=None),
    )


@pytest.mark.parametrize("case", range(12))
def test_scores_stay_whole_and_parts_add_up(case):
    rng = generator(case)
    wish = ("mentee00@example.org", "mentor01@example.org", 1)
    pool = marked(people(rng, mentee_wishes=[wish]), rng)
    criteria = replace(ALL_RULES, rules=HARD_RULES, minimum=2000) if case % 2 else ALL_RULES
    table = score(pool, criteria, batch=int(rng.integers(1, 14)))
    assert table.S.dtype == np.int16
    for i in range(table.shape[0]):
        total, allowed = sum(table.parts(i).values()), table.S[i] >= 0
        assert (total[allowed] == table.S[i][allowed]).all()
        assert ((total >= 0) & (total <= 10_000)).all()
        assert [bool(table.why_not(i, j)) for j in range(8)] == (~allowed).tolist()


@pytest.mark.parametrize("case", range(6))
def test_points_of_the_whole_table_are_those_of_each_pair(case):
    rng = generator(case)
    pool = marked(people(rng), rng)
    table = score(pool, ALL_RULES)
    understands = table.points_of("understands")
    practical = table.points_of("practical.hours", "practical.language")
    for i in range(table.shape[0]):
        assert (understands[i] == table.parts(i)["understands"]).all()
        assert (practical[i] <= table.parts(i)["practical"]).all()
    mentees, mentors = table.views()
    assert (mentees <= table.S).all()
    assert (mentors <= table.S).all()


@pytest.mark.parametrize("case", range(12))
def test_plans_keep_their_proof_and_are_the_best_of_all(case):
    rng = generator(case)
    pool = marked(people(rng, 6, 3), rng)
    table = score(pool, ALL_RULES)
    plan = solve(table, pool.capacity, Rules())
    assert verify(table, pool.capacity, Rules(), plan)
    assert (plan.pairs, plan.total) == brute_force(table.S.astype(int), pool.capacity)


@pytest.mark.parametrize("case", range(4))
def test_prices_and_changes_are_exact(case):
    rng = generator(case)
    pool = marked(people(rng), rng)
    table = score(pool, ALL_RULES)
    plan = solve(table, pool.capacity, Rules())
    prices = Prices(table, plan)
    for i, j in np.argwhere(table.S >= 0)[:20].tolist():
        pinned = solve(table, pool.capacity, Rules(pins=((i, j),)))
        loss = loss_of(prices, i, j)
        assert (plan.pairs - pinned.pairs, plan.total - pinned.total) == (loss.pairs, loss.points)
    whatif = WhatIf(table, plan)
    i, j = np.argwhere(table.S >= 0)[-1].tolist()
    changed = whatif.pin(i, j).plan
    assert verify(table, pool.capacity, changed.rules, changed)


@pytest.mark.parametrize("case", range(4))
def test_a_waived_pair_and_stored_tables_count_marks_too(case):
    rng = generator(case)
    pool = marked(people(rng), rng)
    employers = score(pool, Criteria(rules=frozenset({"same_employer"})))
    forbidden = np.argwhere(employers.S < 0)
    i, j = forbidden[0].tolist()
    pair = (pool.mentees.ids[i], pool.mentors.ids[j])
    waiver = [(str(pair[0]), str(pair[1]), ["same_employer"])]
    criteria = Criteria(rules=frozenset({"same_employer"}))
    waived = score(pool, criteria, waiver)
    assert waived.S[i, j] == sum(points[0] for points in waived.parts(i, [j]).values())
    again = with_reasons(waived, pool, criteria, waiver)
    assert (again.parts(0)["understands"] == waived.parts(0)["understands"]).all()
    assert again.matters_most_of([i], [j]) == waived.matters_most_of([i], [j])


def test_waiting_is_not_changed_by_a_mark():
    def points(marks):
        me = Side(ids=["ben"], waiting=[2], situations=[[1]], matters_most=[marks])
        mo = Side(ids=["ada"], situations=[[2]])
        return score(Pool(me, mo, [1]), Criteria(rules=frozenset())).parts(0)

    assert points(0)["waiting"].tolist() == points(UNDERSTANDS)["waiting"].tolist() == [500]


@pytest.mark.parametrize("weights", [{"gap": 1}, {"understands": 0, "gap": 1}])
def test_a_mark_of_a_criterion_that_does_not_count_changes_nothing(weights):
    pool = Pool(
        Side(ids=["ben"], years=[1], situations=[[1]], matters_most=[UNDERSTANDS]),
        Side(ids=["ada"], years=[6], situations=[[2]]),
        [1],
    )
    table = score(pool, Criteria(weights=weights, rules=frozenset()))
    assert table.S.tolist() == [[10_000]]
    assert table.matters_most_of([0], [0]) == ([""], [""])


def test_no_marks_are_the_same_scores_as_no_question():
    plain = people(generator(3))
    asked = replace(
        plain,
        mentees=replace(plain.mentees, matters_most=np.zeros(12, int)),
        mentors=replace(plain.mentors, matters_most=np.zeros(8, int)),
    )
    assert (score(asked, ALL_RULES).S == score(plain, ALL_RULES).S).all()


def test_an_unknown_criterion_is_refused():
    with pytest.raises(ValueError, match="matters_most must be between 0 and 5"):
        two(len(MARKABLE) + 1)


def test_the_order_of_rows_does_not_matter():
    rng = generator(8)
    one = marked(people(rng), rng)
    order = rng.permutation(12)
    fields = {
        name: value[order]
        for name, value in vars(one.mentees).items()
        if isinstance(value, np.ndarray)
    }
    other = replace(one, mentees=Side(**fields))
    assert (score(other, ALL_RULES).S == score(one, ALL_RULES).S).all()
    assert side(rng, 2, "mentee").matters_most is None
