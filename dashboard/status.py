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
from applications.interviews import HELD_IN, is_held
from applications.models import ApplicantQuestion, Application, InterviewAppointment
from checkins.models import WITHOUT_PAIR, CheckIn
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
    partner_expects: bool = False  # they have said what, this person has not
    has_goals_to_review: bool = False
    closing_talk_at: datetime | None = None  # when it is or was, None while it is not booked
    thanked_at: datetime | None = None  # when a thank-you note of the partner has come
    is_asked_again: bool = False  # to mentor, in a cohort that takes applications
    question: ApplicantQuestion | None = None  # of the committee, about the application
    appointment: InterviewAppointment | None = None  # for an interview, while it is open
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
    def was_thanked(self) -> bool:
        """Whether a thank-you note of the partner has come lately."""
        return self.thanked_at is not None and self.at < self.thanked_at + NOTE_IS_NEWS

    @property
    def has_interview_to_arrange(self) -> bool:
        return self.appointment is not None and self.appointment.may_be_answered(self.at)

    @property
    def has_interview_ahead(self) -> bool:
        return self.appointment is not None and self.appointment.is_ahead(self.at)

    @property
    def facts(self) -> Facts:
        application = self.application
        accepted = application.state == Application.State.ACCEPTED
        today = timezone.localdate(self.at)
        return Facts(
            is_mentor=application.is_mentor,
            application=application.state,
            applications_closed=not application.is_in_time(today),
            cohort_is_over=application.cohort.is_over(today),
            i_have_a_question_to_answer=self.question is not None,
            i_have_an_interview_to_arrange=self.has_interview_to_arrange,
            i_have_an_interview_ahead=self.has_interview_ahead,
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
            i_have_expectations_to_say=self.partner_expects,
            i_have_an_offer_to_answer=bool(self.offer_url),
            i_have_a_contact_request=bool(self.contact_request_id),
            i_have_a_checkin=self.checkin is not None,
            i_have_goals_to_review=self.has_goals_to_review,
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
    _load_surveys_without_pair(alone, person, at)
    _load_offers(found + alone, person, at)
    _load_questions(alone, person)
    _load_appointments(alone, person, at)
    return _open_or_last(found + alone)


def _load_questions(statuses: list[ParticipantStatus], person: User) -> None:
    """Load what the committee asks about applications that it has not decided about."""
    asked = {
        status.application.pk: status
        for status in statuses
        if status.match is None and status.application.state in ApplicantQuestion.ASKED_IN
    }
    if not asked:
        return
    for question in ApplicantQuestion.objects.of(person).open().filter(application__in=asked):
        asked[question.application_id].question = question


def _load_appointments(statuses: list[ParticipantStatus], person: User, at: datetime) -> None:
    """Load the open appointments for interviews, where the program holds any."""
    held = {
        status.application.pk: status
        for status in statuses
        if is_held(status.application) and status.application.state in HELD_IN
    }
    if not held:
        return
    rows = InterviewAppointment.objects.of(person).open(at).filter(application__in=held)
    for row in rows.select_related("member"):
        row.application = held[row.application_id].application
        held[row.application_id].appointment = row


def _load_offers(statuses: list[ParticipantStatus], person: User, at: datetime) -> None:
    """Load the offers that wait for `person`, where a program asks before a match is made."""
    asking = [one for one in statuses if one.program.policy.asked_before != Policy.Asked.NOBODY]
    if not asking:
        return
    urls = open_offer_urls(person, at)
    for status in asking:
        status.offer_url = urls.pop(status.application.pk, "")


def _what_waits(person: User) -> dict[str, Exists | Subquery]:
    """Return what is read with each match: what one of the two waits for."""
    match = OuterRef("pk")
    asked = EndingRequest.objects.open().filter(match=match, person=person)
    comments = PartComment.objects.visible_to(person).open().exclude(author=person)
    requests = ContactRequest.objects.visible_to(person).exclude(asker=person)
    waiting = requests.filter(match=match, state=ContactRequest.State.ASKED)
    return {
        "asked_to_end": Exists(asked),
        "has_comments": Exists(comments.filter(version__agreement__match=match)),
        "contact_request_id": Subquery(waiting.values("public_id")[:1]),
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


def _load_related(found: list[ParticipantStatus], person: User, at: datetime) -> None:
    """Load agreements, meetings, check-ins and what is asked, for all pairs at once."""
    by_match = {status.match.pk: status for status in found if status.match}
    if not by_match:
        return
    _load_agreements(by_match, person)
    meetings: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in Meeting.objects.of(person).filter(match__in=by_match):
        meetings[meeting.match_id].append(meeting)
    for match_id, rows in meetings.items():
        by_match[match_id].meetings = tuple(rows)
    for checkin in CheckIn.objects.awaiting(person, at).filter(match__in=by_match):  # oldest first
        status = by_match[checkin.match_id or 0]
        status.checkin = status.checkin or checkin
    _load_goal_reviews(by_match, person)
    _load_expectations(by_match, person)
    _load_closing_talks(by_match)
    _load_what_follows(by_match, person, at)


def _load_surveys_without_pair(found: list[ParticipantStatus], person: User, at: datetime) -> None:
    """Load what people who were left without a match are asked."""
    waiting = {
        status.application.pk: status
        for status in found
        if status.match is None and status.application.waiting_since
    }
    if not waiting:
        return
    asked = CheckIn.objects.awaiting(person, at).filter(kind__in=WITHOUT_PAIR)
    for checkin in asked.filter(application__in=waiting):
        waiting[checkin.application_id or 0].checkin = checkin


def _load_agreements(by_match: dict[int, ParticipantStatus], person: User) -> None:
    """Load the version that is being written, else the one in force, and who has signed it."""
    rows = AgreementVersion.objects.of(person).filter(agreement__match__in=by_match)
    written = rows.exclude(state=AgreementVersion.State.SUPERSEDED).select_related("agreement")
    for version in written.order_by("number"):
        by_match[version.agreement.match_id].version = version
    versions = [status.version for status in by_match.values() if status.version]
    to_sign = [row for row in versions if row.state == AgreementVersion.State.SHARED]
    prefetch_related_objects(to_sign, "signatures")


def _load_goal_reviews(by_match: dict[int, ParticipantStatus], person: User) -> None:
    """Load which pairs are asked to look at their goals; their mentees are."""
    mentored = [key for key, status in by_match.items() if not status.application.is_mentor]
    if not mentored:
        return
    waiting = GoalReview.objects.of(person).waiting().filter(match__in=mentored)
    for match_id in waiting.values_list("match", flat=True):
        by_match[match_id].has_goals_to_review = True


def _load_expectations(by_match: dict[int, ParticipantStatus], person: User) -> None:
    """Load which partners have said what they expect, in pairs that have begun no agreement."""
    new = [key for key, status in by_match.items() if status.version is None]
    if not new:
        return
    awaiting = expectations.awaiting(person).filter(match__in=new)
    for match_id in awaiting.values_list("match", flat=True):
        by_match[match_id].partner_expects = True


def _in_state(by_match: dict[int, ParticipantStatus], state: Match.State) -> list[int]:
    return [key for key, one in by_match.items() if one.match and one.match.state == state]


def _load_closing_talks(by_match: dict[int, ParticipantStatus]) -> None:
    """Load when the pairs whose time together ends have booked their closing talk."""
    closing = _in_state(by_match, Match.State.CLOSING)
    if not closing:
        return
    talks = ClosingTalk.objects.booked().filter(match__in=closing)
    for match_id, starts_at in talks.values_list("match", "meeting__starts_at"):
        by_match[match_id].closing_talk_at = starts_at


def _load_what_follows(by_match: dict[int, ParticipantStatus], person: User, at: datetime) -> None:
    """Load what came with the end of the pairs that have ended: questions and thanks."""
    ended = _in_state(by_match, Match.State.CLOSED)
    if not ended:
        return
    follow_ups = FollowUp.objects.of(person).filter(closure__match__in=ended)
    for row in follow_ups.select_related("closure"):
        by_match[row.closure.match_id].follow_up = row
    again = mentoring_again.to_ask(at).filter(person=person, closure__match__in=ended)
    for match_id in again.values_list("closure__match", flat=True):
        by_match[match_id].is_asked_again = True
    notes = ThankYouNote.objects.visible_to(person).filter(match__in=ended).exclude(author=person)
    for match_id, left_at in notes.values_list("match", "leaves_at"):
        by_match[match_id].thanked_at = left_at
