"""One scenario for each kind of e-mail: how it comes about, changes, and is no longer wanted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from agreements import comments
from checkins.models import CheckIn
from matches import follow_ups
from matches.models import Match
from matching.rounds import lifecycle
from meetings import contact_requests, recording, scheduling
from meetings.models import Agenda
from programs.models import Membership
from testkit import agreements, checkins, factories, meetings, rounds

from .email_cases import ZONE, Case, Scenario, of_pair, pair, person, update
from .email_cases_of_agreements import (
    ON_PAPER,
    answered_comment,
    commented_agreement,
    discarded_version,
    shared_agreement,
    signed_agreement,
)
from .email_cases_of_announcements import ANNOUNCEMENTS
from .email_cases_of_asked import ASKED
from .email_cases_of_carers import CARERS
from .email_cases_of_concerns import CONCERNS
from .email_cases_of_endings import (
    alumnus,
    asked_what_next,
    completed_pair,
    ended_pair,
    extend_term,
    get_certificate,
    look_back,
    pair_to_look_back,
    reopen,
    reopened_pair,
    reword_note,
    take_note_back,
    term_ends,
    thank_you,
)
from .email_cases_of_events import EVENTS
from .email_cases_of_goals import asked_to_review, do_review, reached_goal, take_up_again
from .email_cases_of_learning import LEARNING
from .email_cases_of_mail import MAIL
from .email_cases_of_pauses import PAUSES
from .email_cases_of_review import REVIEW, application, decide, withdraw
from .email_cases_of_support import SUPPORT
from .email_cases_of_surveys import SURVEYS
from .silent_pairs import NEW_PAIRS, be_in_touch, silent

# --- pairs


def close(match: Match) -> None:
    Match.objects.filter(pk=match.pk).update(
        state="closed", closed_at=timezone.now(), closed_kind="completed"
    )


def checkin(kind: str) -> Case:
    match = pair()
    return Case(checkins.opened(match, match.mentee.person, kind), match.mentee.person)


def meeting(days: float) -> Case:
    """Ben proposes a meeting to Ada."""
    match = pair()
    start = timezone.now() + timedelta(days=days)
    row = meetings.meeting(match, start, is_agreed=False)
    return Case(row, match.mentor.person)


def wish() -> Case:
    """The mentee would like to meet someone."""
    match = pair()
    row = contact_requests.ask(match, by=match.mentee.person, wished="A recruiter")
    return Case(row, match.mentor.person)


def promised_wish() -> Case:
    """The mentor will ask that person."""
    asked = wish()
    contact_requests.promise(asked.about, by=asked.to)
    return Case(asked.about, asked.about.asker)


def meeting_ahead(*, points: str = "") -> Case:
    """The two meet on Tuesday; the mentee's agenda is `points`."""
    match = pair()
    row = meetings.meeting(match, timezone.now() + timedelta(days=4))
    Agenda.system.filter(meeting=row).update(points=points)
    return Case(row, match.mentor.person if points else match.mentee.person)


def meeting_over() -> Case:
    """They were to meet yesterday; the mentee is asked."""
    match = pair()
    row = meetings.meeting(match, timezone.now() - timedelta(days=1))
    return Case(row, match.mentee.person)


def record(case: Case) -> None:
    recording.record(case.about, by=case.to)


def move_meeting(case: Case) -> None:
    mentee = case.about.match.mentee.person
    times = [meetings.when(mentee, 9)]
    scheduling.suggest_times(case.about, times, by=mentee)


def cancel_meeting(case: Case) -> None:
    scheduling.cancel(case.about, by=case.about.match.mentee.person)


# --- the committee


def member() -> Case:
    chair = factories.member("Cleo Marsh", program=factories.program())
    User.objects.filter(pk=chair.pk).update(time_zone=ZONE)
    chair.refresh_from_db()
    return Case(Membership.objects.get(user=chair), chair)


def round_() -> Case:
    cohort = factories.cohort()
    rounds.small_cohort(cohort)
    chair = factories.member("Cleo Marsh", program=cohort.program)
    return Case(rounds.run_round(cohort, chair), chair)


def in_review() -> Case:
    case = round_()
    other = factories.member("Kim Osei", program=case.about.program, role="matcher")
    lifecycle.send_to_review(case.about, by=case.to)
    return Case(case.about, other)


def round_state(state: str) -> Callable[[Case], None]:
    return lambda case: update(case, state=state)


SCENARIOS: dict[str, Scenario] = {
    "goal-review": Scenario(asked_to_review, stop=do_review, reason="goals-reviewed"),
    "goal-reached": Scenario(reached_goal, stop=take_up_again, reason="goal-not-reached"),
    "agreement-comment": Scenario(
        commented_agreement,
        stop=lambda case: comments.take_back(case.about, by=case.about.author),
        reason="nothing-to-answer",
    ),
    "agreement-comment-answered": Scenario(
        answered_comment, stop=lambda case: close(case.about.match), reason="match-ended"
    ),
    "agreement-discarded": Scenario(
        discarded_version, stop=lambda case: close(case.about.match), reason="match-ended"
    ),
    "agreement-signed": Scenario(
        signed_agreement,
        stop=lambda case: update(case, state="superseded"),
        reason="newer-version",
    ),
    "agreement-to-draft": Scenario(
        of_pair, stop=lambda case: close(case.about), reason="match-ended"
    ),
    "agreement-to-sign": Scenario(
        shared_agreement,
        stop=lambda case: agreements.sign(case.about, case.to),
        reason="nothing-to-sign",
        change=lambda case: agreements.sign(case.about, *case.about.match.people),
        newer="agreement-signed",
    ),
    "application-received": Scenario(
        lambda: application(state="submitted", review_started_at=None),
        stop=withdraw,
        reason="not-waiting",
        change=lambda case: decide(case, "accepted"),
        newer="decision-accepted",
    ),
    "application-unfinished": Scenario(
        lambda: application(state="draft", submitted_at=None, review_started_at=None),
        stop=withdraw,
        reason="no-longer-draft",
        change=lambda case: update(case, state="submitted", submitted_at=timezone.now()),
        newer="application-received",
    ),
    "orientation-open": Scenario(
        lambda: application("mentor", orientation_passed_at=None),
        stop=lambda case: update(case, orientation_passed_at=timezone.now()),
        reason="orientation-passed",
    ),
    "checkin-fit": Scenario(
        lambda: checkin("fit"),
        stop=lambda case: CheckIn.objects.filter(pk=case.about.pk).update(state="cancelled"),
        reason="checkin-closed",
    ),
    "checkin-pulse": Scenario(
        lambda: checkin("pulse"),
        stop=lambda case: close(case.about.match),
        reason="match-ended",
    ),
    **SURVEYS,
    **ANNOUNCEMENTS,
    **LEARNING,
    **EVENTS,
    **REVIEW,
    **SUPPORT,
    "committee-role": Scenario(
        member,
        stop=lambda case: update(case, until=timezone.localdate() - timedelta(days=1)),
        reason="role-ended",
    ),
    **CONCERNS,
    **MAIL,
    **CARERS,
    **NEW_PAIRS,
    "match-ends-soon": Scenario(
        lambda: term_ends(30),
        stop=lambda case: close(case.about),
        reason="match-ended",
        change=lambda case: update(case, ends_on=timezone.localdate()),
        newer="match-term-over",
    ),
    "match-term-over": Scenario(lambda: term_ends(-1), stop=extend_term, reason="term-changed"),
    "match-ended": Scenario(ended_pair, stop=reopen, reason="reopened"),
    "match-reopened": Scenario(
        reopened_pair, stop=lambda case: close(case.about.match), reason="match-ended"
    ),
    "match-next": Scenario(
        asked_what_next,
        stop=lambda case: follow_ups.answer(case.about, by=case.to, wish="stop"),
        reason="answered",
    ),
    "mentor-again": Scenario(
        alumnus,
        stop=lambda case: follow_ups.answer(case.about, by=case.to, wish="stop"),
        reason="answered",
    ),
    "reflection": Scenario(pair_to_look_back, stop=look_back, reason="answered"),
    "certificate-ready": Scenario(completed_pair, stop=get_certificate, reason="has-certificate"),
    **PAUSES,
    **ON_PAPER,
    "thank-you": Scenario(
        thank_you, stop=take_note_back, reason="note-taken-back", change=reword_note
    ),
    "match-introduced": Scenario(
        of_pair, stop=lambda case: close(case.about), reason="match-ended"
    ),
    "meeting-date": Scenario(
        lambda: meeting(7),
        stop=lambda case: close(case.about.match),
        reason="match-ended",
        change=move_meeting,
        undo=cancel_meeting,
    ),
    "meeting-date-soon": Scenario(
        lambda: meeting(1),
        stop=lambda case: close(case.about.match),
        reason="match-ended",
        change=move_meeting,
        undo=cancel_meeting,
    ),
    "meeting-prepare": Scenario(
        meeting_ahead,
        stop=lambda case: Agenda.system.filter(meeting=case.about).update(points="A question"),
        reason="agenda-written",
        undo=cancel_meeting,
    ),
    "meeting-agenda": Scenario(
        lambda: meeting_ahead(points="A question"),
        stop=lambda case: Agenda.system.filter(meeting=case.about).update(points=""),
        reason="no-agenda",
        undo=cancel_meeting,
    ),
    "contact-request": Scenario(
        wish,
        stop=lambda case: contact_requests.decline(case.about, by=case.to),
        reason="contact-request-answered",
    ),
    "contact-request-answered": Scenario(
        promised_wish,
        stop=lambda case: contact_requests.withdraw(case.about, by=case.to),
        reason="contact-request-without-answer",
    ),
    "meeting-overdue": Scenario(
        lambda: silent(of_pair()), stop=be_in_touch, reason="pair-not-silent"
    ),
    "meeting-record": Scenario(meeting_over, stop=record, reason="meeting-recorded"),
    **ASKED,
    "round-held-back": Scenario(round_, stop=round_state("review"), reason="not-a-draft"),
    "round-ready": Scenario(
        round_,
        stop=round_state("discarded"),
        reason="round-closed",
        newer="round-held-back",
    ),
    "round-review-request": Scenario(
        in_review,
        stop=round_state("draft"),
        reason="not-in-review",
    ),
    "round-no-mentee": Scenario(
        lambda: application("mentor"), stop=withdraw, reason="matched-or-gone"
    ),
    "round-unmatched": Scenario(application, stop=withdraw, reason="matched-or-gone"),
    "test-email": Scenario(
        lambda: Case(about := person("Ben Okoro"), about),
        stop=lambda case: update(case, is_active=False),
        reason="account-closed",
    ),
}
