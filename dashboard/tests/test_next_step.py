"""Every state of a person, and the one step that fits."""

from datetime import date

import pytest

from dashboard import progress
from dashboard.next_step import ORDER, Facts, Step, decide
from dashboard.next_step_text import TEXTS

MENTOR = {"is_mentor": True}
TABLE = [
    ("has not applied", {}, Step.APPLY),
    ("has begun to apply", {"application": "draft"}, Step.FINISH_APPLICATION),
    (
        "began too late",
        {"application": "draft", "applications_closed": True},
        Step.TOO_LATE_TO_APPLY,
    ),
    (
        "waits in a cohort that has ended",
        {"application": "accepted", "cohort_is_over": True},
        Step.COHORT_OVER,
    ),
    ("has sent it", {"application": "submitted"}, Step.WAIT_FOR_ANSWER),
    (
        "is asked by the committee",
        {"application": "submitted", "i_have_a_question_to_answer": True},
        Step.ANSWER_COMMITTEE,
    ),
    (
        "is asked when to be interviewed",
        {**MENTOR, "application": "submitted", "i_have_an_interview_to_arrange": True},
        Step.CHOOSE_INTERVIEW_TIME,
    ),
    (
        "is interviewed soon",
        {**MENTOR, "application": "waitlisted", "i_have_an_interview_ahead": True},
        Step.EXPECT_INTERVIEW,
    ),
    (
        "is interviewed when accepted",
        {
            **MENTOR,
            "application": "accepted",
            "needs_orientation": True,
            "i_have_an_interview_ahead": True,
        },
        Step.ORIENTATION,
    ),
    (
        "was imported and accepted",
        {"application": "accepted", "needs_code": True},
        Step.ACCEPT_CODE,
    ),
    ("is an accepted mentee", {"application": "accepted"}, Step.WAIT_FOR_MATCH),
    (
        "is an accepted mentor",
        {**MENTOR, "application": "accepted", "needs_orientation": True},
        Step.ORIENTATION,
    ),
    ("is a prepared mentor", {**MENTOR, "application": "accepted"}, Step.WAIT_FOR_MATCH),
    ("is on a break", {"application": "accepted", "is_on_break": True}, Step.ON_BREAK),
    ("is on the waiting list", {"application": "waitlisted"}, Step.WAITING_LIST),
    ("was declined", {"application": "declined"}, Step.DECLINED),
    ("is introduced", {"match": "introduced"}, Step.SAY_HELLO),
    ("mentors someone new", {**MENTOR, "match": "introduced"}, Step.EXPECT_HELLO),
    ("has written", {"match": "introduced", "said_hello": True}, Step.DRAFT_AGREEMENT),
    (
        "mentors someone who has written",
        {**MENTOR, "match": "introduced", "said_hello": True},
        Step.EXPECT_DRAFT,
    ),
    (
        "has a draft",
        {"match": "introduced", "said_hello": True, "agreement": "draft"},
        Step.FINISH_AGREEMENT,
    ),
    (
        "has a text to sign",
        {"match": "introduced", "said_hello": True, "agreement": "shared"},
        Step.SIGN,
    ),
    (
        "has signed alone",
        {"match": "introduced", "said_hello": True, "agreement": "shared", "i_signed": True},
        Step.EXPECT_SIGNATURE,
    ),
    (
        "is asked how it goes",
        {"match": "active", "agreement": "signed", "i_have_a_checkin": True},
        Step.ANSWER_CHECKIN,
    ),
    (
        "is asked for a date",
        {"match": "active", "i_have_a_meeting_to_answer": True},
        Step.ANSWER_MEETING,
    ),
    (
        "is asked about the goals",
        {"match": "active", "i_have_goals_to_review": True},
        Step.REVIEW_GOALS,
    ),
    ("met yesterday", {"match": "active", "i_have_a_meeting_to_note": True}, Step.NOTE_MEETING),
    ("has no date ahead", {"match": "active"}, Step.SUGGEST_MEETING),
    ("has a date ahead", {"match": "active", "has_meeting_ahead": True}, Step.ALL_SET),
    ("mentors someone without a date", {**MENTOR, "match": "active"}, Step.ALL_SET),
    (
        "amends the agreement",
        {"match": "active", "agreement": "shared", "has_meeting_ahead": True},
        Step.SIGN,
    ),
    ("comes to the end", {"match": "closing"}, Step.CLOSING),
    ("is on a pause", {"match": "active", "is_paused": True}, Step.PAUSED),
    (
        "is on a pause before the first words",
        {"match": "introduced", "is_paused": True},
        Step.PAUSED,
    ),
    (
        "mentors someone on a pause who shared a draft",
        {**MENTOR, "match": "introduced", "is_paused": True, "agreement": "shared"},
        Step.PAUSED,
    ),
    ("is on a pause near the end", {"match": "closing", "is_paused": True}, Step.PAUSED),
    (
        "asked the committee to join in a pause",
        {"match": "active", "is_paused": True, "i_asked_to_end": True},
        Step.ENDING_ASKED,
    ),
    ("asked the committee to join", {"match": "active", "i_asked_to_end": True}, Step.ENDING_ASKED),
    (
        "is asked what comes next",
        {"match": "closed", "i_am_asked_what_next": True},
        Step.SAY_WHAT_NEXT,
    ),
    ("has ended", {"match": "closed", "application": "accepted"}, Step.CLOSED),
    (
        "has a comment to answer",
        {"match": "active", "agreement": "signed", "i_have_a_comment_to_answer": True},
        Step.ANSWER_COMMENT,
    ),
    (
        "has a comment to answer on a text to sign",
        {"match": "introduced", "agreement": "shared", "i_have_a_comment_to_answer": True},
        Step.ANSWER_COMMENT,
    ),
    (
        "has a comment to answer on a pause",
        {"match": "active", "is_paused": True, "i_have_a_comment_to_answer": True},
        Step.PAUSED,
    ),
    (
        "had a comment to answer when the pair ended",
        {"match": "closed", "i_have_a_comment_to_answer": True},
        Step.CLOSED,
    ),
    (
        "reads what the partner expects",
        {"match": "introduced", "said_hello": True, "i_have_expectations_to_say": True},
        Step.SAY_EXPECTATIONS,
    ),
    (
        "mentors someone who has said what they expect",
        {**MENTOR, "match": "introduced", "said_hello": True, "i_have_expectations_to_say": True},
        Step.SAY_EXPECTATIONS,
    ),
    (
        "has not written, but the partner said what they expect",
        {"match": "introduced", "i_have_expectations_to_say": True},
        Step.SAY_HELLO,
    ),
    (
        "is asked before a pair is made",
        {**MENTOR, "application": "accepted", "i_have_an_offer_to_answer": True},
        Step.ANSWER_OFFER,
    ),
    (
        "is asked for a second place",
        {**MENTOR, "match": "active", "i_have_an_offer_to_answer": True},
        Step.ANSWER_OFFER,
    ),
    (
        "is asked for a contact",
        {**MENTOR, "match": "active", "has_meeting_ahead": True, "i_have_a_contact_request": True},
        Step.ANSWER_CONTACT_REQUEST,
    ),
    (
        "is asked to be a mentor again",
        {**MENTOR, "match": "closed", "i_am_asked_again": True},
        Step.MENTOR_AGAIN,
    ),
    (
        "is asked what comes next before mentoring again",
        {**MENTOR, "match": "closed", "i_am_asked_again": True, "i_am_asked_what_next": True},
        Step.SAY_WHAT_NEXT,
    ),
    ("was thanked", {"match": "closed", "i_was_thanked": True}, Step.READ_THANKS),
    (
        "was thanked and is asked what comes next",
        {"match": "closed", "i_was_thanked": True, "i_am_asked_what_next": True},
        Step.SAY_WHAT_NEXT,
    ),
    ("mentors someone near the end", {**MENTOR, "match": "closing"}, Step.CLOSING),
    ("has a longer term to sign", {"match": "closing", "agreement": "shared"}, Step.SIGN),
    (
        "has signed a longer term alone",
        {"match": "closing", "agreement": "shared", "i_signed": True},
        Step.EXPECT_SIGNATURE,
    ),
    (
        "is asked how it goes near the end",
        {"match": "closing", "i_have_a_checkin": True},
        Step.ANSWER_CHECKIN,
    ),
    (
        "asked the committee to join near the end",
        {"match": "closing", "i_asked_to_end": True},
        Step.ENDING_ASKED,
    ),
    ("begins to change it", {"match": "active", "agreement": "draft"}, Step.FINISH_AGREEMENT),
    (
        "mentors someone who begins to change it",
        {**MENTOR, "match": "active", "agreement": "draft"},
        Step.FINISH_AGREEMENT,
    ),
    (
        "is asked for a date before the first words",
        {"match": "introduced", "i_have_a_meeting_to_answer": True},
        Step.ANSWER_MEETING,
    ),
    (
        "met before the first words",
        {**MENTOR, "match": "introduced", "i_have_a_meeting_to_note": True},
        Step.NOTE_MEETING,
    ),
    (
        "mentors someone and is asked about the goals",
        {**MENTOR, "match": "active", "i_have_goals_to_review": True, "has_meeting_ahead": True},
        Step.REVIEW_GOALS,
    ),
    (
        "is asked how it goes and about the goals",
        {"match": "active", "i_have_goals_to_review": True, "i_have_a_checkin": True},
        Step.ANSWER_CHECKIN,
    ),
    (
        "mentored someone and is asked what comes next",
        {**MENTOR, "match": "closed", "application": "accepted", "i_am_asked_what_next": True},
        Step.SAY_WHAT_NEXT,
    ),
    (
        "waits on a break in a cohort that has ended",
        {"application": "accepted", "is_on_break": True, "cohort_is_over": True},
        Step.COHORT_OVER,
    ),
    (
        "has ended with a question open",
        {"match": "closed", "i_have_a_checkin": True},
        Step.ANSWER_CHECKIN,
    ),
]


@pytest.mark.parametrize(
    ("who", "facts", "step"), TABLE, ids=[row[0].replace(" ", "-") for row in TABLE]
)
def test_the_next_step_of_someone_who(who, facts, step):
    assert decide(Facts(**facts)) == step


def test_the_table_reaches_every_step():
    assert len({tuple(sorted(facts.items())) for _who, facts, _step in TABLE}) >= 40
    assert {step for _who, _facts, step in TABLE} == set(Step)


def test_every_step_has_its_line_and_its_text():
    assert {step for step, _fits in ORDER} == set(Step) == set(TEXTS)
    assert len(ORDER) == len(Step)


def test_a_partner_who_waits_comes_before_our_own_questions():
    everything = Facts(
        match="active", agreement="shared", i_have_a_checkin=True, i_have_a_meeting_to_answer=True
    )
    assert decide(everything) == Step.SIGN


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 27), 0),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2026, 1, 31), date(2027, 1, 30), 11),
        (date(2026, 1, 31), date(2027, 1, 31), 12),
    ],
)
def test_months_end_where_the_term_of_an_agreement_ends(first, last, months):
    assert progress.months_between(first, last) == months
