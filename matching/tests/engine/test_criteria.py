"""Each criterion alone: what earns points, how many, and what a missing answer does."""

import numpy as np
import pytest

from matching.engine import (
    AtLeast,
    Criteria,
    Different,
    Gap,
    Overlap,
    Pool,
    Rating,
    Same,
    Side,
    score,
)

from .synthetic import generator, hits_of


def points(mentee, mentor, criterion, *, wishes=None, **settings):
    """Points of one mentee with one mentor when only this criterion counts."""
    me = Side(ids=["ben"], **{k: [v] for k, v in mentee.items()})
    mo = Side(ids=["ada"], **{k: [v] for k, v in mentor.items()})
    weights = {"wishes": 1, "gap": 9} if criterion == "wishes" else {criterion: 1}
    table = score(
        Pool(me, mo, [1], **(wishes or {})),
        Criteria(weights=weights, rules=frozenset(), **settings),
    )
    return int(table.parts(0, [0])[criterion][0]) if criterion in table.parts(0, [0]) else 0


@pytest.mark.parametrize(("level", "expected"), [(0, 0), (1, 7000), (2, 10_000)])
def test_understands_values_living_it_above_accompanying(level, expected):
    assert points({"situations": [1, 0]}, {"situations": [level, 1]}, "understands") == expected


@pytest.mark.parametrize(("level", "expected"), [(0, 0), (1, 5000), (2, 8000), (3, 10_000)])
def test_can_help_grows_with_the_mentors_level(level, expected):
    assert points({"topics": [2, 0]}, {"topics": [level, 3]}, "can_help") == expected


def test_can_help_shares_points_over_needs_by_priority():
    assert points({"topics": [3, 1, 0]}, {"topics": [3, 0, 3]}, "can_help") == 7500


def test_more_needs_never_earn_more_than_the_whole_criterion():
    assert (
        points({"topics": [3, 3, 3]}, {"topics": [3, 3, 3]}, "can_help") == 9990
    )  # 333 whole points for each tenth


@pytest.mark.parametrize(
    ("gap", "expected"), [(-1, 0), (0, 0), (1, 3333), (3, 10_000), (12, 10_000), (25, 0), (30, 0)]
)
def test_gap_is_best_between_three_and_twelve_years(gap, expected):
    assert points({"years": 5}, {"years": 5 + gap}, "gap") == expected if 5 + gap >= 0 else True


def test_industry_counts_what_the_mentee_wants_to_hear_about():
    assert points({"industries": [1, 1]}, {"industries": [0, 1]}, "industry") == 10_000
    assert points({"industries": [1, 0]}, {"industries": [0, 1]}, "industry") == 0


@pytest.mark.parametrize(("rounds", "expected"), [(0, 0), (1, 5000), (2, 10_000), (9, 10_000)])
def test_waiting_counts_the_rounds_left_out_up_to_two(rounds, expected):
    assert points({"waiting": rounds}, {}, "waiting") == expected


def test_waiting_never_decides_with_whom():
    me = Side(ids=["ben"], waiting=[2])
    table = score(Pool(me, Side(ids=["ada", "eve"]), [1, 1]), Criteria(rules=frozenset()))
    assert table.fit(0).tolist() == [0, 0]
    assert len(set(table.raw(0).tolist())) == 1


@pytest.mark.parametrize(
    ("rank", "expected"), [(1, 600), (2, 450), (3, 300), (4, 210), (5, 150), (9, 150)]
)
def test_a_mentees_wish_counts_by_rank_up_to_its_bounded_share(rank, expected):
    assert points({}, {}, "wishes", wishes={"mentee_wishes": [("ben", "ada", rank)]}) == expected


def test_a_mentors_wish_counts_too():
    both = {"mentee_wishes": [("ben", "ada", 1)], "mentor_wishes": [("ben", "ada", 1)]}
    assert points({}, {}, "wishes", wishes={"mentor_wishes": [("ben", "ada", 1)]}) == 400
    assert points({}, {}, "wishes", wishes=both) == 1000


def test_a_pair_ranked_twice_by_one_person_counts_once():
    assert (
        points({}, {}, "wishes", wishes={"mentee_wishes": [("ben", "ada", 2), ("ben", "ada", 1)]})
        == 600
    )


def test_wishes_cannot_outweigh_facts():
    with pytest.raises(ValueError, match="at most 25 %"):
        Criteria(weights={"wishes": 50, "can_help": 50})


def practical(part, mentee, mentor, **more):
    shares = {part: 1}
    return points(mentee, mentor, "practical", practical=shares, **more)


def week(*hours):
    row = np.zeros(168, int)
    row[list(hours)] = 1
    return row


@pytest.mark.parametrize(("shared", "expected"), [(0, 0), (1, 3332), (3, 9996), (5, 9996)])
def test_shared_free_hours_count_up_to_enough(shared, expected):
    assert (
        practical("hours", {"hours": week(*range(5))}, {"hours": week(*range(5 - shared, 10))})
        == expected
    )


@pytest.mark.parametrize(("offset", "expected"), [(0, 0), (-300, 3332), (330, 0), (-330, 1666)])
def test_hours_are_compared_at_the_same_moment_not_the_same_clock(offset, expected):
    mentor = {"hours": week(17), "utc_offset": [0]}
    assert practical("hours", {"hours": week(12), "utc_offset": [offset]}, mentor) == expected


def test_hours_wrap_around_the_week():
    assert practical("hours", {"hours": week(0), "utc_offset": [60]}, {"hours": week(167)}) == 3332


def test_with_two_sample_weeks_the_worse_one_counts():
    mentee = {"hours": week(12, 13), "utc_offset": [0, 60]}
    assert practical("hours", mentee, {"hours": week(12, 13), "utc_offset": [0, 0]}) == 3332
    assert practical("hours", mentee, {"hours": week(12, 13), "utc_offset": [0, 60]}) == 6664


@pytest.mark.parametrize("case", range(6))
def test_shared_time_is_what_counting_every_quarter_hour_finds(case):
    rng = generator(case)
    sides = [
        (rng.integers(0, 2, (n, rng.choice([21, 42, 168]))), rng.choice([-300, 0, 60, 345], (n, 2)))
        for n in (9, 7)
    ]
    me, mo = (
        Side(ids=[f"{len(h)}-{k}" for k in range(len(h))], hours=h, utc_offset=o) for h, o in sides
    )
    table = score(
        Pool(me, mo, [1] * 7),
        Criteria(weights={"practical": 1}, practical={"hours": 1}, enough_minutes=10_080),
    )
    for i, j in np.ndindex(9, 7):
        shared = min(
            len(in_utc(*sides[0], i, week) & in_utc(*sides[1], j, week)) for week in (0, 1)
        )
        assert table.raw(i, [j])[0] == shared * (10_000 // 672)
        assert table.S[i, j] == table.raw(i, [j])[0]


def in_utc(hours, offsets, person, week):
    """Free quarter hours of one person, counted from Monday 00:00 UTC."""
    size = 672 // hours.shape[1]
    return {(q - offsets[person, week] // 15) % 672 for q in range(672) if hours[person, q // size]}


def test_a_week_in_which_all_clocks_changed_is_not_counted_twice():
    from matching.engine.problem.hours import different_weeks

    assert different_weeks(np.array([[0, 60]]), np.array([[120, 180], [60, 120]])) == [0]
    assert different_weeks(np.array([[0, 60]]), np.array([[120, 120]])) == [0, 1]
    assert different_weeks(None, np.array([[60, 120, 60]])) == [0, 1]
    assert different_weeks(None, None) == [0]


def test_slots_of_other_lengths_mean_the_same_hours():
    evenings = np.zeros(42, int)
    evenings[4] = 1
    assert practical("hours", {"hours": evenings}, {"hours": week(16, 17, 18, 19)}) == 9996


@pytest.mark.parametrize(
    ("mode", "place", "expected"),
    [(1, 0, 10_000), (1, 1, 10_000), (3, 0, 10_000), (3, 1, 5000), (2, 0, 10_000), (2, 1, 0)],
)
def test_place_prefers_meeting_as_both_hope(mode, place, expected):
    assert practical("place", {"mode": mode, "place": place}, {"mode": 3, "place": 0}) == expected


def test_language_counts_half_where_one_only_works_in_it():
    assert practical("language", {"languages": [2, 1]}, {"languages": [2, 0]}) == 10_000
    assert practical("language", {"languages": [1, 2]}, {"languages": [2, 0]}) == 5000
    assert practical("language", {"languages": [0, 2]}, {"languages": [2, 0]}) == 0


@pytest.mark.parametrize(("rhythm", "expected"), [(0, 0), (1, 5000), (2, 10_000)])
def test_rhythm_counts_half_for_the_next_one(rhythm, expected):
    assert practical("rhythm", {"rhythm": rhythm}, {"rhythm": 2}) == expected


@pytest.mark.parametrize(
    ("criterion", "field", "empty", "given"),
    [
        ("understands", "situations", [0], [1]),
        ("can_help", "topics", [0], [1]),
        ("industry", "industries", [0], [1]),
        ("gap", "years", -1, 9),
        ("hours", "hours", week(), week(3)),
        ("language", "languages", [0], [1]),
        ("rhythm", "rhythm", -1, 1),
        ("place", "mode", 0, 1),
    ],
)
def test_silence_earns_the_neutral_share_and_is_counted(criterion, field, empty, given):
    name = "practical" if criterion in ("hours", "language", "rhythm", "place") else criterion
    for mine, theirs in ((empty, given), (given, empty)):
        pool = Pool(
            Side(ids=["ben"], **{field: [mine]}), Side(ids=["ada"], **{field: [theirs]}), [1]
        )
        criteria = Criteria(
            weights={name: 1},
            rules=frozenset(),
            practical={criterion: 1} if name == "practical" else {},
        )
        table = score(pool, criteria)
        line = f"practical.{criterion}" if name == "practical" else name
        assert table.S[0, 0] == 3000
        assert [name for name, unknown in table.unknown_of([0], [0]).items() if unknown[0]] == [
            line
        ]
        assert hits_of(table, 0, 0) == {}
        assert table.missing[line] == (int(mine is empty), int(theirs is empty))


def test_hits_tell_which_answers_earned_the_points():
    me, mo = Side(ids=["ben"], topics=[[3, 0, 1]]), Side(ids=["ada"], topics=[[3, 3, 1]])
    table = score(Pool(me, mo, [1]), Criteria(weights={"can_help": 1}, rules=frozenset()))
    assert hits_of(table, 0, 0) == {"can_help": [(0, 7500), (2, 1250)]}


def test_points_for_a_missing_answer_are_no_ones_hit_even_beside_people_who_answered():
    me = Side(ids=["ben", "cem"], topics=[[3, 0], [0, 0]], hours=[week(3), week()])
    mo = Side(ids=["ada", "eve"], topics=[[3, 3], [0, 0]], hours=[week(3), week(9)])
    table = score(
        Pool(me, mo, [1, 1]), Criteria(weights={"can_help": 1, "practical": 1}, rules=frozenset())
    )
    assert hits_of(table, 0, 0) == {"can_help": [(0, 5000)], "practical.hours": [(4, 832)]}
    assert (hits_of(table, 0, 1), hits_of(table, 1, 0)) == ({}, {})


def own(criterion, mentee, mentor):
    me = Side(ids=["ben"], columns={k: [v] for k, v in mentee.items()})
    mo = Side(ids=["ada"], columns={k: [v] for k, v in mentor.items()})
    table = score(Pool(me, mo, [1]), Criteria(weights={}, rules=frozenset(), custom=(criterion,)))
    return int(table.S[0, 0]), table.why_not(0, 0)


@pytest.mark.parametrize(
    ("mentor", "expected"),
    [(2, (0, ("grade",))), (3, (9, ())), (4, (12, ())), (5, (0, ("grade",))), (-1, (0, ()))],
)
def test_gap_criterion_gives_points_per_step_and_forbids_the_rest(mentor, expected):
    got = own(Gap("grade", "grade", {1: 9, 2: 12}, hard=True), {"grade": 2}, {"grade": mentor})
    assert got == ((-1, expected[1]) if expected[1] else expected)


@pytest.mark.parametrize(("mentor", "same", "different"), [(1, -1, 10), (2, 0, -1), (-1, 0, 0)])
def test_same_criterion_scores_or_forbids_a_category(mentor, same, different):
    assert own(Same("firm", "firm", forbid="same"), {"firm": 1}, {"firm": mentor})[0] == same
    assert (
        own(Same("firm", "firm", 10, forbid="different"), {"firm": 1}, {"firm": mentor})[0]
        == different
    )


@pytest.mark.parametrize(
    ("mentor", "different", "at_least"), [(0, 10, 0), (1, 0, 10), (2, 10, 10), (-1, 0, 0)]
)
def test_different_and_at_least_score_and_forbid_nothing(mentor, different, at_least):
    columns = {"firm": 1}, {"firm": mentor}
    assert own(Different("firm", "firm", 10), *columns) == (different, ())
    assert own(AtLeast("firm", "firm", 10), *columns) == (at_least, ())


def test_overlap_criterion_counts_only_what_the_mentee_asked_for():
    criterion = Overlap("identity", "asked", "has", points=6, at_most=1)
    assert own(criterion, {"asked": [1, 0]}, {"has": [1, 1]}) == (6, ())
    assert own(criterion, {"asked": [1, 1]}, {"has": [1, 1]}) == (6, ())
    assert own(criterion, {"asked": [0, 0]}, {"has": [1, 1]}) == (0, ())


@pytest.mark.parametrize(
    ("town", "expected"), [(0, (20, ())), (1, (5, ())), (2, (-1, ("town",))), (-1, (0, ()))]
)
def test_rating_criterion_scores_and_refuses_categories_from_either_side(town, expected):
    assert own(Rating("town", "likes", "town"), {"likes": [20, 5, -1]}, {"town": town}) == expected
    assert (
        own(Rating("town", "likes", "town", rater="mentor"), {"town": town}, {"likes": [20, 5, -1]})
        == expected
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"weights": {"looks": 1}}, "unknown weight 'looks'"),
        ({"weights": {"gap": -1}}, "'gap' must be a whole number"),
        ({"weights": {"gap": 0.5}}, "'gap' must be a whole number"),
        ({"rules": {"tall"}}, "unknown rule 'tall'"),
        ({"neutral_percent": 101}, "neutral_percent"),
        ({"minimum": -1}, "minimum"),
        ({"enough_minutes": 1}, "enough_minutes"),
        ({"custom": (Same("gap", "x"),)}, "a name of its own"),
    ],
)
def test_criteria_that_make_no_sense_are_refused_with_a_reason(settings, said):
    with pytest.raises(ValueError, match=said):
        Criteria(**settings)


def test_a_criterion_without_its_column_is_refused_with_a_reason():
    with pytest.raises(ValueError, match="no column 'firm'"):
        own(Same("firm", "firm", 1), {}, {})


def test_negative_points_are_refused():
    with pytest.raises(ValueError, match="negative points"):
        own(Same("firm", "firm", -1), {"firm": 1}, {"firm": 1})
