"""Texts of the steps of a pair, from the introduction to the end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from meetings.models import Meeting

from ..next_step import Step
from ..status import ParticipantStatus
from .card import NextStep, format_day, format_time, page, partner_name, text_of


@text_of(Step.SAY_HELLO)
def say_hello(status: ParticipantStatus) -> NextStep:
    days = status.program.policy.first_contact_days
    by = status.match.counts_from + timedelta(days=days) if status.match else None
    return NextStep(
        title=_("Write to %(name)s") % {"name": partner_name(status)},
        text=_(
            "Two or three sentences and three dates for a first meeting are enough."
            " We suggest how to start."
        ),
        url=page("matches:match-hello", status.key),
        action=_("Say hello"),
        due=_("Please write by %(day)s.") % {"day": format_day(by)},
    )


@text_of(Step.EXPECT_HELLO)
def expect_hello(status: ParticipantStatus) -> NextStep:
    name = {"name": partner_name(status)}
    return NextStep(
        title=_("Meet %(name)s") % name,
        text=_(
            "%(name)s will write to you within a few days."
            " Until then you can read why we matched you."
        )
        % name,
        url=page("matches:match-hello", status.key),
        action=_("See your match"),
    )


@text_of(Step.DRAFT_AGREEMENT)
def draft_agreement(status: ParticipantStatus) -> NextStep:
    return NextStep(
        title=_("Write your agreement together"),
        text=_(
            "Agree on how often you meet, what you want to achieve, how you will know,"
            " and what stays between you."
        ),
        url=page("agreements:agreement-detail", status.key),
        action=_("Start the agreement"),
        due=_agreement_due(status),
    )


def _agreement_due(status: ParticipantStatus) -> str:
    if not status.match:
        return ""
    days = status.program.policy.agreement_days
    by: datetime = status.match.counts_from + timedelta(days=days)
    if by <= status.at:
        return ""
    return _("Please sign by %(day)s.") % {"day": format_day(by)}


@text_of(Step.EXPECT_DRAFT)
def expect_draft(status: ParticipantStatus) -> NextStep:
    return NextStep(
        title=_("%(name)s starts the agreement") % {"name": partner_name(status)},
        text=_("You can edit it too, at any time. Your first meeting is a good moment for it."),
        url=page("agreements:agreement-detail", status.key),
        action=_("See the agreement"),
    )


@text_of(Step.FINISH_AGREEMENT)
def finish_agreement(status: ParticipantStatus) -> NextStep:
    return NextStep(
        title=_("Finish the draft of your agreement"),
        text=_("Both of you can edit it. Share it when you both agree, then sign it."),
        url=page("agreements:agreement-detail", status.key),
        action=_("Continue"),
        due=_agreement_due(status),
    )


@text_of(Step.SIGN)
def sign(status: ParticipantStatus) -> NextStep:
    """Return the card that asks a person to sign the agreement."""
    partner_signed = status.partner and status.partner.pk in status.signers
    text = (
        _("%(name)s has signed. Read it once more. You can change it together at any time.")
        % {"name": partner_name(status)}
        if partner_signed
        else _("Read it once more, then sign. You can change it together at any time.")
    )
    return NextStep(
        title=_("Sign your mentoring agreement"),
        text=text,
        url=page("agreements:agreement-sign", status.key),
        action=_("Read and sign"),
    )


@text_of(Step.EXPECT_SIGNATURE)
def expect_signature(status: ParticipantStatus) -> NextStep:
    name = {"name": partner_name(status)}
    text = (
        _("%(name)s still has to sign. We will send a reminder.")
        if _is_reminder_ahead(status)
        else _("%(name)s still has to sign. Ask about it when you next speak.")
    )
    return NextStep(
        title=_("You have signed"),
        text=text % name,
        url=page("agreements:agreement-detail", status.key),
        action=_("See the agreement"),
    )


def _is_reminder_ahead(status: ParticipantStatus) -> bool:
    """Whether the last reminder to sign is still to come."""
    shared_at = status.version.shared_at if status.version else None
    last = timedelta(days=status.program.policy.reminder_second_days)
    return shared_at is not None and status.at < shared_at + last


@text_of(Step.ANSWER_CHECKIN)
def answer_checkin(status: ParticipantStatus) -> NextStep:
    checkin = status.checkin
    text = _("Answer a few questions. The page shows who reads each answer.")
    due = ""
    last = checkin and (checkin.closes_at if _is_over(checkin.due_at, status) else checkin.due_at)
    if last and not _is_over(last, status):
        due = _("Please answer by %(day)s.") % {"day": format_day(last)}
    return NextStep(
        title=_("Tell us how it is going") if status.match else _("Tell us how it was for you"),
        text=text,
        url=page("checkins:checkin-answer", checkin.public_id) if checkin else "",
        action=_("Answer"),
        due=due,
    )


def _is_over(moment: datetime | None, status: ParticipantStatus) -> bool:
    return moment is None or moment <= status.at


@text_of(Step.ANSWER_MEETING)
def answer_meeting(status: ParticipantStatus) -> NextStep:
    meeting = status.meeting_to_answer
    return NextStep(
        title=_("%(name)s suggests when to meet") % {"name": partner_name(status)},
        text=_suggested_text(meeting) if meeting else "",
        url=page("meetings:meeting-reply", meeting.public_id) if meeting else "",
        action=_("Answer"),
    )


def _suggested_text(meeting: Meeting) -> str:
    when = {"when": format_time(meeting.starts_at)}
    if meeting.state == Meeting.State.SET:
        return _("It would replace your meeting on %(when)s.") % when
    if meeting.lapses_at == meeting.starts_at:
        return when["when"]
    return _("Choose one of the suggested times.")


@text_of(Step.NOTE_MEETING)
def note_meeting(status: ParticipantStatus) -> NextStep:
    meeting = status.meeting_to_note
    held_on = format_day(meeting.starts_at if meeting else None)
    return NextStep(
        title=_("Did you meet on %(day)s?") % {"day": held_on},
        text=_("Say whether it took place. Only the two of you can read your notes."),
        url=page("meetings:meeting-log", meeting.public_id) if meeting else "",
        action=_("Record the meeting"),
    )


@text_of(Step.SUGGEST_MEETING)
def suggest_meeting(status: ParticipantStatus) -> NextStep:
    last = status.last_meeting
    since = (
        _("You last met on %(day)s.") % {"day": format_day(last.starts_at)}
        if last
        else _("You have not met yet.")
    )
    return NextStep(
        title=_("Suggest the next meeting"),
        text=since,
        url=page("meetings:meeting-create", status.key),
        action=_("Suggest a date"),
    )


@text_of(Step.ALL_SET)
def all_set(status: ParticipantStatus) -> NextStep:
    meeting = status.next_meeting
    if meeting and meeting.state == Meeting.State.PROPOSED:
        title = _("You are all set")
        text = _("You suggested when to meet. %(name)s has not answered yet.") % {
            "name": partner_name(status)
        }
    elif meeting:
        title = _("You are all set until %(day)s") % {"day": format_day(meeting.starts_at)}
        text = _("Your next meeting: %(when)s.") % {"when": format_time(meeting.starts_at)}
    else:
        title = _("You are all set")
        text = _(
            "%(name)s suggests the next date. If you hear nothing for a while, ask once."
            " If you still hear nothing, contact us."
        ) % {"name": partner_name(status)}
    return NextStep(
        title=title,
        text=text,
        url=page("matches:match-detail", status.key),
        action=_("Open our page"),
    )


@text_of(Step.REVIEW_GOALS)
def review_goals(status: ParticipantStatus) -> NextStep:
    return NextStep(
        title=_("Look at your goals"),
        text=_("How far have you come, and does your agreement still fit?"),
        url=page("agreements:goal-review", status.key),
        action=_("Review our goals"),
    )


@text_of(Step.ANSWER_COMMENT)
def answer_comment(status: ParticipantStatus) -> NextStep:
    return NextStep(
        title=_("%(name)s has a comment on your agreement") % {"name": partner_name(status)},
        text=_("Answer it, accept the suggested change, or set it aside."),
        url=page("agreements:agreement-review", status.key),
        action=_("Read and answer"),
    )


@text_of(Step.SAY_EXPECTATIONS)
def say_expectations(status: ParticipantStatus) -> NextStep:
    """Return the card of one whose partner has said what they expect."""
    name = {"name": partner_name(status)}
    return NextStep(
        title=_("Say what you expect"),
        text=_("%(name)s has answered a few short questions. You read each other's answers.")
        % name,
        url=page("agreements:expectation-exchange", status.key),
        action=_("Answer"),
    )


@text_of(Step.ANSWER_CONTACT_REQUEST)
def answer_contact_request(status: ParticipantStatus) -> NextStep:
    return NextStep(
        title=_("%(name)s would like to meet someone") % {"name": partner_name(status)},
        text=_("Say whether you can ask that person. No is a good answer, too."),
        url=page("meetings:contact-request-answer", status.contact_request_id),
        action=_("Read and answer"),
    )
