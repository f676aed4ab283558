"""Factories of check-ins."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from checkins.answering import answer
from checkins.models import CheckIn, current_survey
from checkins.seeds import seed_surveys
from matches.models import Match

GOOD_PULSE = {"useful": "4", "rhythm": "as_planned"}
GOOD_FIT = {"fit": "good"}


def opened(
    match: Match, person: User, kind: str = "pulse", at: datetime | None = None, **fields: object
) -> CheckIn:
    """A check-in that is open since `at` (now)."""
    at = at or timezone.now()
    seed_surveys()
    fields = {
        "ordinal": 1,
        "opens_at": at,
        "opened_at": at,
        "closes_at": at + timedelta(days=14),
        **fields,
    }
    survey = current_survey(kind, match.program)
    return CheckIn.objects.create(
        match=match, person=person, kind=kind, survey=survey, state="open", **fields
    )


def answered(
    match: Match, person: User, kind: str = "pulse", at: datetime | None = None, **answers: str
) -> CheckIn:
    at = at or timezone.now()
    checkin = opened(match, person, kind, at)
    usual = GOOD_PULSE if kind == "pulse" else GOOD_FIT
    answer(checkin, by=person, answers={**usual, **answers}, at=at)
    return checkin
