"""What a URL or a form of the access rules says about its row, beside the row's id."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from matches.models import FollowUp

from .access_rule import PUBLIC_ID


def A_MENTEE(round_: Any) -> str:
    """One mentee of a round."""
    return round_.cohort.applications.mentees().earliest("pk").public_id


def AN_UNMATCHED_MENTEE(round_: Any) -> str:
    return round_.cohort.applications.mentees().latest("pk").public_id


def A_MENTOR(round_: Any) -> str:
    return round_.cohort.applications.mentors().latest("pk").public_id


def A_FOLLOW_UP(match: Any) -> int:
    """What one of the two of an ended pair is asked."""
    return FollowUp.objects.filter(closure__match=match).earliest("pk").pk


A_DECISION = {
    "mentor": A_MENTOR,
    "other": A_MENTEE,
    "expected_version": lambda round_: round_.plan_version,
    "why": "w",
    "reason": "w",
    "kind": "choose",
}
ITS_APPLICATION = {
    "public_id": lambda question: question.application.public_id,
    "question_id": PUBLIC_ID,
}


ITS_PERSONS_APPLICATION = {
    "pk": lambda check: check.person.applications.earliest("pk").pk,
    "check": lambda check: check.pk,
}


def SOON(row: Any) -> str:
    """A day in the next days, as a form sends it."""
    return (timezone.localdate() + timedelta(days=7)).isoformat()


JOB = {"public_id": lambda job: job.round.public_id, "job_id": PUBLIC_ID}
A_RECORD = {"pk": lambda record: record.version_id, "record": lambda record: record.pk}
A_VERSION = {
    "pk": lambda version: version.program_id,
    "name": "faq",
    "language": "en",
    "version": lambda version: version.pk,
}
