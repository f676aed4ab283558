"""The beginning of pairs: what each of the two expects, their first weeks, whom they ask for."""

from __future__ import annotations

from datetime import timedelta

from agreements import activities, expectations
from matches.models import Match
from meetings import contact_requests
from programs.models import ProgramActivity

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


def tick_first_weeks(demo: DemoCohort, match: Match, *, first_day: float) -> None:
    """Let a mentee say when they began, and tick what they have done of the first weeks."""
    mentee, mentor = match.people
    activities.set_first_day(match, demo.calendar.on(first_day), by=mentee)
    for turn, entry in enumerate(ProgramActivity.objects.first_weeks(match.program)[:2]):
        at = demo.calendar.at(first_day + 3) + timedelta(days=turn)
        activities.tick_item(match, entry, is_done=True, by=(mentee, mentor)[turn], at=at)


def ask_for_contacts(demo: DemoCohort, match: Match, *, day: float, is_promised: bool) -> None:
    """Let a mentee ask to meet someone; the mentor promises to ask, or has not answered."""
    mentee, mentor = match.people
    words = demo.texts["contact_requests"]
    row = contact_requests.ask(match, by=mentee, **words, at=demo.calendar.at(day))
    if is_promised:
        contact_requests.promise(row, by=mentor, at=demo.calendar.at(day + 1))
