"""Rounds of matching: a matcher runs one, another member looks, the chair publishes."""

from __future__ import annotations

from matches.carers import assign_carer
from matches.models import Match
from matching.models import Round, RoundEntry
from matching.rounds import decisions, lifecycle, publication

from .setup import Stage

KNOWN_PAIRS = (
    ("Amina Farah", "Ruth Adeyemi"),
    ("Priscilla Adjei", "Ruth Adeyemi"),
)  # the sign-ins of the demo


def run_round(stage: Stage, *, day: float) -> Round:
    """A draft with a proposed plan, and the pairs that the committee knows it wants."""
    made = lifecycle.open_round(stage.cohort, by=stage.reader, at=stage.calendar.at(day, hour=9))
    lifecycle.run(made, by=stage.reader, at=stage.calendar.at(day, hour=10))
    return made


def pin_known(stage: Stage, round_: Round, *, day: float) -> None:
    rows = stage.applications()
    for mentee, mentor in KNOWN_PAIRS:
        step = decisions.RoundDecision(
            kind=RoundEntry.Kind.PIN, mentee=rows[mentee].pk, mentor=rows[mentor].pk
        )
        decisions.decide(
            round_,
            step,
            by=stage.reader,
            expected_version=round_.plan_version,
            at=stage.calendar.at(day, hour=11),
        )


def send_to_second_look(stage: Stage, round_: Round, *, day: float) -> None:
    lifecycle.send_to_review(round_, by=stage.reader, at=stage.calendar.at(day, hour=15))


def publish(stage: Stage, round_: Round, *, day: float) -> list[Match]:
    """Second look by another member, hold, release, and a carer for each pair."""
    second = stage.members["Benoît Lavoie"]
    lifecycle.approve(
        round_,
        by=second,
        expected_version=round_.plan_version,
        at=stage.calendar.at(day - 1, hour=16),
    )
    publication.schedule(round_, by=stage.chair, at=stage.calendar.at(day, hour=8))
    matches = publication.publish(round_, at=round_.publish_at)
    carers = [stage.members[name] for name in ("Karin Osei", "Alice Whitlock", "Benoît Lavoie")]
    for place, match in enumerate(matches):
        by_turn = carers[place % 3 :] + carers[: place % 3]
        assign_to_first_possible(match, by_turn, stage)
    return matches


def assign_to_first_possible(match: Match, carers: list, stage: Stage) -> None:
    """In turn, but never somebody who has declared a conflict of interest."""
    near = [
        carer for carer in carers if Match.objects.for_committee(carer).filter(pk=match.pk).exists()
    ]
    assign_carer(match, near[0], by=stage.chair)
