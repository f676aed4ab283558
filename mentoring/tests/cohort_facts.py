"""What happened in a simulated cohort, as plain values: no table, no rule of the product.

`cohort_life` writes them down while it lives; `cohort_expectations` reads nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta


@dataclass(frozen=True)
class Person:
    """Someone who gets e-mails."""

    pk: int
    name: str
    zone: str


@dataclass
class MeetingFact:
    """A meeting: who suggested it when, whether it was accepted, and what became of it."""

    pk: int
    by: Person
    suggested_at: datetime
    starts_at: datetime
    is_agreed: bool = False
    minutes: int = 60
    accepted_at: datetime | None = None
    agenda_at: datetime | None = None
    outcome: str = ""
    recorded_at: datetime | None = None
    is_closing_talk: bool = False

    @property
    def set_at(self) -> datetime | None:
        return self.suggested_at if self.is_agreed else self.accepted_at


@dataclass
class PauseFact:
    """A pause: who asked for it, its first moment and the moment at which it was over."""

    pk: int
    by: Person
    begun_at: datetime
    back_at: datetime
    ended_by: Person | None = None  # who came back early


@dataclass
class VersionFact:
    """A text to sign: who shared it when, and when each signed."""

    pk: int
    by: Person
    shared_at: datetime
    months: int
    signed: dict[Person, datetime] = field(default_factory=dict)

    @property
    def in_force_at(self) -> datetime | None:
        return max(self.signed.values()) if len(self.signed) > 1 else None


@dataclass
class PairFact:
    """The two people of a pair and all that they did."""

    name: str
    pk: int
    mentee: Person
    mentor: Person
    introduced_at: datetime
    contacts: list[datetime] = field(default_factory=list)
    drafted_at: datetime | None = None
    versions: list[VersionFact] = field(default_factory=list)
    meetings: list[MeetingFact] = field(default_factory=list)
    pauses: list[PauseFact] = field(default_factory=list)
    # By person, kind and number of the check-in.
    answers: dict[tuple[Person, str, int], datetime] = field(default_factory=dict)
    reviewed: dict[int, datetime] = field(default_factory=dict)  # by the month of the review
    reflected: dict[Person, datetime] = field(default_factory=dict)
    ended_at: datetime | None = None
    ended_how: str = ""
    said_next: dict[Person, datetime] = field(default_factory=dict)

    @property
    def people(self) -> tuple[Person, Person]:
        return self.mentee, self.mentor

    def partner_of(self, person: Person) -> Person:
        return self.mentor if person == self.mentee else self.mentee

    def is_paused(self, at: datetime) -> bool:
        return any(one.begun_at <= at < one.back_at for one in self.pauses)

    def later(self, since: datetime, wait: timedelta) -> datetime:
        """Return the moment at which `wait` has passed since then, pauses not counted."""
        moment = since + wait
        for one in self.pauses:
            if one.begun_at < moment and one.back_at > since:
                moment += one.back_at - max(one.begun_at, since)
        return moment


@dataclass
class MemberFact:
    """A committee member, and what happened to them."""

    person: Person
    # When pairs were put in their care by another member, or by the program.
    given_pairs: list[datetime] = field(default_factory=list)
    role_ends_on: date | None = None
    # Their pairs, by another member: when, and the silence.
    taken_over: list[tuple[datetime, int]] = field(default_factory=list)


@dataclass
class ConcernFact:
    """A concern: what was raised when, and until when nobody had taken it."""

    pk: int
    kind: str
    raised_at: datetime
    open_until: datetime | None
    carer: Person | None
    deputy: Person | None
    chairs: tuple[Person, ...]
    is_urgent: bool


@dataclass
class EventFact:
    """An event: when it is, who signed up when, and who came."""

    pk: int
    published_at: datetime
    starts_at: datetime
    ends_at: datetime
    sign_up_until: datetime
    signed_up: dict[Person, datetime] = field(default_factory=dict)
    recorded_at: datetime | None = None
    came: set[Person] = field(default_factory=set)


@dataclass
class AnnouncementFact:
    """An announcement: when it was sent, and who was in a pair then."""

    pk: int
    sent_at: datetime
    people: set[Person]


@dataclass
class Facts:
    """All of it, and the moments at which the worker ran."""

    seed: int
    pairs: list[PairFact] = field(default_factory=list)
    members: dict[str, MemberFact] = field(default_factory=dict)
    concerns: list[ConcernFact] = field(default_factory=list)
    events: list[EventFact] = field(default_factory=list)
    announcements: list[AnnouncementFact] = field(default_factory=list)
    # The first carer of each pair.
    carers: dict[int, Person] = field(default_factory=dict)
    # When it was noticed that a carer had gone silent, the row, and who.
    silences: list[tuple[datetime, int, Person]] = field(default_factory=list)
    runs: list[datetime] = field(default_factory=list)
