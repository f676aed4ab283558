"""Pairs in every state, each brought there by the verbs of the apps, for tests that visit pages.

A state is a function that lives a pair: `PAIR_STATES` has all of them by name. Those of one person
before a match are in `PERSON_STATES`. Verbs take their moment, so that a term can be nearly over
today.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import User
from accounts.wall_time import WallTime
from agreements import activities, amending, comments, drafting, expectations
from agreements import signing as signatures
from agreements.goals import edits, goal_states, steps
from agreements.goals.edits import GoalWords
from agreements.models import AgreementVersion, Goal
from matches import endings, pauses
from matches.match_creation import create_matches
from matches.models import Match
from matches.pause_days import Wish
from matches.terms import today_of
from meetings import contact_requests, contacts, feeds, preparing, recording, scheduling, sharing
from meetings.models import Meeting
from meetings.statements import facts, issuing
from notifications.outbox import enqueue
from programs.models import Cohort
from testkit import factories
from testkit.agreements import PARTS

Live = Callable[["Pair"], None]
PAIR_STATES: dict[str, Live] = {}
YEAR = 365


def state(live: Live) -> Live:
    """Register a state of a pair by the name of the function."""
    PAIR_STATES[live.__name__] = live
    return live


class Pair:
    """A pair that was introduced some days ago, and what its people do on which day."""

    def __init__(self, match: Match, carer: User) -> None:
        self.now = timezone.now().replace(microsecond=0)
        Match.objects.filter(pk=match.pk).update(carer=carer)
        self.match = Match.objects.with_people().get(pk=match.pk)
        self.carer, self.program = carer, self.match.program
        self.mentee, self.mentor = self.match.people

    @classmethod
    def introduce(cls, cohort: Cohort, carer: User, name: str, *, began: int) -> Pair:
        """Make two people a pair, so many days ago."""
        at = timezone.now() - timedelta(days=began)
        zones = {"mentee": "America/Toronto", "mentor": "Asia/Kathmandu"}
        mentee, mentor = (
            factories.application(
                factories.person(f"{role.title()} {name}", time_zone=zone),
                cohort, role, submitted_at=at, review_started_at=at,
            )
            for role, zone in zones.items()
        )  # fmt: skip
        (match,) = create_matches([(mentee.pk, mentor.pk, {})], at=at)
        pair = cls(match, carer)
        for person in pair.people:
            enqueue("match-introduced", to=person, about=pair.match, at=at)
        return pair

    @property
    def people(self) -> tuple[User, User]:
        return self.mentee, self.mentor

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def when(self, days: float) -> WallTime:
        """Return the time in some days, by the clock of the mentee."""
        local = (self.now + timedelta(days=days)).astimezone(ZoneInfo(self.mentee.time_zone))
        return WallTime(local.date(), local.time().replace(minute=0, second=0), str(local.tzinfo))

    # --- what several states need

    def draft(self, at: datetime, *, months: int = 12) -> AgreementVersion:
        term = {"term_months": months, "short_term_reason": "We both move away in summer."}
        for part, values in PARTS.items():
            words = values | (term if part == "term" and months < 12 else {})
            version = drafting.save_part(
                self.match, part, words, expected_revision=0, by=self.mentee, at=at
            )
        return version

    def share(self, at: datetime, *, months: int = 12) -> AgreementVersion:
        version = self.draft(at, months=months)
        drafting.share(version, by=self.mentee, at=at)
        return version

    def sign(self, version: AgreementVersion, *people: User, at: datetime) -> None:
        version.refresh_from_db()
        for person in people or self.people:
            signatures.sign(
                version,
                by=person,
                typed_name=person.name,
                expected_revision=version.revision,
                at=at,
            )

    def signed(self, days: int, *, months: int = 12) -> AgreementVersion:
        """Sign an agreement that many days ago."""
        version = self.share(self.ago(days), months=months)
        self.sign(version, at=self.ago(days))
        self.match.refresh_from_db()
        return version

    def plan(self, by: User, *days: float, is_agreed: bool = False, on: float = 0) -> Meeting:
        """Plan a meeting in so many days; `on`: how many days ago that was done."""
        return scheduling.plan_meeting(
            self.match, by=by, times=[self.when(day) for day in days], minutes=60, mode="video",
            place="https://meet.example.org/a-long-address-of-a-room", points="Our plan",
            is_agreed=is_agreed, at=self.ago(on),
        )  # fmt: skip

    def was_agreed(self, days: float = 2) -> Meeting:
        """Return a meeting whose date has passed."""
        return self.plan(self.mentee, -days, is_agreed=True, on=days + 3)

    def goal(self) -> Goal:
        goal = Goal.objects.visible_to(self.mentee).of_pair(self.match).earliest("position")
        goal.match = self.match
        return goal

    def end(self, kind: str, *, by: User | None = None, at: datetime | None = None) -> None:
        endings.end(
            self.match, by=by or self.mentee, kind=kind, farewell="Thank you for all of it.",
            offers_last_meeting=True, at=at or self.ago(1),
        )  # fmt: skip


# --- before and with the agreement


@state
def introduced(pair: Pair) -> None:
    pass


@state
def in_touch_and_expecting(pair: Pair) -> None:
    contacts.note_contact(pair.match, by=pair.mentee)
    answers = {"hopes": "To be less alone with decisions."}
    expectations.answer(pair.match, by=pair.mentee, answers=answers, show=True)


@state
def both_expect(pair: Pair) -> None:
    for person in pair.people:
        expectations.answer(pair.match, by=person, answers={"hopes": "Calm."}, show=True)


@state
def agreement_begun(pair: Pair) -> None:
    drafting.save_part(pair.match, "rhythm", PARTS["rhythm"], expected_revision=0, by=pair.mentor)


@state
def agreement_draft(pair: Pair) -> None:
    pair.draft(pair.ago(1))


@state
def agreement_shared(pair: Pair) -> None:
    pair.share(pair.ago(1))


@state
def agreement_commented(pair: Pair) -> None:
    version = pair.share(pair.ago(2))
    comments.comment(version, "goals", words="Is this one too large?", by=pair.mentor)
    answered = comments.comment(version, "term", words="A year is long.", by=pair.mentor)
    comments.answer(answered, words="Let us look at it in spring.", by=pair.mentee)


@state
def change_suggested_after_a_signature(pair: Pair) -> None:
    version = pair.share(pair.ago(2))
    pair.sign(version, pair.mentee, at=pair.ago(1))
    values = {"activities": ["Visit one another at work", "Read one book together"]}
    comments.suggest(version, "activities", values, words="More of this?", by=pair.mentor)


@state
def agreement_changed_after_a_signature(pair: Pair) -> None:
    change_suggested_after_a_signature(pair)
    (row,) = comments.of_match(pair.match, pair.mentee)
    expected = row.version.number, row.version.activities_revision
    comments.accept(row, expected=expected, by=pair.mentee)


@state
def signed_by_one(pair: Pair) -> None:
    pair.sign(pair.share(pair.ago(2)), pair.mentor, at=pair.ago(1))


@state
def active(pair: Pair) -> None:
    pair.signed(1)


@state
def amendment_begun(pair: Pair) -> None:
    pair.signed(20)
    amending.amend(pair.match, by=pair.mentor)


@state
def amendment_shared(pair: Pair) -> None:
    pair.signed(20)
    version = amending.amend(pair.match, by=pair.mentor)
    values = drafting.part_values(version, "rhythm") | {"rhythm_days": 14}
    revision = version.rhythm_revision
    drafting.save_part(pair.match, "rhythm", values, expected_revision=revision, by=pair.mentor)
    version.refresh_from_db()
    drafting.share(version, by=pair.mentor)


@state
def amendment_discarded(pair: Pair) -> None:
    amendment_shared(pair)
    version = AgreementVersion.objects.of_match(pair.match).editable().get()
    amending.discard(version, by=pair.mentee)


@state
def signed_and_commented(pair: Pair) -> None:
    version = pair.signed(20)
    comments.comment(version, "rhythm", words="Every two weeks?", by=pair.mentee)


# --- meetings


@state
def meeting_proposed(pair: Pair) -> None:
    pair.signed(10)
    pair.plan(pair.mentee, 5, 6, 8)


@state
def meeting_agreed(pair: Pair) -> None:
    pair.signed(10)
    meeting = pair.plan(pair.mentor, 5)
    scheduling.accept(meeting, by=pair.mentee)
    preparing.save_agenda(meeting, {"points": "The panel"}, by=pair.mentee)
    preparing.save_private_note(meeting, "Ask about the budget.", by=pair.mentor)


@state
def meeting_agreed_and_another_time_suggested(pair: Pair) -> None:
    meeting_agreed(pair)
    meeting = Meeting.objects.get(match=pair.match)
    scheduling.suggest_times(meeting, [pair.when(7)], by=pair.mentor)


@state
def meeting_passed(pair: Pair) -> None:
    pair.signed(10)
    pair.was_agreed()


@state
def meeting_held(pair: Pair) -> None:
    pair.signed(30)
    words = {"learned": "To ask first.", "next_step": "Write to Kim."}
    recording.record(pair.was_agreed(9), by=pair.mentee, minutes=50, **words, at=pair.ago(8))
    recording.record(pair.was_agreed(4), by=pair.mentor, outcome="held", at=pair.ago(3))
    recording.record(pair.was_agreed(), by=pair.mentee, outcome="missed", at=pair.now)
    sharing.share(pair.match, by=pair.mentor, kind="contact", title="Kim Lee", details="kim@k.org")
    asked = contact_requests.ask(pair.match, by=pair.mentee, wished="Someone in payroll")
    contact_requests.promise(asked, by=pair.mentor)
    feeds.renew(pair.mentee)
    year = facts.year_of(pair.program, today_of(pair.match, pair.ago(9)))
    issuing.issue_hours(pair.program, year=year, by=pair.mentee)


@state
def meeting_missed(pair: Pair) -> None:
    pair.signed(10)
    recording.record(pair.was_agreed(), by=pair.mentee, outcome="missed")


@state
def meeting_moved(pair: Pair) -> None:
    pair.signed(10)
    recording.record(pair.was_agreed(), by=pair.mentor, outcome="moved")


@state
def meeting_lapsed(pair: Pair) -> None:
    pair.signed(10)
    pair.plan(pair.mentee, -1, -2, on=4)


@state
def meeting_cancelled(pair: Pair) -> None:
    pair.signed(10)
    scheduling.cancel(pair.plan(pair.mentee, 5, is_agreed=True), by=pair.mentor)


# --- goals and activities


@state
def goal_under_way(pair: Pair) -> None:
    pair.signed(100)
    goal = pair.goal()
    first = steps.add_step(goal, "Write it down", by=pair.mentee)
    steps.set_done(first, is_done=True, by=pair.mentee)
    steps.add_step(goal, "Show it", by=pair.mentor)
    steps.remove_step(steps.add_step(goal, "Print it", by=pair.mentor), by=pair.mentee)
    goal_states.set_state(goal, "under_way", by=pair.mentee)
    words = GoalWords("Listen longer", "Ten minutes", is_shared=False)
    edits.add_goal(pair.match, words, person=pair.mentor, by=pair.mentor)
    activity = activities.activities_of(pair.match, pair.mentee)[0]
    activities.set_done(activity, today_of(pair.match, pair.now), by=pair.mentee)


@state
def goal_reached(pair: Pair) -> None:
    pair.signed(100)
    goal_states.set_state(pair.goal(), "reached", by=pair.mentor)


@state
def goal_parked(pair: Pair) -> None:
    pair.signed(100)
    goal_states.set_state(pair.goal(), "parked", by=pair.mentee)


# --- pauses


def wish(pair: Pair, days: int) -> Wish:
    last_day = today_of(pair.match, pair.now) + timedelta(days=days)
    return Wish(last_day, "family", "Private words", "Back soon")


@state
def paused(pair: Pair) -> None:
    pair.signed(30)
    pair.plan(pair.mentee, 5, is_agreed=True)
    pauses.pause(pair.match, wish(pair, 20), by=pair.mentee)


@state
def paused_by_both_before_the_agreement(pair: Pair) -> None:
    for person in pair.people:
        pauses.pause(pair.match, wish(pair, 20), by=person)


@state
def back_from_a_pause(pair: Pair) -> None:
    paused(pair)
    pauses.come_back(pair.match, by=pair.mentee)
