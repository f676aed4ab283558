"""How the demo's pairs end: early, at the end of their term, or not at all."""

from __future__ import annotations

from accounts.models import User
from agreements import renewal, signing
from matches import endings, follow_ups, pauses, terms
from matches.models import FollowUp, Match, PauseRequest
from matches.pause_days import Wish as PauseWish

from . import cleanup, pair_closing
from .setup import DemoCohort

Kind, Wish = Match.Closed, FollowUp.Wish
# By place in the round: how a pair ended before its term, and how many days after it began.
ENDED_EARLY = {
    20: (Kind.BY_CIRCUMSTANCE, 120),
    27: (Kind.BY_CHOICE, 200),
    33: (Kind.COMPLETED_EARLY, 175),
}
ASKED_COMMITTEE = 24  # the place of the pair that may want to end
PAUSED, PAUSED_DAYS = 15, (-6, 18)  # the place of the pair on a pause; from when until when
# What happens at the end of the term, by day: the program runs by itself once a week.
TERM_DAYS = range(310, 400, 7)
RENEWED_EVERY, CLOSING_EVERY = 9, 3
RENEWED_AFTER, CLOSED_AFTER = 350, 362


def ended_after(place: int) -> int:
    """Return after how many days the pair at `place` ended early; more than a year for others."""
    return ENDED_EARLY[place][1] if place in ENDED_EARLY else 10_000


def end_early(demo: DemoCohort, matches: list[Match], *, start: float, before: float) -> None:
    """End the pairs that end before their term and before the day `before`, each once."""
    for place, (kind, after) in ENDED_EARLY.items():
        if place >= len(matches) or start + after >= before:
            continue
        match = matches[place]
        match.refresh_from_db(fields=["state"])
        if match.state != Match.State.CLOSED:
            mentee, mentor = match.people
            if kind == Kind.BY_CHOICE:
                endings.give_reason(match, by=mentee, reason="wishes")
            end(demo, match, kind, by=mentee, day=start + after)
            answer(demo, match, mentee, Wish.AGAIN, day=start + after + 2)
            answer(demo, match, mentor, Wish.PAUSE, day=start + after + 3)
            if kind == Kind.COMPLETED_EARLY:
                pair_closing.look_back(demo, match, place, day=start + after + 1)


def ask_and_pause(demo: DemoCohort, matches: list[Match]) -> None:
    """Let one person ask the committee to join, and a pair pause, some days before today."""
    if ASKED_COMMITTEE < len(matches) and demo.calendar.today < 340:
        match, at = matches[ASKED_COMMITTEE], demo.calendar.at(demo.calendar.today - 2)
        endings.ask_committee(match, by=match.mentee.person, at=at)
        _pause(demo, matches[PAUSED])


def _pause(demo: DemoCohort, match: Match) -> None:
    """Pause a pair some days ago, as its mentee does before a journey."""
    first, last = (demo.calendar.today + days for days in PAUSED_DAYS)
    wish = PauseWish(demo.calendar.on(last), PauseRequest.Reason.HOLIDAY)
    pauses.pause(match, wish, by=match.mentee.person, at=demo.calendar.at(first))


def end(demo: DemoCohort, match: Match, kind: str, *, by: User, day: float) -> None:
    """End a pair with a few words, as one of the two does."""
    match.refresh_from_db(fields=["state"])
    if match.state != Match.State.CLOSED:
        at = demo.calendar.at(day)
        cleanup.mark_past_emails_sent(at)  # an ending cancels what was not sent before
        words = demo.texts["texts"]["farewell"]
        endings.end(match, by=by, kind=kind, farewell=words, at=at)


def answer(demo: DemoCohort, match: Match, person: User, wish: str, *, day: float) -> None:
    """Say what someone wants after the end of their pair, if that day has come."""
    asked = FollowUp.objects.of(person).filter(closure__match=match).select_related("closure")
    row = asked.first()
    if row is not None and demo.calendar.is_past(day):
        follow_ups.answer(row, by=person, wish=wish, at=demo.calendar.at(day))


def end_terms(demo: DemoCohort, matches: list[Match], *, start: float) -> None:
    """Bring the pairs to the end of their term: most complete it, some go on, some are closing."""
    calendar = demo.calendar
    ordered = sorted(matches, key=lambda row: row.mentee.person.name)
    for after in TERM_DAYS:
        if calendar.is_past(start + after):
            cleanup.mark_past_emails_sent(calendar.at(start + after))
            terms.follow_terms(calendar.at(start + after))
        if after <= RENEWED_AFTER < after + TERM_DAYS.step:
            _renew(demo, ordered[::RENEWED_EVERY], start)
    if not calendar.is_past(start + CLOSED_AFTER):
        return
    for place, match in enumerate(ordered):
        match.refresh_from_db(fields=["state"])
        if match.state == Match.State.CLOSING and place % 4 != 2:
            pair_closing.look_back(demo, match, place, day=start + CLOSED_AFTER - 2)
        if match.state == Match.State.CLOSING and place % CLOSING_EVERY:
            mentee, mentor = match.people
            day = start + CLOSED_AFTER + place % 6
            end(demo, match, Kind.COMPLETED, by=(mentee, mentor)[place % 2], day=day)
            if place % 5 == 1:
                pair_closing.look_back(demo, match, place, day=day + 1)
            if place % 4 == 1:
                answer(demo, match, mentee, Wish.STOP, day=day + 1)
                answer(demo, match, mentor, Wish.AGAIN, day=day + 1)


def _renew(demo: DemoCohort, matches: list[Match], start: float) -> None:
    """Let pairs sign a term that is six months longer."""
    day = start + RENEWED_AFTER
    if not demo.calendar.is_past(day + 2):
        return
    for match in matches:
        match.refresh_from_db(fields=["state", "ends_on"])
        if renewal.version_to_renew(match) is None:
            continue
        mentee, _mentor = match.people
        version = renewal.propose(match, months=6, by=mentee, at=demo.calendar.at(day))
        for days_later, person in enumerate(match.people, 1):
            signing.sign(
                version,
                by=person,
                typed_name=person.name,
                expected_revision=version.revision,
                at=demo.calendar.at(day + days_later),
            )
