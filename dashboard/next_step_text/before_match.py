"""Texts of the steps from an application to a match."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.two_clocks import show_time
from applications.appointment_emails import answer_url
from applications.orientation import orientation_for

from ..next_step import Step
from ..status import ParticipantStatus
from .card import NextStep, format_day, page, text_of


@text_of(Step.APPLY)
def apply(status: ParticipantStatus) -> NextStep:
    """Return the card for a person without an open application."""
    return NextStep(
        title=_("Take part"),
        text=_("You have no open application. See which programs are open now."),
        url=page("programs:welcome"),
        action=_("See the programs"),
    )


@text_of(Step.FINISH_APPLICATION)
def finish_application(status: ParticipantStatus) -> NextStep:
    closes_on = status.application.cohort.closes_on
    due = _("Applications close on %(day)s.") % {"day": format_day(closes_on)} if closes_on else ""
    return NextStep(
        title=_("Finish your application"),
        text=_("Your answers so far are saved. You can continue on any device."),
        url=page("applications:application-tasks", status.application.public_id),
        action=_("Continue"),
        due=due,
    )


@text_of(Step.TOO_LATE_TO_APPLY)
def too_late_to_apply(status: ParticipantStatus) -> NextStep:
    closed_on = format_day(status.application.cohort.closes_on)
    return NextStep(
        title=_("Applications are closed"),
        text=_("They closed on %(day)s, before you sent yours. See when the next cohort opens.")
        % {"day": closed_on},
        url=page("programs:program-detail", status.program.slug),
        action=_("See the program"),
    )


@text_of(Step.COHORT_OVER)
def cohort_over(status: ParticipantStatus) -> NextStep:
    cohort = status.application.cohort
    return NextStep(
        title=_("%(cohort)s has ended") % {"cohort": cohort.name},
        text=_("No one is matched in it any more. You are welcome to apply to another cohort."),
        url=page("programs:program-detail", status.program.slug),
        action=_("See the program"),
    )


@text_of(Step.ANSWER_COMMITTEE)
def answer_committee(status: ParticipantStatus) -> NextStep:
    question = status.question
    assert question is not None
    day = format_day(question.answer_by_on)
    today = timezone.localdate(status.at)
    due = "" if question.answer_by_on < today else _("Please answer by %(day)s.") % {"day": day}
    return NextStep(
        title=_("The committee has a question"),
        text=_("It needs your answer to decide about your application."),
        url=page(
            "applications:application-question",
            status.application.public_id,
            question.public_id,
        ),
        action=_("Answer"),
        due=due,
    )


@text_of(Step.CHOOSE_INTERVIEW_TIME)
def choose_interview_time(status: ParticipantStatus) -> NextStep:
    appointment = status.appointment
    assert appointment is not None
    return NextStep(
        title=_("Choose a time for your interview"),
        text=_("The committee would like to talk with you about your application."),
        url=answer_url(appointment),
        action=_("See the times"),
    )


@text_of(Step.EXPECT_INTERVIEW)
def expect_interview(status: ParticipantStatus) -> NextStep:
    appointment = status.appointment
    assert appointment is not None
    assert appointment.starts_at is not None
    return NextStep(
        title=_("Your interview"),
        text=show_time(appointment.starts_at, status.person, appointment.member),
        url=page("applications:application-sent", status.application.public_id),
        action=_("See your application"),
    )


@text_of(Step.WAIT_FOR_ANSWER)
def wait_for_answer(status: ParticipantStatus) -> NextStep:
    promised = status.application.answer_by_on
    if promised < timezone.localdate(status.at):
        promise = _("We wanted to answer by %(day)s and are late. We will e-mail you.")
    else:
        promise = _("You will hear from us by %(day)s.")
    promise %= {"day": format_day(promised)}
    return NextStep(
        title=_("The committee is reading your application"),
        text=promise,
        url=page("applications:application-sent", status.application.public_id),
        action=_("See your application"),
    )


@text_of(Step.ACCEPT_CODE)
def accept_code(status: ParticipantStatus) -> NextStep:
    return NextStep(
        title=_("Accept the code of conduct"),
        text=_("You have been accepted. We can match you once you accept it."),
        url=page("applications:application-code", status.application.public_id),
        action=_("Read the code of conduct"),
    )


@text_of(Step.ORIENTATION)
def orientation(status: ParticipantStatus) -> NextStep:
    """Return the card that asks an accepted mentor to complete the orientation."""
    course = orientation_for(status.application)
    return NextStep(
        title=_("Complete the orientation"),
        text=_(
            "You have been accepted. The orientation has %(parts)s short parts and"
            " %(questions)s questions. We can match you once you complete it."
        )
        % {"parts": len(course.modules), "questions": len(course.questions)},
        url=page("applications:orientation", status.application.public_id),
        action=_("Start"),
    )


@text_of(Step.ON_BREAK)
def on_break(status: ParticipantStatus) -> NextStep:
    until = format_day(status.application.break_until)
    return NextStep(
        title=_("You are on a break until %(day)s") % {"day": until},
        text=_("No one is matched with you until then. You don't need to do anything."),
        url=page("applications:application-part", status.application.public_id),
        action=_("Change this"),
    )


@text_of(Step.WAIT_FOR_MATCH)
def wait_for_match(status: ParticipantStatus) -> NextStep:
    matching_on = status.application.cohort.matching_ahead(timezone.localdate(status.at))
    first = (
        _("Matching day is %(day)s.") % {"day": format_day(matching_on)}
        if matching_on
        else _("The committee is looking for a good match.")
    )
    second = (
        _("You have priority in the next round.")
        if status.application.waiting_since and not status.application.is_mentor
        else _("We will e-mail you as soon as there is news.")
    )
    return NextStep(title=_("You're in. We are looking for your match"), text=f"{first} {second}")


@text_of(Step.WAITING_LIST)
def waiting_list(status: ParticipantStatus) -> NextStep:
    return NextStep(
        title=_("You are on the waiting list"),
        text=_("We will e-mail you if a place opens up. You don't need to do anything."),
    )


@text_of(Step.DECLINED)
def declined(status: ParticipantStatus) -> NextStep:
    return NextStep(
        title=_("Your application was not accepted this time"),
        text=_(
            "Our e-mail explains why and what else may help."
            " You are welcome to apply to another cohort."
        ),
        url=page("programs:welcome"),
        action=_("See the programs"),
    )


@text_of(Step.ANSWER_OFFER)
def answer_offer(status: ParticipantStatus) -> NextStep:
    """Return the card of one who is asked before a pair is made; it names no one."""
    return NextStep(
        title=_("Would you be this person's mentor?")
        if status.application.is_mentor
        else _("Would you like to meet this mentor?"),
        text=_("Read what we can say so far. No is a good answer, too, and needs no reason."),
        url=status.offer_url,
        action=_("See and answer"),
    )
