"""The rules of suppression, tested against an attacker who subtracts figures."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from checkins import suppression
from checkins.suppression import Source

SIZES = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 12), min_size=1)
SMALLEST = st.integers(3, 7)


def shown_parts(sizes, smallest):
    """Each answer is of a person of their own; nothing is shown if the total is not."""
    parts = {
        name: frozenset(Source(number * 100 + n, number * 100 + n) for n in range(size))
        for number, (name, size) in enumerate(sizes.items())
    }
    return suppression.shown_parts(parts, smallest)


def pool(parts, codes, **options):
    numbered = {
        name: {Source(number * 100 + n, n): answer for n, answer in enumerate(answers)}
        for number, (name, answers) in enumerate(parts.items())
    }
    return suppression.pool(numbered, codes, **options)


@given(SIZES, SMALLEST)
def test_no_figure_rests_on_a_few(sizes, smallest):
    for name in shown_parts(sizes, smallest) or ():
        assert sizes[name] == 0 or sizes[name] >= smallest


@given(SIZES, SMALLEST)
def test_no_subtraction_reaches_a_few(sizes, smallest):
    """The attacker knows the total, every shown part and the sizes.

    Any difference counts no one, or at least the smallest group.
    """
    if 0 < sum(sizes.values()) < smallest:
        assert shown_parts(sizes, smallest) is None
        return
    shown = shown_parts(sizes, smallest)
    total = sum(sizes.values())
    for count in range(len(shown) + 1):
        for taken in combinations(sorted(shown), count):
            rest = total - sum(sizes[name] for name in taken)
            assert rest == 0 or rest >= smallest


@given(SIZES, SMALLEST)
def test_as_much_is_shown_as_the_rules_allow(sizes, smallest):
    """Nothing is hidden where every part is large enough."""
    if all(size == 0 or size >= smallest for size in sizes.values()) and sum(sizes.values()):
        assert shown_parts(sizes, smallest) == set(sizes)


@given(st.permutations(["a", "b", "c"]), st.lists(st.integers(0, 9), min_size=3, max_size=3))
def test_the_order_of_the_parts_does_not_matter(order, numbers):
    sizes = dict(zip(["a", "b", "c"], numbers, strict=True))
    assert shown_parts({name: sizes[name] for name in order}, 5) == shown_parts(sizes, 5)


def test_a_small_part_takes_the_next_smallest_with_it():
    table = pool({"mentee": ["4"] * 6, "mentor": ["5"] * 2}, ["4", "5"], is_scale=True, smallest=5)
    assert [name for name, figure in table.parts if figure] == []
    assert (table.total.count, table.total.median) == (8, 4.0)


def test_figures_are_rounded_and_counted():
    table = pool(
        {"mentee": ["yes"] * 4 + ["no"] * 3, "mentor": ["no"] * 5},
        ["yes", "no"],
        is_scale=False,
        smallest=5,
    )
    assert table.total.shares == (("yes", 35), ("no", 65))
    assert table.total.median is None
    assert {name: figure.count for name, figure in table.parts} == {"mentee": 7, "mentor": 5}


def test_four_answers_are_nothing():
    table = pool({"mentee": ["5"] * 2, "mentor": ["5"] * 2}, ["5"], is_scale=True, smallest=5)
    assert (table.total, [figure for _name, figure in table.parts]) == (None, [None, None])
