"""A cohort that lives through its term: what each pair and each carer does on which day.

Who does what follows from a seed. Every act is a verb of the product, as a page calls it, and is
noted in `Facts`; nothing here says which e-mail follows from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from accounts.models import User
from accounts.wall_time import WallTime
from agreements import drafting, renewal, signing
from checkins import answering
from checkins.models import CheckIn
from matches import endings, follow_ups, pauses
from matches.models import Closure, FollowUp, Match
from matches.pause_days import Wish
from meetings import contacts, preparing, recording, scheduling
from meetings.models import Agenda, Meeting
from testkit.agreements import PARTS

from .cohort_facts import (
    MeetingFact,
    PairFact,
    PauseFact,
    Person,
    VersionFact,
)

# Day by day one run of the worker in the afternoon of UTC: day in each of these.
ZONES = ("UTC", "America/Toronto", "Europe/Paris", "America/Sao_Paulo", "Asia/Dubai")
ENDINGS = ("", "completed", "early", "choice", "circumstance", "error", "renewed", "talk")
ENDS_ON_DAY = {"error": 4, "choice": 130, "circumstance": 85, "early": 200}
CLOSED = {
    "early": Match.Closed.COMPLETED_EARLY,
    "choice": Match.Closed.BY_CHOICE,
    "circumstance": Match.Closed.BY_CIRCUMSTANCE,
}
GOOD = {"fit": "good", "useful": "4", "rhythm": "as_planned"}


@dataclass(frozen=True)
class Habits:
    """How one pair lives; days count from its introduction, unless they follow something else."""

    contact_on: int | None
    draft_on: int
    mentor_signs_after: int
    term_months: int
    meets_every: int
    suggests_before: int  # the date
    accepts_after: int | None  # None: never; 0: they agreed on it
    writes_agenda: bool
    records_after: int | None
    misses: float
    answers_after: tuple[int | None, int | None]
    pauses_on: int | None
    pause_days: int
    comes_back_early: bool
    ending: str
    says_next_after: int | None
    slot: int

    @classmethod
    def of(cls, number: int, chance: Random) -> Habits:
        ending = ENDINGS[number % len(ENDINGS)]
        return cls(
            contact_on=chance.choice([1, 3, 6, 12, None]),
            draft_on=chance.choice([8, 16, 23, 31]),
            mentor_signs_after=chance.choice([0, 2, 5, 9]),
            term_months=chance.choice([12, 12, 9]),
            meets_every=chance.choice([28, 33, 50, 95]),
            suggests_before=chance.choice([1, 6, 12]),
            accepts_after=chance.choice([0, 0, 1, 3, None]),
            writes_agenda=chance.random() < 0.5,
            records_after=chance.choice([0, 2, 6, None]),
            misses=chance.choice([0.0, 0.3]),
            answers_after=(chance.choice([1, 4, 9, None]), chance.choice([1, 4, 9, None])),
            pauses_on=chance.choice([None, 70, 150]) if ending != "error" else None,
            pause_days=chance.choice([10, 30]),
            comes_back_early=chance.random() < 0.3,
            ending=ending,
            says_next_after=chance.choice([3, None]),
            slot=chance.randrange(2),
        )


class PairLife:
    """One pair: its row, its habits and its facts."""

    def __init__(self, match: Match, habits: Habits, fact: PairFact, number: int) -> None:
        self.pk, self.habits, self.fact = match.pk, habits, fact
        self.hour = 12 + number % 6  # of its meetings, so that a mentor's two don't clash
        self.has_said_next = False

    def act(self, match: Match, checkins: Sequence[CheckIn], at: datetime, chance: Random) -> None:
        """Do what these two do on this day; `match` and its open `checkins` as they are now."""
        day = (at - self.fact.introduced_at).days
        people = {row.pk: row for row in match.people}
        if self.fact.ended_at is None and match.state == Match.State.CLOSED:
            self._note_end(match)
        if self.fact.ended_at is not None:
            self._after_the_end(at)
            return
        for verb in (self._contact, self._agree, self._meet, self._record, self._pause, self._end):
            if self.fact.ended_at is None:
                verb(match, people, day, at, chance)
        if self.fact.ended_at is None:
            self._answer(match, checkins, at)

    # --- what a day may bring

    def _contact(
        self, match: Match, people: dict[int, User], day: int, at: datetime, chance: Random
    ) -> None:
        if day == self.habits.contact_on:
            contacts.note_contact(match, by=match.mentee.person, at=at)
            self.fact.contacts.append(at)

    def _agree(
        self, match: Match, people: dict[int, User], day: int, at: datetime, chance: Random
    ) -> None:
        mentee, mentor = match.people
        if day == self.habits.draft_on:
            for part, values in PARTS.items():
                extra = {}
                if part == "term":
                    months = self.habits.term_months
                    extra = {"term_months": months, "short_term_reason": "A move." * (months < 12)}
                version = drafting.save_part(
                    match, part, {**values, **extra}, expected_revision=0, by=mentee, at=at
                )
            drafting.share(version, by=mentee, at=at)
            self._sign(version, mentee, at)
            self.fact.drafted_at = at
            fact = VersionFact(version.pk, self.fact.mentee, at, self.habits.term_months)
            fact.signed[self.fact.mentee] = at
            self.fact.versions.append(fact)
        waiting = [one for one in self.fact.versions if one.in_force_at is None]
        for fact in waiting:
            if at - fact.shared_at >= timedelta(days=self.habits.mentor_signs_after):
                version = match.agreement.versions.get(pk=fact.pk)
                self._sign(version, mentor, at)
                fact.signed[self.fact.mentor] = at

    @staticmethod
    def _sign(version, person: User, at: datetime) -> None:
        version.refresh_from_db()
        signing.sign(
            version, by=person, typed_name=person.name, expected_revision=version.revision, at=at
        )

    def _meet(
        self, match: Match, people: dict[int, User], day: int, at: datetime, chance: Random
    ) -> None:
        self._answer_suggestions(match, at)
        habits, today = self.habits, at.date()
        if self.fact.is_paused(at) or day < (habits.contact_on or 13):
            return
        is_open = any(
            one.starts_at > at or not (one.outcome or one.set_at) for one in self.fact.meetings[-1:]
        )
        last = self.fact.meetings[-1].starts_at.date() if self.fact.meetings else None
        wait = habits.meets_every if last else 0
        if is_open and self.fact.meetings[-1].starts_at > at - timedelta(days=2):
            return
        if (today - (last or today)).days < wait - habits.suggests_before:
            return
        by, partner = (match.mentee.person, match.mentor.person)
        if chance.random() < 0.4:
            by, partner = partner, by
        start = at + timedelta(days=habits.suggests_before + 1)
        wall = WallTime(
            start.astimezone(ZoneInfo(by.time_zone)).date(), time(self.hour), by.time_zone
        )
        is_agreed = habits.accepts_after == 0
        is_talk = False
        if habits.ending == "talk" and match.ends_on is not None:
            is_talk = 0 < (match.ends_on - today).days < 58
        meeting = scheduling.plan_meeting(
            match, by=by, times=[wall], minutes=60, mode="video", is_agreed=is_agreed,
            is_closing_talk=is_talk, at=at,
        )  # fmt: skip
        self.fact.meetings.append(
            MeetingFact(
                meeting.pk, self._person(by), at, wall.starts_at, is_agreed,
                is_closing_talk=is_talk,
            )
        )  # fmt: skip

    def _answer_suggestions(self, match: Match, at: datetime) -> None:
        wait = self.habits.accepts_after
        for fact in self.fact.meetings[-1:]:
            is_waiting = fact.set_at is None and not fact.outcome and fact.starts_at > at
            if is_waiting and wait and at - fact.suggested_at >= timedelta(days=wait):
                meeting = self._meeting(match, fact)
                scheduling.accept(meeting, by=meeting.awaiting, at=at)
                fact.accepted_at = at
            is_set = fact.set_at is not None and fact.starts_at > at and fact.agenda_at is None
            if is_set and self.habits.writes_agenda and fact.starts_at - at < timedelta(days=2):
                answers = dict.fromkeys(Agenda.PROMPTS, "One thing")
                meeting = self._meeting(match, fact)
                preparing.save_agenda(meeting, answers, by=match.mentee.person, at=at)
                fact.agenda_at = at

    @staticmethod
    def _meeting(match: Match, fact: MeetingFact) -> Meeting:
        meeting = Meeting.objects.get(pk=fact.pk)
        meeting.match = match
        return meeting

    def _record(
        self, match: Match, people: dict[int, User], day: int, at: datetime, chance: Random
    ) -> None:
        wait = self.habits.records_after
        for fact in self.fact.meetings:
            over_at = fact.starts_at + timedelta(hours=1)
            if fact.outcome or wait is None or at < over_at + timedelta(days=wait):
                continue
            meeting = self._meeting(match, fact)
            by = match.mentee.person if chance.random() < 0.7 else match.mentor.person
            is_missed = fact.set_at is None or chance.random() < self.habits.misses
            outcome = "missed" if is_missed else "held"
            recording.record(meeting, by=by, outcome=outcome, at=at)
            fact.outcome, fact.recorded_at = outcome, at

    def _pause(
        self, match: Match, people: dict[int, User], day: int, at: datetime, chance: Random
    ) -> None:
        if day == self.habits.pauses_on and match.state != Match.State.INTRODUCED:
            by = chance.choice(match.people)
            last_day = at.date() + timedelta(days=self.habits.pause_days)
            made = pauses.pause(match, Wish(last_day=last_day), by=by, at=at)
            self.fact.pauses.append(PauseFact(made.pk, self._person(by), at, made.back_at))
        for fact in self.fact.pauses:
            half = fact.begun_at + timedelta(days=self.habits.pause_days // 2)
            if self.habits.comes_back_early and fact.ended_by is None and half <= at < fact.back_at:
                pauses.come_back(match, by=people[fact.by.pk], at=at)
                fact.back_at, fact.ended_by = at, fact.by

    def _end(
        self, match: Match, people: dict[int, User], day: int, at: datetime, chance: Random
    ) -> None:
        ending = self.habits.ending
        over = match.ends_on is not None and at.date() > match.ends_on + timedelta(days=2)
        near = match.ends_on is not None and (match.ends_on - at.date()).days
        if ending == "error" and day == ENDS_ON_DAY[ending]:
            endings.end(
                match, by=match.carer, kind=Match.Closed.IN_ERROR, cause=Closure.Cause.MISTAKE,
                at=at,
            )  # fmt: skip
        elif ending in CLOSED and day == ENDS_ON_DAY[ending]:
            endings.end(match, by=chance.choice(match.people), kind=CLOSED[ending], at=at)
        elif ending in {"completed", "talk", "renewed"} and over:
            kind = endings.completed_kind(match)
            endings.end(match, by=match.mentor.person, kind=kind, at=at)
        elif ending == "renewed" and near == 20 and len(self.fact.versions) == 1:
            mentee = match.mentee.person
            version = renewal.propose(match, months=1, by=mentee, at=at)
            self._sign(version, mentee, at)
            fact = VersionFact(version.pk, self.fact.mentee, at, version.term_months)
            fact.signed[self.fact.mentee] = at
            self.fact.versions.append(fact)
            return
        else:
            return
        self._note_end(match)

    def _note_end(self, match: Match) -> None:
        closure = Closure.objects.in_force().get(match=match)
        self.fact.ended_at, self.fact.ended_how = closure.closed_at, str(closure.kind)

    def _answer(self, match: Match, checkins: Sequence[CheckIn], at: datetime) -> None:
        waits = dict(zip((row.pk for row in match.people), self.habits.answers_after, strict=True))
        for checkin in checkins:
            wait = waits[checkin.person_id]
            if wait is None or at - checkin.opened_at < timedelta(days=wait):
                continue
            checkin.match = match
            answers = {
                question.code: GOOD.get(question.code, question.choices[-1][0])
                for question in checkin.questions
                if question.choices
            }
            answering.answer(checkin, by=checkin.person, answers=answers, at=at)
            key = (self._person(checkin.person), str(checkin.kind), checkin.ordinal)
            self.fact.answers[key] = at

    def _after_the_end(self, at: datetime) -> None:
        wait = self.habits.says_next_after
        ended_at = self.fact.ended_at
        if wait is None or ended_at is None or at - ended_at < timedelta(days=wait):
            return
        if self.has_said_next:
            return
        self.has_said_next = True
        for row in FollowUp.objects.filter(closure__match=self.pk, answered_at=None):
            follow_ups.answer(row, by=row.person, wish=FollowUp.Wish.STOP, at=at)
            self.fact.said_next[self._person(row.person)] = at

    def _person(self, user: User) -> Person:
        return next(one for one in self.fact.people if one.pk == user.pk)
