"""A cohort and its committee: how it begins, and what carers and the chair do; see `cohort_life`.

Who does what follows from a seed. Every act is a verb of the product, as a page calls it, and is
noted in `Facts`; nothing here says which e-mail follows from it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from random import Random

from access.exceptions import ActionNotAllowed
from accounts.models import User
from checkins import contact_log
from checkins.models import CarerSilence, CheckIn, Concern, ContactPlan
from checkins.silent_carers import take_over
from matches import carers
from matches.match_creation import create_matches
from matches.models import Match
from notifications import outbox
from programs.models import Membership, Program
from testkit import factories

from .cohort_facts import (
    ConcernFact,
    Facts,
    MemberFact,
    PairFact,
    Person,
)
from .cohort_gatherings import Gatherings
from .cohort_life import ZONES, Habits, PairLife


class Cohort:
    """All pairs, and the committee around them."""

    def __init__(self, pairs: int, *, seed: int, at: datetime) -> None:
        self.chance, self.facts, self.begun_at = Random(seed), Facts(seed), at
        cohort = factories.cohort(ends_on=(at + timedelta(days=900)).date())
        self.program: Program = cohort.program
        self.committee = {
            "chair": factories.member("Cleo Marsh", program=self.program, role="chair"),
            "steady": factories.member("Eve Lund", program=self.program, role="carer"),
            "silent": factories.member("Sam Quill", program=self.program, role="carer"),
            "leaver": factories.member("Lea Vogt", program=self.program, role="carer"),
        }
        for name, user in self.committee.items():
            self.facts.members[name] = MemberFact(Person(user.pk, name, user.time_zone))
        self.gatherings = Gatherings(self.program, self.committee["chair"], self.facts, at)
        self.carers: dict[int, int] = {}  # of each open pair, as of the last act or run
        self.lives = list(self._introduce(cohort, pairs, at))
        self._assign(at)

    def _introduce(self, cohort, pairs: int, at: datetime):
        mentor = None
        for number in range(pairs):
            if number % 5 != 1 or mentor is None:
                mentor = self._applicant(f"Mentor {number}", "mentor", cohort, capacity=2)
            mentee = self._applicant(f"Mentee {number}", "mentee", cohort)
            [match] = create_matches([(mentee.pk, mentor.pk, {})], at=at)
            for person in match.people:  # as a round does when it is published
                outbox.enqueue("match-introduced", to=person, about=match, at=at)
            fact = PairFact(
                f"pair {number}", match.pk, self._person(mentee.person, f"mentee {number}"),
                self._person(mentor.person, mentor.person.name.lower()), at,
            )  # fmt: skip
            self.facts.pairs.append(fact)
            yield PairLife(match, Habits.of(number, self.chance), fact, number)

    def _applicant(self, name: str, role: str, cohort, **fields: object):
        person = factories.person(name, time_zone=self.chance.choice(ZONES))
        return factories.application(person, cohort, role, **fields)

    @staticmethod
    def _person(user: User, name: str) -> Person:
        return Person(user.pk, name, user.time_zone)

    def _assign(self, at: datetime) -> None:
        names = ("steady", "silent", "leaver")
        for number, life in enumerate(self.lives):
            name = names[number % len(names)]
            match = Match.objects.get(pk=life.pk)
            carers.assign_carer(match, self.committee[name], by=self.committee["chair"], at=at)
            self.facts.carers[life.pk] = self.facts.members[name].person
        for name in names[: len(self.lives)]:
            self.facts.members[name].given_pairs.append(at)

    def act(self, at: datetime, slot: int) -> None:
        """Let everyone do what they do on this day, in one of two slots."""
        matches = {row.pk: row for row in Match.objects.with_people()}
        asked: dict[int, list[CheckIn]] = defaultdict(list)
        for checkin in CheckIn.objects.open().select_related("survey", "person").order_by("pk"):
            asked[checkin.match_id].append(checkin)
        for life in self.lives:
            if life.habits.slot == slot:
                try:
                    life.act(matches[life.pk], asked[life.pk], at, self.chance)
                except ActionNotAllowed as refused:
                    day = (at - self.begun_at).days
                    raise AssertionError(
                        f"seed {self.facts.seed}, day {day}: {life.fact.name}: {refused}"
                    ) from refused
        if slot == 0:
            self.gatherings.act(at, {one.pk: one for one in self._in_pairs()}, self.chance)
            self._care(at)
            self.carers = dict(Match.objects.open().values_list("pk", "carer"))

    def _in_pairs(self) -> set[Person]:
        going_on = (pair for pair in self.facts.pairs if pair.ended_at is None)
        return {person for pair in going_on for person in pair.people}

    # --- the committee

    def _care(self, at: datetime) -> None:
        today = at.date()
        for name, member in self.committee.items():
            if name == "silent":
                continue
            plans = ContactPlan.system.filter(match__carer=member, due_on__lte=today)
            if not plans.exists():
                continue
            for plan in plans.running(at).select_related("match", "person"):
                contact_log.log(plan.match, plan.person, by=member, how="phone",
                                result="reached", at=at)  # fmt: skip
        self._leave(at, today)
        self._take_over(at)
        self._take_concerns(at)

    def _leave(self, at: datetime, today: date) -> None:
        """The role of one ends on day 120; with some seeds the chair hands their pairs over."""
        day, leaver = (today - self.begun_at.date()).days, self.committee["leaver"]
        role = Membership.objects.filter(user=leaver)
        until = self.begun_at.date() + timedelta(days=120)
        if day == 20:
            role.update(until=until)
            self.facts.members["leaver"].role_ends_on = until
        if day == 110 and self.facts.seed % 2:
            theirs = Match.objects.open().filter(carer=leaver)
            for match in theirs.with_people():
                carers.assign_carer(
                    match, self.committee["steady"], by=self.committee["chair"], at=at
                )
            if theirs.exists() is False and day == 110:
                self.facts.members["steady"].given_pairs.append(at)

    def _take_over(self, at: datetime) -> None:
        chair = self.committee["chair"]
        for row in CarerSilence.objects.open().select_related("carer", "program"):
            if at - row.noticed_at >= timedelta(days=2):
                try:
                    take_over(row, by=chair, at=at)
                except ActionNotAllowed:
                    continue
                self.facts.members["silent"].taken_over.append((at, row.pk))
                self.facts.members["chair"].given_pairs.append(at)

    def _take_concerns(self, at: datetime) -> None:
        """All but the silent carer take a concern after a day and resolve it a week later."""
        if not Concern.system.unresolved().exists():
            return
        for name, member in self.committee.items():
            if name == "silent":
                continue
            mine = Concern.objects.for_committee(member).unresolved().filter(match__carer=member)
            for concern in mine:
                if not concern.may_be_handled_by(member):
                    continue
                age = at - concern.raised_at
                if age >= timedelta(days=8):
                    concern.resolve(by=member, outcome="talked", note="We talked.", at=at)
                elif age >= timedelta(days=1) and concern.state == Concern.State.OPEN:
                    concern.take(by=member, at=at)

    def note_what_time_brought(self, at: datetime) -> None:
        """Write down what a run of the worker has found: concerns, silent carers, ended roles."""
        self._note_concerns()
        self.gatherings.note_what_time_brought(self._in_pairs())
        members = {one.person.pk: one for one in self.facts.members.values()}
        self._note_new_carers(at, members)
        known = {pk for _moment, pk, _carer in self.facts.silences}
        for row in CarerSilence.objects.exclude(pk__in=known):
            self.facts.silences.append((at, row.pk, members[row.carer_id].person))

    def _note_new_carers(self, at: datetime, members: dict[int, MemberFact]) -> None:
        """Write down whom the program itself has given pairs that nobody looked after."""
        now = dict(Match.objects.open().values_list("pk", "carer"))
        for carer in {now[pk] for pk in now if now[pk] != self.carers.get(pk, now[pk])}:
            members[carer].given_pairs.append(at)
        self.carers = now

    def _note_concerns(self) -> None:
        known = {one.pk for one in self.facts.concerns}
        members = {one.person.pk: one.person for one in self.facts.members.values()}
        kinds = {
            Concern.Cause.ENDING: "concern-ending",
            Concern.Cause.BOUNCED: "concern-bounced",
            Concern.Cause.RULE: "concern-rule",
        }
        for row in Concern.system.select_related("match").order_by("pk"):
            if row.pk not in known:
                usual = "concern" if row.urgency == Concern.Urgency.WHENEVER else "concern-urgent"
                carer = members.get(row.match.carer_id) if row.match else None
                chairs = (self.facts.members["chair"].person,)
                self.facts.concerns.append(
                    ConcernFact(row.pk, kinds.get(row.cause, usual), row.raised_at, None, carer,
                                None, chairs, row.urgency == Concern.Urgency.URGENT)
                )  # fmt: skip
        open_ones = set(
            Concern.system.filter(state=Concern.State.OPEN).values_list("pk", flat=True)
        )
        ended = Concern.system.in_bulk([one.pk for one in self.facts.concerns])
        for one in self.facts.concerns:
            if one.open_until is None and one.pk not in open_ones:
                row = ended[one.pk]
                one.open_until = min(
                    moment for moment in (row.taken_at, row.resolved_at) if moment is not None
                )
