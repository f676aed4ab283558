"""How alike two people would like to work together, and plans of rounds that did not ask it."""

import hashlib

import numpy as np
import pytest

from matching.engine import Criteria, Pool, Rules, Side, score, solve, unanswered, verify

from .synthetic import as_bytes, generator, hits_of, people

ALONE = Criteria(weights={"way_of_working": 1}, rules=frozenset())
# The weights of rounds that were opened before there was this criterion.
EARLIER = {
    "understands": 28,
    "can_help": 28,
    "practical": 20,
    "wishes": 10,
    "gap": 5,
    "industry": 4,
    "waiting": 5,
}
# Scores and plans of such rounds, as recorded before: (digest, sha256 of the plan).
RECORDED = (
    (
        "6c36ada5255198b0939ba86bda92a880dbf7bc900aac1f2601ef89fc06b913b1",
        "21f083f38f1027c086c8c70a8a5953cffd19998259203910333020b5c4f63223",
    ),
    (
        "7c8b27aa23763dadc42c54bb2ce4fa963087c085588d1042e2989577a6c0296a",
        "f66806326383989585c5fa7c17dc693e01c016f1a1629e4a6bff113a3494b876",
    ),
    (
        "10ac49fcc75d35c10f3029cf6315e72aa0d7065e95a8e689076429e5bcc023b1",
        "4afafbe75d2b6acf103a811a265ee8b4672f006c9ce7093b7853cdea287adcb5",
    ),
)


def pool(mentees, mentors):
    """People of whom only these answers are known."""
    return Pool(
        Side(ids=[f"mentee{k}" for k in range(len(mentees))], way_of_working=mentees),
        Side(ids=[f"mentor{k}" for k in range(len(mentors))], way_of_working=mentors),
        [1] * len(mentors),
    )


def earlier_pool(case):
    rng = np.random.default_rng([47, case])
    wish = ("mentee00@example.org", "mentor01@example.org", 1)
    return people(rng, 40, 25, mentee_wishes=[wish])


@pytest.mark.parametrize(("theirs", "expected"), [(1, 10_000), (2, 5000), (3, 0)])
def test_the_same_answer_earns_all_points_and_the_next_one_half(theirs, expected):
    assert score(pool([[1]], [[theirs]]), ALONE).S.tolist() == [[expected]]


def test_points_are_shared_out_over_the_questions_without_a_rest():
    table = score(pool([[1, 2, 3]], [[1, 2, 3]]), ALONE)
    assert table.S.tolist() == [[10_000]]
    points = [points for _column, points in hits_of(table, 0, 0)["way_of_working"]]
    assert points == [3334, 3333, 3333]


def test_a_question_that_one_left_empty_earns_its_neutral_share():
    table = score(pool([[1, 0]], [[1, 3]]), ALONE)
    assert table.S.tolist() == [[5000 + 1500]]
    assert hits_of(table, 0, 0) == {"way_of_working": [(0, 5000)]}


def test_who_answered_nothing_is_unknown_and_loses_little():
    table = score(pool([[0, 0]], [[1, 3]]), ALONE)
    assert table.S.tolist() == [[3000]]
    assert table.missing["way_of_working"] == (1, 0)


def test_the_criterion_alone_orders_a_pool():
    mentors = [[3, 3], [1, 1], [2, 1], [1, 3]]
    table = score(pool([[1, 1]], mentors), ALONE)
    assert np.argsort(-table.S[0], kind="stable").tolist() == [1, 2, 3, 0]
    plan = solve(table, [1, 1, 1, 1], Rules())
    assert plan.mu.tolist() == [1]
    assert verify(table, [1, 1, 1, 1], Rules(), plan)


@pytest.mark.parametrize(
    ("mentee", "mentor", "why"),
    [
        ([[4]], [[1]], "must be between 0 and 3"),
        ([[-1]], [[1]], "must be between 0 and 3"),
        ([[1, 1]], [[1]], "2 questions for mentees, 1 for mentors"),
    ],
)
def test_other_answers_are_refused(mentee, mentor, why):
    with pytest.raises(ValueError, match=why):
        score(pool(mentee, mentor), ALONE)


@pytest.mark.parametrize("case", range(3))
def test_rounds_without_these_answers_have_the_plan_that_was_recorded(case):
    given = earlier_pool(case)
    table = score(given, Criteria(weights=EARLIER))
    plan = solve(table, given.capacity, Rules())
    assert (table.digest, hashlib.sha256(as_bytes(plan)).hexdigest()) == RECORDED[case]


def test_the_criterion_is_left_out_where_no_one_answered():
    weights = {**EARLIER, "way_of_working": 14}
    blank = pool([[0, 0]], [[0, 0]])
    assert "way_of_working" in unanswered(blank, Criteria(weights=weights))
    assert "way_of_working" in unanswered(earlier_pool(0), Criteria(weights=weights))
    said = pool([[1, 0]], [[0, 2]])
    assert "way_of_working" not in unanswered(said, Criteria(weights=weights))


@pytest.mark.parametrize("case", range(6))
def test_parts_add_up_whoever_answered(case):
    rng = generator(case)
    n, m = 12, 8
    given = pool(rng.integers(0, 4, (n, 6)), rng.integers(0, 4, (m, 6)))
    table = score(given, Criteria(rules=frozenset()), batch=int(rng.integers(1, 20)))
    for i in range(n):
        assert (sum(table.parts(i).values()) == table.S[i]).all()
        assert (table.parts(i)["way_of_working"] <= 1200).all()


def test_understands_leads_in_weight_as_it_does_in_order():
    weights = Criteria().weights
    first, *others = weights
    assert first == "understands"
    assert all(weights[first] > weights[other] for other in others)
    assert sum(weights.values()) == 100
    assert weights["way_of_working"] == 12
