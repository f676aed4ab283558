"""Each hard rule alone: it forbids, says so, can be switched off and waived, counts unknowns."""

import numpy as np
import pytest

from matching.criteria import RULE_TEXTS
from matching.engine import HARD_RULES, RULE_CODES, Criteria, Pool, Side, score

FREE_TIME = np.eye(168, dtype=int)

# rule: (mentee's answers, mentor's answers, further fields of the pool)
BROKEN = {
    "readiness": ({"ready": False}, {}, {}),
    "same_employer": ({"employer": 4}, {"employer": 4}, {}),
    "reporting_line": ({}, {}, {"pairs": {"reporting_line": [("ben", "ada")]}}),
    "conflict": ({}, {}, {"pairs": {"conflict": [("ben", "ada")]}}),
    "keep_apart": ({}, {}, {"pairs": {"keep_apart": [("ben", "ada")]}}),
    "ended_pair": ({}, {}, {"pairs": {"ended_pair": [("ben", "ada")]}}),
    "avoid": ({}, {}, {"pairs": {"avoid": [("ben", "ada")]}}),
    "language": ({"languages": [2, 0]}, {"languages": [0, 2]}, {}),
    "mode_place": ({"mode": 1}, {"mode": 2}, {}),
    "hours": ({"hours": FREE_TIME[3]}, {"hours": FREE_TIME[4]}, {}),
    "must_have": ({"required_traits": [1, 0]}, {"traits": [0, 1]}, {}),
    "self_pair": ({"person": "same"}, {"person": "same"}, {}),
    "minimum": ({}, {}, {}),
}


def pool(mentee, mentor, extra):
    me = Side(ids=["ben"], **{k: [v] for k, v in mentee.items()})
    mo = Side(ids=["ada"], **{k: [v] for k, v in mentor.items()})
    return Pool(me, mo, [1], **extra)


def test_every_rule_of_the_engine_is_tried_below_and_has_a_text():
    assert set(BROKEN) | {"both_ways"} == HARD_RULES
    assert set(RULE_CODES) == set(RULE_TEXTS)


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_alone_forbids_and_is_named(rule):
    criteria = Criteria(rules={rule}, minimum=1 if rule == "minimum" else 0)
    table = score(pool(*BROKEN[rule]), criteria)
    assert (table.S.tolist(), table.why_not(0, 0)) == ([[-1]], (rule,))


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_that_is_switched_off_forbids_nothing(rule):
    table = score(
        pool(*BROKEN[rule]),
        Criteria(rules=HARD_RULES - {rule}, minimum=1 if rule == "minimum" else 0),
    )
    assert table.S[0, 0] >= 0
    assert table.why_not(0, 0) == ()


@pytest.mark.parametrize("rule", sorted(set(BROKEN) - {"self_pair"}))
def test_a_waived_rule_allows_only_that_pair(rule):
    criteria = Criteria(rules={rule}, minimum=1 if rule == "minimum" else 0)
    table = score(pool(*BROKEN[rule]), criteria, overrides=[("ben", "ada", [rule])])
    assert table.S[0, 0] == table.raw(0, [0])[0]
    assert table.why_not(0, 0) == ()


def test_no_one_can_be_allowed_to_mentor_themself():
    with pytest.raises(ValueError, match="'self_pair' cannot be waived"):
        score(pool(*BROKEN["self_pair"]), Criteria(), overrides=[("ben", "ada", ["self_pair"])])


def test_setting_one_rule_aside_leaves_the_others_in_force():
    both = ({"employer": 1, "ready": False}, {"employer": 1}, {})
    table = score(pool(*both), Criteria(), overrides=[("ben", "ada", ["same_employer"])])
    assert (table.S[0, 0], table.why_not(0, 0)) == (-1, ("readiness",))


def test_an_override_of_an_unknown_rule_or_person_is_refused():
    with pytest.raises(ValueError, match="'tall' cannot be waived"):
        score(pool({}, {}, {}), Criteria(), overrides=[("ben", "ada", ["tall"])])
    with pytest.raises(ValueError, match="'zoe'"):
        score(pool({}, {}, {}), Criteria(), overrides=[("zoe", "ada", ["conflict"])])


UNKNOWN = {
    "same_employer": ({"employer": -1}, {"employer": 4}),
    "language": ({"languages": [0, 0]}, {"languages": [0, 2]}),
    "mode_place": ({"mode": 0}, {"mode": 2}),
}


@pytest.mark.parametrize("rule", UNKNOWN)
def test_a_missing_answer_forbids_nothing_but_is_counted(rule):
    table = score(pool(*UNKNOWN[rule], {}), Criteria(rules={rule}))
    assert (table.S[0, 0] >= 0, table.undecided[rule]) == (True, 1)


@pytest.mark.parametrize("rule", UNKNOWN)
def test_a_round_may_let_missing_answers_forbid(rule):
    table = score(pool(*UNKNOWN[rule], {}), Criteria(rules={rule}, unknown_forbids={rule}))
    assert table.why_not(0, 0) == (f"{rule}_unknown",)


def test_a_rule_about_which_no_one_was_asked_is_undecided_for_all():
    assert score(pool({}, {}, {}), Criteria(rules={"language"})).undecided == {"language": 1}


@pytest.mark.parametrize(
    ("mine", "theirs", "minutes", "allowed"),
    [(0, 0, 0, True), (0, 1, 20, False), (0, 1, 30, True), (0, 2, 90, False)],
)
def test_meeting_in_person_needs_a_place_in_reach(mine, theirs, minutes, allowed):
    travel = np.array([[0, 30, -1], [30, 0, -1], [-1, -1, 0]])
    mentee = {"mode": 2, "place": mine, "max_travel": minutes}
    table = score(
        pool(mentee, {"mode": 3, "place": theirs}, {"travel": travel}),
        Criteria(rules={"mode_place"}),
    )
    assert (table.why_not(0, 0) == ()) is allowed


def test_must_haves_hold_for_mentors_too():
    table = score(
        pool({"traits": [0, 1]}, {"required_traits": [1, 1]}, {}), Criteria(rules={"must_have"})
    )
    assert table.why_not(0, 0) == ("must_have",)


def test_minimum_is_about_the_fit_and_not_about_having_waited():
    criteria = Criteria(weights={"gap": 1, "waiting": 1}, rules={"minimum"}, minimum=100)
    table = score(pool({"years": 9, "waiting": 2}, {"years": 9}, {}), criteria)
    assert (table.S[0, 0], table.why_not(0, 0)) == (-1, ("minimum",))


def two_who_do_both(better, worse, **kwargs):
    """cem and eve stand on both sides; cem learning from eve has `better` years of gap."""
    people = ["cem", "eve"]
    me = Side(ids=["cem@in", "eve@in"], person=people, years=[10, 10])
    mo = Side(ids=["cem@out", "eve@out"], person=people, years=[10 + worse, 10 + better])
    return score(Pool(me, mo, [1, 1]), Criteria(weights={"gap": 1}), **kwargs)


def test_two_people_never_mentor_each_other_both_ways():
    table = two_who_do_both(better=5, worse=1)
    assert table.S.tolist() == [[-1, 10_000], [-1, -1]]
    assert table.why_not(1, 0) == ("both_ways",)


def test_on_a_tie_the_way_of_the_lower_key_is_closed():
    assert two_who_do_both(better=5, worse=5).S.tolist() == [[-1, -1], [10_000, -1]]


def test_setting_both_ways_aside_closes_the_other_way_instead():
    table = two_who_do_both(better=5, worse=1, overrides=[("eve@in", "cem@out", ["both_ways"])])
    assert table.S.tolist() == [[-1, -1], [3333, -1]]


def test_rule_counts_say_how_many_pairs_each_rule_closes():
    me = Side(ids=["ben", "cem"], employer=[1, 2])
    mo = Side(ids=["ada", "eve", "fay"], employer=[1, 1, 2], ready=[True, True, False])
    table = score(Pool(me, mo, [1, 1, 1]), Criteria(rules={"same_employer", "readiness"}))
    assert table.rule_counts == {"readiness": 2, "same_employer": 3, "both_ways": 0}
