"""Where a person stands: one situation per role and pair, read from the rooms below, newest first.

A mentor with two mentees has two situations, a person with two roles at least two; the home page shows one at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agreements.models import AgreementVersion
from applications.models import Application
from checkins.models import CheckIn
from matches.models import Match
from meetings.models import Meeting

from .next_step import Facts, Step, decide

ALIVE = (
    Application.State.DRAFT,
    Application.State.SUBMITTED,
    Application.State.ACCEPTED,
    Application.State.WAITLISTED,
)


@dataclass
class Situation:
    """One role of a person, with the rows that its page speaks of."""

    person: Any
    application: Application
    match: Match | None = None
    version: AgreementVersion | None = None
    checkin: CheckIn | None = None
    meetings: tuple[Meeting, ...] = ()
    at: datetime | None = None

    @property
    def key(self) -> str:
        """What the tab's address says."""
        return self.match.public_id if self.match else self.application.public_id

    @property
    def program(self) -> Any:
        return self.application.cohort.program

    @property
    def partner(self) -> Any:
        return self.match.partner_of(self.person) if self.match else None

    def first_meeting(
        self, *states: str, before: bool | None = None, mine: bool | None = None
    ) -> Meeting | None:
        """The earliest meeting in one of `states`; `before`: begun already or still ahead; `mine`: proposed by me or not."""
        for meeting in sorted(self.meetings, key=lambda row: row.starts_at):
            is_before = meeting.starts_at < self.at
            is_mine = meeting.proposed_by_id == self.person.pk
            if meeting.state in states and before in {None, is_before} and mine in {None, is_mine}:
                return meeting
        return None

    @property
    def meeting_to_answer(self) -> Meeting | None:
        return self.first_meeting(Meeting.State.PROPOSED, before=False, mine=False)

    @property
    def meeting_to_note(self) -> Meeting | None:
        return self.first_meeting(Meeting.State.SET, before=True)

    @property
    def next_meeting(self) -> Meeting | None:
        return self.first_meeting(Meeting.State.PROPOSED, Meeting.State.SET, before=False)

    @property
    def last_meeting(self) -> Meeting | None:
        held = [meeting for meeting in self.meetings if meeting.state == Meeting.State.HELD]
        return max(held, key=lambda row: row.starts_at, default=None)

    @property
    def signers(self) -> set[int]:
        return (
            {row.person_id for row in self.version.signatures.all() if row.withdrawn_at is None}
            if self.version
            else set()
        )

    @property
    def said_hello(self) -> bool:
        """Known by what came after it; once its time is over the page moves on without it."""
        if not self.match or not self.at:
            return False
        over = self.match.introduced_at + timedelta(days=self.program.policy.first_contact_days)
        return bool(self.version or self.meetings) or self.at >= over

    @property
    def facts(self) -> Facts:
        application = self.application
        accepted = application.state == Application.State.ACCEPTED
        return Facts(
            is_mentor=application.is_mentor,
            application=application.state,
            needs_code=accepted and application.code_accepted_at is None,
            needs_orientation=accepted
            and application.is_mentor
            and application.orientation_passed_at is None,
            match=self.match.state if self.match else "",
            said_hello=self.said_hello,
            agreement=self.version.state if self.version else "",
            i_signed=self.person.pk in self.signers,
            i_have_a_checkin=self.checkin is not None,
            i_have_a_meeting_to_answer=self.meeting_to_answer is not None,
            i_have_a_meeting_to_note=self.meeting_to_note is not None,
            has_meeting_ahead=self.next_meeting is not None,
        )

    @property
    def step(self) -> Step:
        return decide(self.facts)


def situations_of(person: Any, *, at: datetime) -> list[Situation]:
    """Every situation of `person`: open pairs, applications under way, and what ended last if nothing else is left."""
    applications = Application.objects.filter(person=person).exclude(
        state=Application.State.WITHDRAWN
    )
    mine = {row.pk: row for row in applications.select_related("cohort__program__policy")}
    matches = list(
        Match.objects.of(person).with_people().select_related("mentee__cohort__program__policy")
    )
    found = [
        Situation(person, mine[_own(row, person)], row, at=at)
        for row in matches
        if _own(row, person) in mine
    ]
    paired = {situation.application.pk for situation in found}
    alone = [
        Situation(person, row, at=at)
        for row in mine.values()
        if row.pk not in paired or _has_room(row, found)
    ]
    _attach(found, person)
    return _living(found + alone)


def _own(match: Match, person: Any) -> int:
    return match.application_of(person).pk


def _has_room(application: Application, found: Iterable[Situation]) -> bool:
    """An accepted person whose matches have all ended waits for the next round."""
    closed = Match.State.CLOSED
    own = [situation.match for situation in found if situation.application.pk == application.pk]
    return application.state == Application.State.ACCEPTED and all(
        match.state == closed for match in own if match
    )


def _living(found: list[Situation]) -> list[Situation]:
    def is_alive(situation: Situation) -> bool:
        if situation.match:
            return situation.match.state != Match.State.CLOSED
        return situation.application.state in ALIVE

    alive = [situation for situation in found if is_alive(situation)]
    return sorted(
        alive or found[:1], key=lambda situation: (not situation.step.is_mine, situation.key)
    )


def _attach(found: list[Situation], person: Any) -> None:
    """Bring what hangs on the pairs in three queries, whatever their number."""
    pairs = [situation.match.pk for situation in found if situation.match]
    if not pairs:
        return
    versions: dict[int, AgreementVersion] = {}
    written = (
        AgreementVersion.objects.of(person)
        .filter(agreement__match__in=pairs)
        .exclude(state="superseded")
    )
    for version in (
        written.select_related("agreement").prefetch_related("signatures").order_by("number")
    ):
        versions[version.agreement.match_id] = version
    meetings: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in Meeting.objects.of(person).filter(match__in=pairs):
        meetings[meeting.match_id].append(meeting)
    checkins: dict[int, CheckIn] = {}
    for checkin in CheckIn.objects.awaiting(person).filter(match__in=pairs):  # the oldest first
        checkins.setdefault(checkin.match_id, checkin)
    for situation in found:
        key = situation.match.pk if situation.match else 0
        situation.version, situation.checkin = versions.get(key), checkins.get(key)
        situation.meetings = tuple(meetings.get(key, ()))
