"""Matching rounds: a matcher runs one, another member approves it, the chair publishes it."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from matches.carers import assign_carer
from matches.models import Match
from matching.models import Round, RoundEntry
from matching.rounds import decisions, lifecycle, publication

from .setup import DemoCohort

PINNED_PAIRS = (
    ("Amina Farah", "Ruth Adeyemi"),
    ("Priscilla Adjei", "Ruth Adeyemi"),
)  # the pairs of those who sign in to the demo


def run_round(demo: DemoCohort, *, day: float) -> Round:
    """Return a draft round with a proposed plan."""
    made = lifecycle.open_round(demo.cohort, by=demo.reader, at=demo.calendar.at(day, hour=9))
    lifecycle.run(made, by=demo.reader, at=demo.calendar.at(day, hour=10))
    return made


def pin_pairs(demo: DemoCohort, round_: Round, *, day: float) -> None:
    rows = demo.applications()
    for mentee, mentor in PINNED_PAIRS:
        step = decisions.RoundDecision(
            kind=RoundEntry.Kind.PIN, mentee=rows[mentee].pk, mentor=rows[mentor].pk
        )
        decisions.decide(
            round_,
            step,
            by=demo.reader,
            expected_version=round_.plan_version,
            at=demo.calendar.at(day, hour=11),
        )


def send_to_review(demo: DemoCohort, round_: Round, *, day: float) -> None:
    """Send the round to review as the demo's reader on `day` of the story."""
    lifecycle.send_to_review(round_, by=demo.reader, at=demo.calendar.at(day, hour=15))


def publish(demo: DemoCohort, round_: Round, *, day: float) -> list[Match]:
    """Approve and publish a round, and assign a carer to each pair; return the matches.

    None are made yet where the program asks people first.
    """
    second = demo.members["Benoît Lavoie"]
    lifecycle.approve(
        round_,
        by=second,
        expected_version=round_.plan_version,
        at=demo.calendar.at(day - 1, hour=16),
    )
    publication.schedule(round_, by=demo.chair, at=demo.calendar.at(day, hour=8))
    assert round_.publish_at  # set by `schedule`
    matches = publication.publish(round_, at=round_.publish_at)
    assign_carers(demo, matches, at=round_.publish_at)
    return matches


def assign_carers(demo: DemoCohort, matches: list[Match], *, at: datetime) -> None:
    """Assign a carer to each pair at `at`, in turn."""
    carers = [demo.members[name] for name in ("Karin Osei", "Alice Whitlock", "Benoît Lavoie")]
    for place, match in enumerate(matches):
        by_turn = carers[place % 3 :] + carers[: place % 3]
        assign_first_allowed_carer(match, by_turn, demo, at=at)


def assign_first_allowed_carer(
    match: Match, carers: list[User], demo: DemoCohort, *, at: datetime
) -> None:
    """Assign the first carer without a declared conflict of interest."""
    allowed = [
        carer for carer in carers if Match.objects.for_committee(carer).filter(pk=match.pk).exists()
    ]
    assign_carer(match, allowed[0], by=demo.chair, at=at)
