"""Comments of the pairs on their agreements: a suggested change that waits, a question answered."""

from __future__ import annotations

from agreements import comments, drafting
from agreements.models import AgreementVersion
from matches.models import Match

from .setup import DemoCohort

EVERY = 4  # one pair in so many has comments


def add_comments(demo: DemoCohort, matches: list[Match], *, start: float) -> None:
    """Let mentors of some pairs ask something, which is answered, and suggest another rhythm."""
    for place, match in enumerate(matches):
        is_demo = match.mentee.person.email.startswith("mentee@")
        day = demo.calendar.today - 3
        if (is_demo or place % EVERY == 1) and match.state == Match.State.ACTIVE and day > start:
            add_comments_of(demo, match, day=day)


def add_comments_of(demo: DemoCohort, match: Match, *, day: float) -> None:
    version = drafting.current_version(match)
    if version is None or version.state != AgreementVersion.State.SIGNED:
        return
    texts, calendar = demo.texts["comments"], demo.calendar
    mentee, mentor = match.people
    asked = comments.comment(
        version, "goals", words=texts["question"], by=mentor, at=calendar.at(day, hour=10)
    )
    comments.answer(asked, words=texts["answer"], by=mentee, at=calendar.at(day, hour=20))
    values = drafting.part_values(version, "rhythm") | {"rhythm_days": 21}
    comments.suggest(
        version, "rhythm", values, words=texts["why"], by=mentor, at=calendar.at(day + 1)
    )
