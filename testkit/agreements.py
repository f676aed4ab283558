"""Factories of agreements; they call the same functions as the pages."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import User
from agreements import drafting, signing
from agreements.drafting import PartValues
from agreements.expectations import QUESTIONS
from agreements.models import AgreementVersion, Expectations, PartComment
from matches.models import Match

RHYTHM = {
    "rhythm_days": 30,
    "meeting_minutes": 60,
    "mode": "mixed",
    "scheduler": "mentee",
    "notice_hours": 24,
    "reply_days": 2,
    "lateness": "message",
}
GOALS = {
    "goals": [{"key": "", "text": "Lead a hiring panel", "measure": "Two panels led before June"}]
}
ACTIVITIES = {"activities": ["Practise a hard conversation", "Read one book together"]}
CONFIDENTIALITY = {
    "confidentiality": "What we say stays between us.",
    "feedback": "We ask before we advise.",
}
TERM = {
    "term_months": 12,
    "short_term_reason": "",
    "ending_rules": "Either of us may end, without blame.",
}
PARTS: dict[str, PartValues] = {
    "rhythm": RHYTHM,
    "goals": GOALS,
    "activities": ACTIVITIES,
    "confidentiality": CONFIDENTIALITY,
    "term": TERM,
}


def draft(match: Match, **parts: PartValues) -> AgreementVersion:
    """A complete draft, written by the mentee."""
    mentee = match.mentee.person
    for part, values in PARTS.items():
        version = drafting.save_part(
            match, part, {**values, **parts.get(part, {})}, expected_revision=0, by=mentee
        )
    return version


def shared(match: Match, **parts: PartValues) -> AgreementVersion:
    version = draft(match, **parts)
    drafting.share(version, by=match.mentee.person)
    return version


def comment_on(version: AgreementVersion) -> PartComment:
    """An open comment of the mentee, with a suggestion and words in every column."""
    return PartComment.objects.create(
        version=version,
        part="activities",
        part_revision=version.activities_revision,
        author=version.match.mentee.person,
        written_at=timezone.now(),
        text="t",
        answer="a",
        values_json='{"activities": ["Go to a fair"]}',
    )


def expect(match: Match) -> Expectations:
    """What the mentee expects, with words in every column; the mentor may read it."""
    now, words = timezone.now(), dict.fromkeys(QUESTIONS, "w")
    return Expectations.objects.create(
        match=match, author=match.mentee.person, saved_at=now, shown_at=now, **words
    )


def sign(version: AgreementVersion, *people: User) -> AgreementVersion:
    for person in people:
        signing.sign(version, by=person, typed_name=person.name, expected_revision=version.revision)
    return version


def signed(match: Match, **parts: PartValues) -> AgreementVersion:
    """An agreement in force; the match is active."""
    return sign(shared(match, **parts), *match.people)
