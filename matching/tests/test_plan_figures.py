"""The minutes say what a plan with the best total cannot avoid, and nothing if all is well."""

from dataclasses import replace

from django.template.loader import render_to_string

from matching.engine import Audit, BlockingPairs, WishesEffect

PLAIN = Audit(
    mentees=9,
    mentors=5,
    capacity=10,
    pairs=9,
    mean=5000.0,
    p10=3000,
    worst=2000,
    forced=[],
    blocking_pairs=BlockingPairs(0, 0),
    wishes_effect=None,
)


def sentences(figures):
    return " ".join(
        render_to_string("admin/matching/round/_audit.html", {"figures": figures}).split()
    )


def test_a_plan_without_anything_to_note_adds_nothing():
    assert sentences(PLAIN) == ""
    assert sentences(None) == ""


def test_forced_and_blocking_pairs_and_wishes_are_counted():
    figures = replace(
        PLAIN,
        forced=[4],
        blocking_pairs=BlockingPairs(pairs=12, mentees=3),
        wishes_effect=WishesEffect(reassigned=2, pairs=0, points=40),
    )
    text = sentences(figures)
    assert "1 mentee has only one possible mentor." in text
    assert "12 pairs that are not in the plan would suit both people better" in text
    assert "Without wishes, 2 mentees would have a different mentor." in text
