"""What to do next when a pair rests, comes to its end or has ended."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.presenters import show_time

from ..next_step import Step
from ..status import ParticipantStatus
from .card import NextStep, format_day, page, partner_name, text_of


@text_of(Step.CLOSING)
def closing(status: ParticipantStatus) -> NextStep:
    """Return the card about the closing conversation."""
    due = ""
    ends_on = status.match.ends_on if status.match else None
    if ends_on and ends_on < timezone.localdate(status.at):
        return NextStep(
            title=_("Close your time together"),
            text=_(
                "Your time together ended on %(day)s. Close your pair, or go on for longer if both"
                " of you want to."
            )
            % {"day": format_day(ends_on)},
            url=page("matches:match-closing", status.key),
            action=_("Close or go on"),
        )
    if ends_on:
        due = _("Your time together ends on %(day)s.") % {"day": format_day(ends_on)}
    talk_at = status.closing_talk_at
    when = show_time(talk_at, status.person) if talk_at else ""
    return NextStep(
        title=_("Your closing conversation: %(when)s") % {"when": when}
        if when
        else _("Plan your closing conversation"),
        text=_(
            "Look back together: what you achieved, what you learned,"
            " and what comes next for each of you."
        ),
        url=page("matches:match-closing", status.key),
        action=_("See how to end well"),
        due=due,
    )


@text_of(Step.PAUSED)
def paused(status: ParticipantStatus) -> NextStep:
    """Return the card of a paused pair: the last day of the pause, in the program's calendar."""
    match = status.match
    zone = ZoneInfo(status.program.time_zone)
    back_on = timezone.localdate(match.paused_until if match else None, zone)
    return NextStep(
        title=_("On a pause until %(day)s") % {"day": format_day(back_on - timedelta(days=1))},
        text=_("You get no reminders until then. On the first day after it we write to you both."),
        url=page("matches:match-pause", status.key),
        action=_("Look at our pause"),
    )


@text_of(Step.ENDING_ASKED)
def ending_asked(status: ParticipantStatus) -> NextStep:
    return NextStep(
        title=_("The committee will contact you"),
        text=_("You asked them to join. Until then your pair goes on. %(name)s has not been told.")
        % {"name": partner_name(status)},
        url=page("matches:match-ending", status.key),
        action=_("See what you can do"),
    )


@text_of(Step.SAY_WHAT_NEXT)
def say_what_next(status: ParticipantStatus) -> NextStep:
    return NextStep(
        title=_("What would you like next?"),
        text=_(
            "Your pair has ended. We only look for another match if you say so."
            " You can also pause or stop here."
        ),
        url=page("matches:match-next", status.key),
        action=_("Tell us"),
    )


@text_of(Step.CLOSED)
def closed(status: ParticipantStatus) -> NextStep:
    return NextStep(
        title=_("Your time together is over"),
        text=_("Thank you for taking part. Your certificate, your hours and your pages are here."),
        url=page("dashboard:alumni"),
        action=_("Look back"),
    )


@text_of(Step.MENTOR_AGAIN)
def mentor_again(status: ParticipantStatus) -> NextStep:
    return NextStep(
        title=_("Will you be a mentor again?"),
        text=_("A new cohort of %(program)s takes applications. There is no new form.")
        % {"program": status.program},
        url=page("matches:match-mentor-again", status.key),
        action=_("Choose"),
    )


@text_of(Step.READ_THANKS)
def read_thanks(status: ParticipantStatus) -> NextStep:
    return NextStep(
        title=_("A thank-you note from %(name)s") % {"name": partner_name(status)},
        text=_("It is on your page, with what comes next for each of you."),
        url=page("matches:match-detail", status.key),
        action=_("Read it"),
    )
