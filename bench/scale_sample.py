"""The rows that `bench.scale_data` copies, made as the product makes them; how copies are numbered.

Pair `k` (from 1) has the mentee `k` and the mentor `pairs + k`; ids of copies begin at `FIRST`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from agreements.goals import steps
from agreements.models import AgreementVersion, Goal, GoalReview
from applications.models import ApplicationTopic, Decision
from bench.copies import FIRST
from checkins.models import CheckIn, Concern, ContactLog
from checkins.seeds import seed_surveys
from matches.models import Match, Pause
from matching.models import Offer, Round
from meetings.models import ContactRequest, Meeting
from programs.models import Cohort, Membership, Topic
from testkit import agreements, checkins, factories, meetings, rounds

PAIRS_PER_COHORT, PAIRS_PER_MEMBER = 100, 100


@dataclass(frozen=True)
class Sample:
    """The rows that are copied."""

    match: Match
    member: Membership
    cohort: Cohort
    topics: list[Topic]
    meeting: Meeting
    version: AgreementVersion
    checkin: CheckIn
    concern: Concern
    contact: ContactLog
    round: Round


def make_sample() -> Sample:
    """Make one pair a month ago as the product makes it, with one row of everything."""
    at = timezone.now() - timedelta(days=30)
    seed_surveys()
    cohort = factories.cohort(opens_on=date(2020, 1, 1))
    carer = factories.member("Carla Sample", program=cohort.program, role="carer")
    match = factories.match(
        factories.person("Mia Sample", employer="Mill"),
        factories.person("Max Sample", employer="Harbour"),
        cohort,
        introduced_at=at,
        carer=carer,
    )
    topics = [rounds.topic(f"topic-{number}") for number in range(20)]
    ApplicationTopic.objects.create(application=match.mentee, topic=topics[0])
    Decision.objects.create(
        application=match.mentee, outcome="accepted", decided_by=carer, released_at=at
    )
    version = agreements.signed(match)
    meeting = meetings.held(match, at + timedelta(days=3))
    checkin = checkins.answered(match, match.mentee.person, at=at + timedelta(days=20))
    concern = Concern.objects.create(
        program=match.program,
        match=match,
        person=match.mentee.person,
        author=match.mentee.person,
        text="Something is not going well.",
    )
    contact = ContactLog.objects.create(
        match=match, person=match.mentee.person, member=carer, note="We spoke."
    )
    made = Round.objects.create(
        cohort=factories.cohort(program=cohort.program), number=1, name="Sample", state="discarded"
    )
    _add_what_pairs_do(version, made, at)
    member = Membership.objects.get(user=carer)
    return Sample(match, member, cohort, topics, meeting, version, checkin, concern, contact, made)


def _add_what_pairs_do(version: AgreementVersion, made: Round, at: datetime) -> None:
    """Add a step, a review, a pause, a request, a comment and an offer; all of them are over."""
    match = version.match
    mentee, mentor = match.people
    steps.add_step(Goal.system.get(match=match), "Ask a colleague", by=mentee)
    GoalReview.objects.create(match=match, month=3, asked_at=at, done_at=at, done_by=mentee)
    day = at.date()
    Pause.objects.create(
        match=match, starts_on=day, back_on=day, started_at=at, back_at=at, started_by=mentee,
        ended_at=at,
    )  # fmt: skip
    ContactRequest.system.create(
        match=match, asker=mentee, wished="Someone in finance", state="declined", answered_at=at
    )
    comment = agreements.comment_on(version)
    comment.author, comment.state, comment.resolved_at = mentor, "accepted", at
    comment.save()
    Offer.system.create(
        round=made, mentee=match.mentee, mentor=match.mentor, state="accepted", opened_at=at,
        closes_at=at, closed_at=at,
    )  # fmt: skip


def members(pairs: int) -> int:
    """Return how many members the committee has."""
    return max(1, pairs // PAIRS_PER_MEMBER)


def cohort_of(pairs: int, number: str) -> str:
    """Return SQL for the id of the cohort, and of its round, of the person or pair `number`."""
    last = max(1, pairs // PAIRS_PER_COHORT) - 1
    return f"{FIRST} + LEAST({last}, ((({number}) - 1) % {pairs}) / {PAIRS_PER_COHORT})"
