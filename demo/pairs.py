"""Rounds of matching: a matcher runs one, another member looks, the chair publishes."""

from __future__ import annotations

from matches.carers import assign_carer
from matches.models import Match
from matching.models import Round, RoundEntry
from matching.rounds import decisions, lifecycle, publication

from .setup import DemoCohort

PINNED_PAIRS = (
    ("Amina Farah", "Ruth Adeyemi"),
    ("Priscilla Adjei", "Ruth Adeyemi"),
)  # the sign-ins of the demo


def run_round(demo: DemoCohort, *, day: float) -> Round:
    """A draft with a proposed plan, and the pairs that the committee knows it wants."""
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
    lifecycle.send_to_review(round_, by=demo.reader, at=demo.calendar.at(day, hour=15))


def publish(demo: DemoCohort, round_: Round, *, day: float) -> list[Match]:
    """Second look by another member, hold, release, and a carer for each pair."""
    second = demo.members["Benoît Lavoie"]
    lifecycle.approve(
        round_,
        by=second,
        expected_version=round_.plan_version,
        at=demo.calendar.at(day - 1, hour=16),
    )
    publication.schedule(round_, by=demo.chair, at=demo.calendar.at(day, hour=8))
    matches = publication.publish(round_, at=round_.publish_at)
    carers = [demo.members[name] for name in ("Karin Osei", "Alice Whitlock", "Benoît Lavoie")]
    for place, match in enumerate(matches):
        by_turn = carers[place % 3 :] + carers[: place % 3]
        assign_first_allowed_carer(match, by_turn, demo)
    return matches


def assign_first_allowed_carer(match: Match, carers: list, demo: DemoCohort) -> None:
    """In turn, but never somebody who has declared a conflict of interest."""
    near = [
        carer for carer in carers if Match.objects.for_committee(carer).filter(pk=match.pk).exists()
    ]
    assign_carer(match, near[0], by=demo.chair)
