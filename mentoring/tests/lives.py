"""Random lives of pairs: what people may do on a day, as verbs with a chance each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from access.exceptions import ActionNotAllowed
from accounts.models import User
from accounts.wall_time import WallTime
from agreements import amending, drafting, renewal, signing
from agreements.goals import goal_states
from agreements.models import AgreementVersion, Goal
from applications import submission
from applications.models import Application
from checkins import answering, concerns
from checkins.models import CheckIn, Concern
from matches import endings, follow_ups, pauses, reopening
from matches.match_creation import capacity_of, create_matches, open_match_counts
from matches.models import FollowUp, Match
from matches.pause_days import Wish
from matches.rematching import read_endings
from matches.terms import today_of
from meetings import contacts, recording, scheduling
from meetings.models import Meeting
from programs.models import Cohort
from testkit import factories
from testkit.agreements import PARTS

ZONES = ("UTC", "America/Toronto", "Europe/Paris", "Asia/Kathmandu")
MODES = ("video", "in_person", "phone")


@dataclass
class Lives:
    """A cohort of pairs, and chance."""

    cohort: Cohort
    random: Random
    carer: User
    done: dict[str, int] = field(default_factory=dict)  # verb -> how often it succeeded
    refused: dict[str, int] = field(default_factory=dict)

    @classmethod
    def begin(cls, pairs: int, *, seed: int, at: datetime) -> Lives:
        """Publish `pairs` pairs; every fifth mentor has two mentees."""
        cohort = factories.cohort(ends_on=(at + timedelta(days=900)).date())
        carer = factories.member("Eve Lund", program=cohort.program, role="carer")
        lives = cls(cohort, Random(seed), carer)
        mentors: list[Application] = []
        for number in range(pairs):
            if number % 5 != 1 or not mentors:
                mentors.append(lives._person(f"Mentor {number}", "mentor", capacity=2))
            mentee = lives._person(f"Mentee {number}", "mentee")
            create_matches([(mentee.pk, mentors[-1].pk, {})], at=at)
        Match.objects.update(carer=carer)
        return lives

    def _person(self, name: str, role: str, **fields: object) -> Application:
        person = factories.person(name, time_zone=self.random.choice(ZONES))
        return factories.application(person, self.cohort, role, **fields)

    def live(self, at: datetime, *, chance: float) -> None:
        """Let each pair do one thing at `at` with this chance; some other things happen too."""
        for match in Match.objects.with_people().order_by("pk"):
            if self.random.random() < chance:
                self._try(self.random.choice(self._verbs(match)), match, at)
        for verb in OTHERS:
            if self.random.random() < chance:
                self._try(verb, None, at)

    def _verbs(self, match: Match) -> tuple[Callable[..., None], ...]:
        """Return what may happen: every fifth pair stays together until its term is over."""
        if match.closed_at is not None:
            return LATE
        return STAYING if match.pk % 5 == 0 else (*STAYING, *ENDINGS)

    def _try(self, verb: Callable[..., None], match: Match | None, at: datetime) -> None:
        try:
            verb(self, match, at)
        except ActionNotAllowed:
            self.refused[verb.__name__] = self.refused.get(verb.__name__, 0) + 1
        else:
            self.done[verb.__name__] = self.done.get(verb.__name__, 0) + 1

    def one(self, match: Match) -> User:
        return self.random.choice(match.people)

    def when(self, person: User, at: datetime, days: int) -> WallTime:
        """Return some time from tomorrow on, by the clock of `person`."""
        start = at + timedelta(days=2 + self.random.randrange(days), hours=self.random.randrange(9))
        local = start.astimezone(ZoneInfo(person.time_zone)).replace(minute=0, second=0)
        return WallTime(local.date(), local.time(), person.time_zone)


def nothing_to_do() -> None:
    raise ActionNotAllowed("there is nothing to do")


# --- the agreement


def draft(lives: Lives, match: Match, at: datetime) -> None:
    version = AgreementVersion.objects.of_match(match).editable().first()
    for part, values in PARTS.items():
        version = drafting.save_part(
            match,
            part,
            values | ({"term_months": lives.random.choice([6, 9, 12])} if part == "term" else {}),
            expected_revision=getattr(version, f"{part}_revision", 0),
            by=lives.one(match),
            at=at,
        )
    drafting.share(version, by=match.mentee.person, at=at)


def sign(lives: Lives, match: Match, at: datetime) -> None:
    version = AgreementVersion.objects.of_match(match).editable().first() or nothing_to_do()
    for person in match.people[: lives.random.choice([1, 2])]:
        signing.sign(
            version, by=person, typed_name=person.name, expected_revision=version.revision, at=at
        )


def amend(lives: Lives, match: Match, at: datetime) -> None:
    version = amending.amend(match, by=lives.one(match), at=at)
    drafting.share(version, by=lives.one(match), at=at)


def renew(lives: Lives, match: Match, at: datetime) -> None:
    renewal.propose(match, months=lives.random.choice([1, 3]), by=lives.one(match), at=at)


def move_goal(lives: Lives, match: Match, at: datetime) -> None:
    person = match.mentee.person
    goals = list(Goal.objects.visible_to(person).of_pair(match)) or nothing_to_do()
    goal = lives.random.choice(goals)
    goal.match = match
    state = lives.random.choice(["under_way", "reached", "parked"])
    goal_states.set_state(goal, state, by=person, at=at)


# --- meetings


def plan(lives: Lives, match: Match, at: datetime) -> None:
    person = lives.one(match)
    number = lives.random.choice([1, 1, 2, 3])
    times = {lives.when(person, at, 10).starts_at: None for _ in range(number)}
    zone = ZoneInfo(person.time_zone)
    local = [start.astimezone(zone) for start in times]
    scheduling.plan_meeting(
        match,
        by=person,
        times=[WallTime(one.date(), one.time(), person.time_zone) for one in local],
        minutes=60,
        mode=lives.random.choice(MODES),
        is_agreed=len(times) == 1 and lives.random.random() < 0.5,
        at=at,
    )


def _meeting(lives: Lives, match: Match, **which: object) -> Meeting:
    rows = list(Meeting.objects.filter(match=match, **which).order_by("pk")) or nothing_to_do()
    meeting = lives.random.choice(rows)
    meeting.match = match
    return meeting


def accept(lives: Lives, match: Match, at: datetime) -> None:
    meeting = _meeting(lives, match, awaiting__isnull=False)
    first = meeting.times.order_by("starts_at").filter(starts_at__gt=at).first() or nothing_to_do()
    scheduling.accept(meeting, by=meeting.awaiting, starts_at=first.starts_at, at=at)


def suggest_other(lives: Lives, match: Match, at: datetime) -> None:
    person = lives.one(match)
    meeting = _meeting(lives, match)
    times = [lives.when(person, at, 12)]
    scheduling.suggest_times(meeting, times, by=person, at=at)


def cancel(lives: Lives, match: Match, at: datetime) -> None:
    scheduling.cancel(_meeting(lives, match), by=lives.one(match), at=at)


def record(lives: Lives, match: Match, at: datetime) -> None:
    meeting = _meeting(lives, match, starts_at__lt=at)
    outcome = lives.random.choice(["held", "held", "held", "missed", "moved"])
    recording.record(meeting, by=lives.one(match), outcome=outcome, learned="l", at=at)


def met_unplanned(lives: Lives, match: Match, at: datetime) -> None:
    person = lives.one(match)
    local = (at - timedelta(hours=3)).astimezone(ZoneInfo(person.time_zone))
    when = WallTime(local.date(), local.time(), person.time_zone)
    recording.record_past(match, by=person, when=when, minutes=30, mode="phone", at=at)


def be_in_touch(lives: Lives, match: Match, at: datetime) -> None:
    contacts.note_contact(match, by=lives.one(match), at=at)


# --- care


def answer(lives: Lives, match: Match, at: datetime) -> None:
    rows = CheckIn.objects.open().filter(match=match).select_related("survey", "person", "match")
    checkin = lives.random.choice(list(rows.order_by("pk")) or nothing_to_do())
    answers = {
        question.code: lives.random.choice(question.choices)[0]
        for question in checkin.questions
        if question.choices
    }
    answering.answer(checkin, by=checkin.person, answers=answers, at=at)


def ask_for_help(lives: Lives, match: Match, at: datetime) -> None:
    concerns.ask_for_help(
        author=lives.one(match),
        program=match.program,
        match=match,
        text="Please call me.",
        urgency=lives.random.choice(Concern.Urgency.values),
        partner_may_know=False,
        contact_info="",
        nonce=f"{lives.random.getrandbits(80):x}",
        at=at,
    )


def resolve(lives: Lives, match: Match, at: datetime) -> None:
    rows = Concern.objects.for_committee(lives.carer).unresolved().filter(match=match)
    concern = rows.order_by("pk").first() or nothing_to_do()
    concern.resolve(by=lives.carer, outcome="talked", note="We talked.", at=at)


# --- a pause


def pause(lives: Lives, match: Match, at: datetime) -> None:
    person = lives.one(match)
    until = today_of(match, at) + timedelta(days=lives.random.randrange(1, 60))
    pauses.pause(match, Wish(last_day=until), by=person, at=at)


def come_back(lives: Lives, match: Match, at: datetime) -> None:
    pauses.come_back(match, by=lives.random.choice([lives.one(match), lives.carer]), at=at)


# --- the end


def ask_to_end(lives: Lives, match: Match, at: datetime) -> None:
    endings.ask_committee(match, by=lives.one(match), at=at)


def take_back(lives: Lives, match: Match, at: datetime) -> None:
    endings.withdraw_request(match, by=lives.one(match), at=at)


def end(lives: Lives, match: Match, at: datetime) -> None:
    kinds = [Match.Closed.BY_CHOICE, Match.Closed.BY_CIRCUMSTANCE, endings.completed_kind(match)]
    kind = kinds[lives.done.get("end", 0) % len(kinds)]
    endings.end(match, by=lives.one(match), kind=kind, farewell="f", at=at)


def reopen(lives: Lives, match: Match, at: datetime) -> None:
    reopening.reopen(match, by=lives.carer, at=at)
    check_places(match.mentor)


def say_what_next(lives: Lives, match: Match, at: datetime) -> None:
    rows = FollowUp.objects.filter(closure__match=match, closure__reopened_at=None)
    row = lives.random.choice(
        list(rows.select_related("person", "closure").order_by("pk")) or nothing_to_do()
    )
    wish = lives.random.choice(FollowUp.Wish.values)
    follow_ups.answer(row, by=row.person, wish=wish, wants_same_partner=True, at=at)


def leave(lives: Lives, match: Match, at: datetime) -> None:
    application = match.application_of(lives.one(match))
    submission.withdraw(application, by=application.person, at=at)


def match_again(lives: Lives, _match: None, at: datetime) -> None:
    """Make a pair of people who may be free; what is refused is as good as what is done."""
    mentees = list(Application.objects.ready().mentees().order_by("pk")) or nothing_to_do()
    mentors = list(Application.objects.ready().mentors().order_by("pk")) or nothing_to_do()
    mentee, mentor = lives.random.choice(mentees), lives.random.choice(mentors)
    apart = read_endings(Match.objects.all()).apart
    create_matches([(mentee.pk, mentor.pk, {})], at=at)
    assert (mentee.person_id, mentor.person_id) not in apart, "again only if both ask"
    check_places(mentor)
    Match.objects.filter(carer=None).update(carer=lives.carer)


def check_places(mentor: Application) -> None:
    """No verb gives a mentor more mentees than places; a lower number, said later, ends no pair."""
    rows = Application.objects.select_related("cohort__program__policy")
    assert open_match_counts([mentor.pk])[mentor.pk] <= capacity_of(rows.get(pk=mentor.pk))


ENDINGS = (ask_to_end, take_back, end, end, leave)
OFTEN = (draft, sign, sign, plan, plan, accept, accept, record, record, record, answer, answer)
SOMETIMES = (
    amend, renew, move_goal, suggest_other, cancel, met_unplanned, be_in_touch, ask_for_help,
    resolve,
)  # fmt: skip
PAUSES = (pause, come_back)
STAYING = (*OFTEN * 4, *SOMETIMES * 2, *PAUSES * 2)
LATE = (reopen, say_what_next, say_what_next, record, plan, answer, renew, sign)
OTHERS = (match_again,)
START = datetime(2026, 1, 5, 15, tzinfo=UTC)  # a Monday; day in every zone but one
