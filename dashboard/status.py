"""A person's status in the program: one per role and pair.

A mentor with two mentees has two, a person with two roles at least two. The home page shows one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Subquery, prefetch_related_objects
from django.utils import timezone

from accounts.models import User
from agreements import expectations
from agreements.models import AgreementVersion, GoalReview, PartComment
from applications.models import Application
from checkins.models import CheckIn
from matches import mentoring_again
from matches.models import EndingRequest, FollowUp, Match, ThankYouNote
from matching.offer_emails import open_offer_urls
from meetings.models import ClosingTalk, ContactRequest, Meeting
from programs.models import Policy, Program

from .next_step import Facts, Step, decide

ASKED_FOR = timedelta(days=60)  # how long the home page asks what someone wants after an ending
NOTE_IS_NEWS = timedelta(days=14)  # how long it names a thank-you note
OPEN_STATES = (
    Application.State.DRAFT,
    Application.State.SUBMITTED,
    Application.State.ACCEPTED,
    Application.State.WAITLISTED,
)


@dataclass
class ParticipantStatus:
    """One role of a person, with the rows that the home page shows."""

    person: User
    application: Application
    match: Match | None = None
    version: AgreementVersion | None = None
    checkin: CheckIn | None = None
    meetings: tuple[Meeting, ...] = ()
    follow_up: FollowUp | None = None  # what the person was asked after the end
    has_goals_to_review: bool = False
    is_asked_again: bool = False  # to mentor, in a cohort that takes applications
    offer_url: str = ""  # of the offer that waits for the answer of this person
    at: datetime = field(kw_only=True)

    @property
    def key(self) -> str:
        """Return the public id that the home page's `pair` parameter names."""
        return self.match.public_id if self.match else self.application.public_id

    @property
    def program(self) -> Program:
        return self.application.cohort.program

    @property
    def partner(self) -> User | None:
        return self.match.partner_of(self.person) if self.match else None

    def _first_meeting(self, fits: Callable[[Meeting], bool]) -> Meeting | None:
        return min(filter(fits, self.meetings), key=lambda row: row.starts_at, default=None)

    @property
    def meeting_to_answer(self) -> Meeting | None:
        """Return the meeting whose suggested times wait for the answer of this person."""
        return self._first_meeting(
            lambda row: row.awaiting_id == self.person.pk and not row.is_unanswered(self.at)
        )

    @property
    def meeting_to_note(self) -> Meeting | None:
        return self._first_meeting(lambda row: row.is_to_record(self.at))

    @property
    def next_meeting(self) -> Meeting | None:
        """Return the next meeting that is confirmed or suggested."""
        return self._first_meeting(lambda row: row.is_ahead(self.at))

    @property
    def last_meeting(self) -> Meeting | None:
        held = [meeting for meeting in self.meetings if meeting.state == Meeting.State.HELD]
        return max(held, key=lambda row: row.starts_at, default=None)

    @property
    def signers(self) -> set[int]:
        """Return who has signed the version that is shared; empty where none is."""
        if not self.version or self.version.state != AgreementVersion.State.SHARED:
            return set()
        rows = self.version.signatures.all()
        return {row.person_id for row in rows if row.withdrawn_at is None}

    @property
    def said_hello(self) -> bool:
        """Inferred from later steps; assumed once the time for it is over."""
        if not self.match:
            return False
        over = self.match.counts_from + timedelta(days=self.program.policy.first_contact_days)
        since = self.match.quiet_since  # later than the introduction once they were in touch
        was_in_touch = since is not None and since > self.match.introduced_at
        return bool(self.version or self.meetings) or was_in_touch or self.at >= over

    @property
    def is_asked_what_next(self) -> bool:
        """Whether the pair ended not long ago and the person has not said what they want."""
        row = self.follow_up
        return row is not None and not row.wish and self.at < row.asked_at + ASKED_FOR

    def _of_match(self, name: str) -> object:
        """Return what `statuses_of` has annotated to the match."""
        return getattr(self.match, name, None) if self.match else None

    @property
    def contact_request_id(self) -> str:
        """Return the public id of the partner's request that this person has to answer, or ""."""
        return str(self._of_match("contact_request_id") or "")

    @property
    def closing_talk_at(self) -> datetime | None:
        """Return when the closing talk is or was, None while it is not booked."""
        found = self._of_match("closing_talk_at")
        return found if isinstance(found, datetime) else None

    @property
    def was_thanked(self) -> bool:
        """Whether a thank-you note of the partner has come lately."""
        left_at = self._of_match("thanked_at")
        return isinstance(left_at, datetime) and self.at < left_at + NOTE_IS_NEWS

    @property
    def facts(self) -> Facts:
        application = self.application
        accepted = application.state == Application.State.ACCEPTED
        today = timezone.localdate(self.at)
        return Facts(
            is_mentor=application.is_mentor,
            application=application.state,
            applications_closed=not application.cohort.is_open(today),
            cohort_is_over=application.cohort.is_over(today),
            is_on_break=application.is_on_break(today),
            needs_code=accepted and application.code_accepted_at is None,
            needs_orientation=accepted
            and application.is_mentor
            and application.orientation_passed_at is None,
            match=self.match.state if self.match else "",
            is_paused=self.match is not None and self.match.is_paused(self.at),
            said_hello=self.said_hello,
            agreement=self.version.state if self.version else "",
            i_signed=self.person.pk in self.signers,
            i_have_a_comment_to_answer=bool(self._of_match("has_comments")),
            i_have_expectations_to_say=bool(self._of_match("partner_expects"))
            and self.version is None,
            i_have_an_offer_to_answer=bool(self.offer_url),
            i_have_a_contact_request=bool(self.contact_request_id),
            i_have_a_checkin=self.checkin is not None,
            i_have_goals_to_review=self.has_goals_to_review and not application.is_mentor,
            i_have_a_meeting_to_answer=self.meeting_to_answer is not None,
            i_have_a_meeting_to_note=self.meeting_to_note is not None,
            has_meeting_ahead=self.next_meeting is not None,
            i_asked_to_end=bool(self._of_match("asked_to_end")),
            i_am_asked_what_next=self.is_asked_what_next,
            i_am_asked_again=self.is_asked_again,
            i_was_thanked=self.was_thanked,
        )

    @property
    def step(self) -> Step:
        return decide(self.facts)


def statuses_of(person: User, *, at: datetime) -> list[ParticipantStatus]:
    """Return every open pair and application of `person`, else the last one that ended.

    A pair that was made by mistake is as if it had never been.
    """
    applications = Application.objects.filter(person=person).exclude(
        state=Application.State.WITHDRAWN
    )
    mine = {row.pk: row for row in applications.select_related("cohort__program__policy")}
    matches = list(
        Match.objects.of(person)
        .exclude(closed_kind=Match.Closed.IN_ERROR)
        .annotate(**_what_waits(person))
        .select_related("mentee__person", "mentor__person")
    )
    found = [
        ParticipantStatus(person, mine[own], row, at=at)
        for row in matches
        if (own := _own_application_id(row, person)) in mine
    ]
    for status in found:
        if status.match and status.match.mentee.cohort_id == status.application.cohort_id:
            status.match.mentee.cohort = status.application.cohort  # loaded with its program
    _load_related(found, person, at)
    paired = {status.application.pk for status in found}
    alone = [
        ParticipantStatus(person, row, at=at)
        for row in mine.values()
        if row.pk not in paired or _wants_another(row, found)
    ]
    _load_offers(found + alone, person, at)
    return _open_or_last(found + alone)


def _load_offers(statuses: list[ParticipantStatus], person: User, at: datetime) -> None:
    """Load the offers that wait for `person`, where a program asks before a match is made."""
    asking = [one for one in statuses if one.program.policy.asked_before != Policy.Asked.NOBODY]
    if not asking:
        return
    urls = open_offer_urls(person, at)
    for status in asking:
        status.offer_url = urls.pop(status.application.pk, "")


def _what_waits(person: User) -> dict[str, Exists | Subquery]:
    """Return what is read with each match: what its partner waits for, and a note of theirs."""
    match = OuterRef("pk")
    asked = EndingRequest.objects.open().filter(match=match, person=person)
    comments = PartComment.objects.visible_to(person).open().exclude(author=person)
    requests = ContactRequest.objects.visible_to(person).exclude(asker=person)
    waiting = requests.filter(match=match, state=ContactRequest.State.ASKED)
    talks = ClosingTalk.objects.booked()
    thanks = ThankYouNote.objects.visible_to(person).filter(match=match).exclude(author=person)
    return {
        "asked_to_end": Exists(asked),
        "has_comments": Exists(comments.filter(version__agreement__match=match)),
        "partner_expects": Exists(expectations.awaiting(person).filter(match=match)),
        "contact_request_id": Subquery(waiting.values("public_id")[:1]),
        "closing_talk_at": Subquery(talks.filter(match=match).values("meeting__starts_at")[:1]),
        "thanked_at": Subquery(thanks.values("leaves_at")[:1]),
    }


def _own_application_id(match: Match, person: User) -> int:
    return match.application_of(person).pk


def _wants_another(application: Application, found: Iterable[ParticipantStatus]) -> bool:
    """Whether the application's matches have ended and the person asked for another one."""
    own = [status for status in found if status.application.pk == application.pk]
    last = next((status for status in own if status.match), None)  # the newest match comes first
    is_free = all(status.match.state == Match.State.CLOSED for status in own if status.match)
    is_asking = last is not None and last.follow_up is not None and last.follow_up.is_asking
    return application.state == Application.State.ACCEPTED and is_free and is_asking


def _open_or_last(found: list[ParticipantStatus]) -> list[ParticipantStatus]:
    def is_alive(status: ParticipantStatus) -> bool:
        if status.match:
            is_open = status.match.state != Match.State.CLOSED
            return is_open or status.is_asked_what_next or status.is_asked_again
        return status.application.state in OPEN_STATES

    alive = [status for status in found if is_alive(status)]
    return sorted(alive or found[:1], key=lambda status: (not status.step.is_mine, status.key))


def _follow_ups(found: list[ParticipantStatus], person: User) -> dict[int, FollowUp]:
    """Return by match id what `person` was asked after an ending."""
    ended = [one.match.pk for one in found if one.match and one.match.state == Match.State.CLOSED]
    if not ended:
        return {}
    rows = FollowUp.objects.of(person).filter(closure__match__in=ended).select_related("closure")
    return {row.closure.match_id: row for row in rows}


def _load_related(found: list[ParticipantStatus], person: User, at: datetime) -> None:
    """Load agreements, meetings, check-ins and what is about endings, for all pairs at once."""
    pairs = [status.match.pk for status in found if status.match]
    if not pairs:
        return
    versions: dict[int, AgreementVersion] = {}
    written = (
        AgreementVersion.objects.of(person)
        .filter(agreement__match__in=pairs)
        .exclude(state="superseded")
    )
    for version in written.select_related("agreement").order_by("number"):
        versions[version.agreement.match_id] = version
    to_sign = [row for row in versions.values() if row.state == AgreementVersion.State.SHARED]
    prefetch_related_objects(to_sign, "signatures")
    meetings: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in Meeting.objects.of(person).filter(match__in=pairs):
        meetings[meeting.match_id].append(meeting)
    checkins: dict[int, CheckIn] = {}
    for checkin in CheckIn.objects.awaiting(person, at).filter(match__in=pairs):  # oldest first
        checkins.setdefault(checkin.match_id, checkin)
    follow_ups = _follow_ups(found, person)
    reviews = GoalReview.objects.of(person).waiting().filter(match__in=pairs)
    to_review = set(reviews.values_list("match", flat=True))
    renewals = mentoring_again.to_ask(at).filter(person=person) if follow_ups else None
    again = (
        set(renewals.values_list("closure__match", flat=True)) if renewals is not None else set()
    )
    for status in found:
        key = status.match.pk if status.match else 0
        status.follow_up = follow_ups.get(key)
        status.has_goals_to_review = key in to_review
        status.is_asked_again = key in again
        status.version, status.checkin = versions.get(key), checkins.get(key)
        status.meetings = tuple(meetings.get(key, ()))
