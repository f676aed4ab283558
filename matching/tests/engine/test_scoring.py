"""The table as a whole: parts add up, batches agree, order does not matter, errors name people."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from matching.engine import (
    HARD_RULES,
    Criteria,
    Pool,
    Rules,
    ScoreTable,
    Side,
    score,
    solve,
    with_reasons,
)
from matching.engine.problem.arrays import group_rows

from .synthetic import as_bytes, generator, hits_of, people, side

OWN_RULES = Criteria(rules=HARD_RULES - {"minimum"})


@pytest.mark.parametrize("case", range(12))
def test_parts_add_up_to_the_score_of_every_pair(case):
    table = score(
        people(
            generator(case), mentee_wishes=[("mentee00@example.org", "mentor01@example.org", 1)]
        ),
        OWN_RULES,
    )
    for i in range(table.shape[0]):
        total = sum(table.parts(i).values())
        by_part = sum(
            term.of(np.full(8, i), np.arange(8)) for p in table.reasons.parts for term in p.terms
        )
        allowed = table.S[i] >= 0
        assert (total == by_part).all()
        assert (total[allowed] == table.S[i][allowed]).all()
        assert ((total >= 0) & (total <= 10_000)).all()


def test_parts_of_many_pairs_are_those_of_each():
    rng = generator(0)
    table = score(
        people(rng, mentor_wishes=[("mentee00@example.org", "mentor01@example.org", 1)]), OWN_RULES
    )
    i, j = rng.integers(0, 12, 30), rng.integers(0, 8, 30)
    many = table.parts_of(i, j)
    for k in range(30):
        assert {name: [v] for name, v in table.parts(i[k], [j[k]]).items()} == {
            n: [v[k]] for n, v in many.items()
        }


@pytest.mark.parametrize("case", range(6))
def test_a_pair_is_closed_exactly_when_a_rule_names_itself(case):
    table = score(people(generator(case)), Criteria(rules=HARD_RULES, minimum=2500))
    reasons = np.array([[bool(table.why_not(i, j)) for j in range(8)] for i in range(12)])
    would_be = np.array([[bool(_codes(table, i, j)) for j in range(8)] for i in range(12)])
    assert (reasons == (table.S < 0)).all()
    assert (would_be == reasons).all()


def _codes(table, i, j):
    """Rules in the way, asked one by one without looking at the score first."""
    constraints = [b for b in table.reasons.constraints if b.forbids_pair(i, j)]
    return (
        constraints
        or (i, j) in table.reasons.one_way
        or table.fit(i, [j])[0] < table.reasons.minimum
    )


@pytest.mark.parametrize("case", range(4))
def test_batches_of_any_size_give_the_same_table(case):
    pool = people(generator(case))
    tables = [score(pool, Criteria(minimum=1500), batch=t).S for t in (1, 7, 1024)]
    assert (tables[0] == tables[1]).all()
    assert (tables[0] == tables[2]).all()


@pytest.mark.parametrize("top", [1, 9, 2**40])
def test_people_are_of_one_kind_exactly_when_all_their_answers_are_equal(top):
    rng = generator(top)
    answers = rng.integers(-1, 2, (40, 4)) * top
    rows, kind = group_rows(answers[:, 0], answers[:, 1:])
    assert (rows[kind] == answers).all()
    assert len(np.unique(rows, axis=0)) == len(rows)


@pytest.mark.parametrize("case", range(4))
def test_weights_are_proportions(case):
    pool, weights = people(generator(case)), Criteria().weights
    doubled = Criteria(weights={k: 2 * w for k, w in weights.items()})
    assert (score(pool, doubled).S == score(pool, Criteria()).S).all()


def shuffled(pool, rng):
    """The same people with their rows in another order."""

    def mixed(given):
        order = rng.permutation(len(given))
        fields = {k: v[order] for k, v in vars(given).items() if isinstance(v, np.ndarray)}
        return Side(**fields)

    capacity = dict(zip(pool.mentors.ids.tolist(), pool.capacity.tolist(), strict=True))
    return Pool(mixed(pool.mentees), mixed(pool.mentors), capacity)


@pytest.mark.parametrize("case", range(10))
def test_the_same_people_in_any_row_order_give_the_same_plan_byte_for_byte(case):
    rng = generator(case)
    pool = people(rng)
    other = shuffled(pool, rng)
    plans = [solve(score(p, Criteria()), p.capacity, Rules()) for p in (pool, other)]
    assert as_bytes(plans[0]) == as_bytes(plans[1])


def test_another_process_gives_the_same_bytes():
    code = (
        "import numpy as np, sys\n"
        "from matching.engine import ScoreTable, solve\n"
        "from matching.tests.engine.synthetic import as_bytes\n"
        "r = np.random.default_rng(5)\n"
        "plan = solve(ScoreTable(r.integers(-1, 9, (40, 30))), r.integers(0, 3, 30))\n"
        "sys.stdout.buffer.write(as_bytes(plan))"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    r = np.random.default_rng(5)
    here = solve(ScoreTable(r.integers(-1, 9, (40, 30))), r.integers(0, 3, 30))
    assert there == as_bytes(here)


def test_any_change_of_input_changes_the_hash():
    rng = generator(0)
    pool = people(rng)
    plan = solve(score(pool, Criteria()), pool.capacity)
    others = [
        solve(score(pool, Criteria(version="2")), pool.capacity),
        solve(
            score(
                pool,
                Criteria(),
                overrides=[("mentee00@example.org", "mentor00@example.org", ["language"])],
            ),
            pool.capacity,
        ),
        solve(score(pool, Criteria()), np.asarray(pool.capacity) + 1),
        solve(score(pool, Criteria()), pool.capacity, Rules(stability_bonus=1)),
        solve(score(pool, Criteria()), pool.capacity, prior=plan),
    ]
    assert len({plan.input_hash, *(p.input_hash for p in others)}) == 6


def test_a_stored_table_resumes_with_its_digest():
    table = ScoreTable([[3, 1]], mentee_ids=["ben"], mentor_ids=["ada", "eve"])
    again = ScoreTable(table.S, mentee_ids=["ben"], mentor_ids=["ada", "eve"], digest=table.digest)
    assert as_bytes(solve(again, [1, 1])) == as_bytes(solve(table, [1, 1]))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Side(ids=["ben", "ben"]), "'ben' appears twice"),
        (lambda: Side(ids=["ben", "cem"], person=["x", "x"]), "'x' appears twice"),
        (lambda: Side(ids=["ben"], years=[1, 2]), "years has 2 rows for 1 people"),
        (lambda: Side(ids=["ben"], years=[1.5]), "years must be whole numbers"),
        (lambda: Side(ids=["ben"], topics=[1]), "topics must have 2"),
        (lambda: Pool(Side(ids=["ben"]), Side(ids=["ada"]), [-1]), "'ada' has a negative"),
        (
            lambda: Pool(Side(ids=["ben"]), Side(ids=["ada"]), {}),
            "no capacity for mentor 'ada'",
        ),
        (lambda: Pool(Side(ids=["ben"]), Side(ids=["ada"]), [1, 1]), "2 capacities"),
        (
            lambda: Pool(Side(ids=["ben"]), Side(ids=["ada"]), [1], pairs={"tall": []}),
            "unknown pair rules: tall",
        ),
        (
            lambda: Pool(
                Side(ids=["ben"]), Side(ids=["ada"]), [1], pairs={"avoid": [("zoe", "ada")]}
            ),
            "'zoe'",
        ),
        (
            lambda: Pool(
                Side(ids=["ben"]), Side(ids=["ada"]), [1], mentee_wishes=[("ben", "ada", 0)]
            ),
            "start at 1",
        ),
        (lambda: ScoreTable([[1]], mentee_ids=["ben", "cem"]), "2 ids for 1 mentees"),
        (lambda: ScoreTable([[1], [2]], mentee_ids=["ben", "ben"]), "twice among the mentees"),
    ],
)
def test_people_that_make_no_sense_are_refused_by_name(make, said):
    with pytest.raises(ValueError, match=said):
        make()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"topics": [[4]]}, "topics must be between 0 and 3"),
        ({"hours": [[1] * 5]}, "5 slots do not divide"),
        ({"hours": [[1] * 42], "utc_offset": [7]}, "whole quarter hours"),
    ],
)
def test_answers_out_of_range_are_refused_with_a_reason(fields, said):
    pool = Pool(Side(ids=["ben"], **fields), Side(ids=["ada"], **fields), [1])
    with pytest.raises(ValueError, match=said):
        score(pool, Criteria())


@pytest.mark.parametrize("case", range(6))
def test_stored_scores_get_the_very_same_reasons_again(case):
    rng = generator(case)
    both = [f"person{k}" for k in range(4)]
    me, mo = side(rng, 12, "mentee"), side(rng, 8, "mentor")
    me = replace(me, person=both + me.ids.tolist()[4:])
    mo = replace(mo, person=both + mo.ids.tolist()[4:])
    overrides = [
        (me.ids[0], mo.ids[1], ["both_ways", "language", "same_employer"]),
        (me.ids[5], mo.ids[5], ["readiness"]),
    ]
    pool, criteria = Pool(me, mo, rng.integers(1, 3, 8)), Criteria(minimum=1200)
    table = score(pool, criteria, overrides)
    bare = ScoreTable(
        table.S, mentee_ids=pool.mentees.ids, mentor_ids=pool.mentors.ids, digest=table.digest
    )
    again = with_reasons(bare, pool, criteria, overrides)
    assert (again.digest, again.rule_counts, again.missing) == (
        table.digest,
        table.rule_counts,
        table.missing,
    )
    for i, j in np.ndindex(table.shape):
        assert again.why_not(i, j) == table.why_not(i, j) == table.why_not_of(i, [0, j])[1]
        assert hits_of(again, i, j) == hits_of(table, i, j)
    assert all((again.raw(i) == table.raw(i)).all() for i in range(12))


def test_reasons_are_refused_for_a_table_of_other_people():
    with pytest.raises(ValueError, match="other people"):
        with_reasons(ScoreTable([[1]]), people(generator(0)), Criteria())


@pytest.mark.parametrize("sizes", [(0, 0), (0, 3), (3, 0), (1, 1)])
def test_empty_sides_have_a_table_and_a_plan(sizes):
    pool = people(generator(0), *sizes)
    plan = solve(score(pool, OWN_RULES), pool.capacity)
    assert (plan.mu.shape, plan.certificate) == ((sizes[0],), True)


def test_criteria_that_could_overflow_are_refused():
    from matching.engine import Same

    pool = Pool(Side(ids=["ben"], columns={"x": [1]}), Side(ids=["ada"], columns={"x": [1]}), [1])
    with pytest.raises(ValueError, match="counted exactly"):
        score(pool, Criteria(weights={}, custom=(Same("x", "x", 2**20),)))


def test_points_beyond_sixteen_bits_are_kept():
    from matching.engine import Same

    pool = Pool(Side(ids=["ben"], columns={"x": [1]}), Side(ids=["ada"], columns={"x": [1]}), [1])
    assert score(
        pool, Criteria(weights={}, rules=set(), custom=(Same("x", "x", 100_000),))
    ).S.tolist() == [[100_000]]
