"""What pairs say before they write their agreement: what each of the two expects."""

from __future__ import annotations

from agreements import expectations
from matches.models import Match

from .setup import DemoCohort


def exchange_expectations(demo: DemoCohort, match: Match, *, day: float, both: bool = True) -> None:
    """Let the mentee say what they expect, and the mentor two days later if `both`."""
    if not demo.calendar.is_past(day + 2):
        return
    texts = demo.texts["expectations"]
    mentee, mentor = match.people
    for turn, (person, role) in enumerate(((mentee, "mentee"), (mentor, "mentor"))[: 1 + both]):
        at = demo.calendar.at(day + 2 * turn, hour=19)
        expectations.answer(match, by=person, answers=texts[role], show=False, at=at)
