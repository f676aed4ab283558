"""Choose a person's next step in one role: facts in, a step out, without database, clock or texts.

The first line of `ORDER` that fits wins: first what a partner waits for, then questions to answer,
then what moves the pair on, then waiting. The last line fits any facts, so there is always a step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """Every next step that a participant can have."""

    APPLY = "apply"
    FINISH_APPLICATION = "finish-application"
    TOO_LATE_TO_APPLY = "too-late-to-apply"
    ANSWER_COMMITTEE = "answer-committee"
    CHOOSE_INTERVIEW_TIME = "choose-interview-time"
    EXPECT_INTERVIEW = "expect-interview"
    WAIT_FOR_ANSWER = "wait-for-answer"
    ACCEPT_CODE = "accept-code"
    ORIENTATION = "orientation"
    ANSWER_OFFER = "answer-offer"
    ON_BREAK = "on-break"
    WAIT_FOR_MATCH = "wait-for-match"
    WAITING_LIST = "waiting-list"
    DECLINED = "declined"
    COHORT_OVER = "cohort-over"
    SAY_HELLO = "say-hello"
    EXPECT_HELLO = "expect-hello"
    DRAFT_AGREEMENT = "draft-agreement"
    EXPECT_DRAFT = "expect-draft"
    FINISH_AGREEMENT = "finish-agreement"
    SIGN = "sign"
    EXPECT_SIGNATURE = "expect-signature"
    ANSWER_COMMENT = "answer-comment"
    SAY_EXPECTATIONS = "say-expectations"
    ANSWER_CHECKIN = "answer-checkin"
    REVIEW_GOALS = "review-goals"
    ANSWER_MEETING = "answer-meeting"
    ANSWER_CONTACT_REQUEST = "answer-contact-request"
    NOTE_MEETING = "note-meeting"
    SUGGEST_MEETING = "suggest-meeting"
    ALL_SET = "all-set"
    PAUSED = "paused"
    ENDING_ASKED = "ending-asked"
    CLOSING = "closing"
    SAY_WHAT_NEXT = "say-what-next"
    MENTOR_AGAIN = "mentor-again"
    READ_THANKS = "read-thanks"
    CLOSED = "closed"

    @property
    def is_mine(self) -> bool:
        """Whether the person has something to do; else the page says that nothing is due."""
        return self not in PASSIVE


PASSIVE = frozenset(
    {
        Step.WAIT_FOR_ANSWER,
        Step.EXPECT_INTERVIEW,
        Step.ON_BREAK,
        Step.WAIT_FOR_MATCH,
        Step.WAITING_LIST,
        Step.DECLINED,
        Step.TOO_LATE_TO_APPLY,
        Step.COHORT_OVER,
        Step.EXPECT_HELLO,
        Step.EXPECT_DRAFT,
        Step.EXPECT_SIGNATURE,
        Step.ALL_SET,
        Step.PAUSED,
        Step.ENDING_ASKED,
        Step.READ_THANKS,
        Step.CLOSED,
    }
)


@dataclass(frozen=True)
class Facts:
    """What is known about one role of one person; an empty state means that there is none."""

    is_mentor: bool = False
    application: str = ""  # state of the application
    applications_closed: bool = False
    cohort_is_over: bool = False
    i_have_a_question_to_answer: bool = False  # of the committee, about the application
    i_have_an_interview_to_arrange: bool = False  # its suggested times wait for an answer
    i_have_an_interview_ahead: bool = False  # its date is known
    is_on_break: bool = False  # asked not to be matched for a while
    needs_code: bool = False  # accepted (imported, say), but the code of conduct is not
    needs_orientation: bool = False  # an accepted mentor who has not passed it
    match: str = ""  # state of the match
    is_paused: bool = False  # the pair, until a day
    said_hello: bool = False  # the mentee has written first, or anything later has happened
    agreement: str = ""  # state of the version that is being written, else of the one in force
    i_signed: bool = False
    i_have_a_comment_to_answer: bool = False  # on the agreement, or a suggested change
    i_have_expectations_to_say: bool = False  # the partner has said theirs, and no draft is begun
    i_have_an_offer_to_answer: bool = False  # asked before a pair is made
    i_have_a_contact_request: bool = False  # the partner would like to meet someone
    i_have_a_checkin: bool = False
    i_have_goals_to_review: bool = False  # asked some months into the term
    i_have_a_meeting_to_answer: bool = False  # the partner suggested a date
    i_have_a_meeting_to_note: bool = False  # its date has passed and no one has recorded it
    has_meeting_ahead: bool = False
    i_asked_to_end: bool = False  # asked the committee to join, because it may have to end
    i_am_asked_what_next: bool = False  # the pair has ended and the question is open
    i_am_asked_again: bool = False  # a mentor whose pairs have ended; a new cohort is open
    i_was_thanked: bool = False  # the partner's note has just come


def _is_paired(facts: Facts) -> bool:
    return facts.match in {"introduced", "active", "closing"}


IN_A_COHORT = frozenset({"submitted", "waitlisted", "accepted"})

ORDER: tuple[tuple[Step, Callable[[Facts], bool]], ...] = (
    (Step.ENDING_ASKED, lambda f: _is_paired(f) and f.i_asked_to_end),
    (Step.PAUSED, lambda f: _is_paired(f) and f.is_paused),
    (Step.ANSWER_COMMENT, lambda f: _is_paired(f) and f.i_have_a_comment_to_answer),
    (Step.SIGN, lambda f: _is_paired(f) and f.agreement == "shared" and not f.i_signed),
    (Step.ANSWER_MEETING, lambda f: _is_paired(f) and f.i_have_a_meeting_to_answer),
    (Step.ANSWER_OFFER, lambda f: f.i_have_an_offer_to_answer),
    (Step.ANSWER_CONTACT_REQUEST, lambda f: _is_paired(f) and f.i_have_a_contact_request),
    (Step.ANSWER_CHECKIN, lambda f: f.i_have_a_checkin),
    (Step.NOTE_MEETING, lambda f: _is_paired(f) and f.i_have_a_meeting_to_note),
    (Step.SAY_HELLO, lambda f: f.match == "introduced" and not f.is_mentor and not f.said_hello),
    (Step.EXPECT_SIGNATURE, lambda f: _is_paired(f) and f.agreement == "shared"),
    (Step.FINISH_AGREEMENT, lambda f: _is_paired(f) and f.agreement == "draft"),
    (Step.EXPECT_HELLO, lambda f: f.match == "introduced" and not f.said_hello),
    (
        Step.SAY_EXPECTATIONS,
        lambda f: f.match == "introduced" and f.i_have_expectations_to_say,
    ),
    (Step.DRAFT_AGREEMENT, lambda f: f.match == "introduced" and not f.is_mentor),
    (Step.EXPECT_DRAFT, lambda f: f.match == "introduced"),
    (Step.CLOSING, lambda f: f.match == "closing"),
    (Step.REVIEW_GOALS, lambda f: f.match == "active" and f.i_have_goals_to_review),
    (
        Step.SUGGEST_MEETING,
        lambda f: f.match == "active" and not f.is_mentor and not f.has_meeting_ahead,
    ),
    (Step.ALL_SET, lambda f: f.match == "active"),
    (Step.SAY_WHAT_NEXT, lambda f: f.match == "closed" and f.i_am_asked_what_next),
    (Step.MENTOR_AGAIN, lambda f: f.match == "closed" and f.i_am_asked_again),
    (Step.READ_THANKS, lambda f: f.match == "closed" and f.i_was_thanked),
    (Step.CLOSED, lambda f: f.match == "closed"),
    (Step.TOO_LATE_TO_APPLY, lambda f: f.application == "draft" and f.applications_closed),
    (Step.COHORT_OVER, lambda f: f.application in IN_A_COHORT and f.cohort_is_over),
    (Step.FINISH_APPLICATION, lambda f: f.application == "draft"),
    (Step.ANSWER_COMMITTEE, lambda f: f.i_have_a_question_to_answer),
    (Step.CHOOSE_INTERVIEW_TIME, lambda f: f.i_have_an_interview_to_arrange),
    (
        Step.EXPECT_INTERVIEW,
        lambda f: f.application in {"submitted", "waitlisted"} and f.i_have_an_interview_ahead,
    ),
    (Step.WAIT_FOR_ANSWER, lambda f: f.application == "submitted"),
    (Step.ON_BREAK, lambda f: f.application in {"accepted", "waitlisted"} and f.is_on_break),
    (Step.ACCEPT_CODE, lambda f: f.application == "accepted" and f.needs_code),
    (Step.ORIENTATION, lambda f: f.application == "accepted" and f.needs_orientation),
    (Step.WAIT_FOR_MATCH, lambda f: f.application == "accepted"),
    (Step.WAITING_LIST, lambda f: f.application == "waitlisted"),
    (Step.DECLINED, lambda f: f.application == "declined"),
    (Step.APPLY, lambda f: True),
)


def decide(facts: Facts) -> Step:
    """Return the next step for `facts`."""
    return next(step for step, fits in ORDER if fits(facts))
