"""A participant's progress through the program, and who they are waiting for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.mentor_invitations import may_invite_as
from applications.models import Application
from applications.taking_part import may_change
from matches.models import Match
from matches.pair_page import is_cut_short
from matching.models import PairRequest

from .next_step import Step
from .next_step_text import format_day, partner_name
from .status import ParticipantStatus

# Steps after which an application goes no further: no signing or meeting is to come.
NO_MORE = frozenset({Step.DECLINED, Step.COHORT_OVER, Step.TOO_LATE_TO_APPLY})
ORDER = ("applied", "accepted", "matched", "agreed", "meeting", "closing")


def progress_steps(status: ParticipantStatus) -> list[dict[str, str]]:
    """Return the rows of the path component; exactly one is "now", or all are "done".

    The path of a pair that ended before its term has only what it came to.
    """
    if status.match and is_cut_short(status.match):
        return _steps_until_end(status, status.match)
    if not status.match and status.step in NO_MORE:
        return _steps_so_far(status)
    here = current_step(status)
    index = ORDER.index(here) if here else len(ORDER)
    names = step_labels(status)
    states = [
        "done" if place < index else "now" if place == index else "later"
        for place in range(len(ORDER))
    ]
    notes = {"meeting": month_of_term(status)} if status.match else {}
    return [
        {"label": names[name], "state": state, "note": notes.get(name, "")}
        for name, state in zip(ORDER, states, strict=True)
    ]


def _steps_until_end(status: ParticipantStatus, match: Match) -> list[dict[str, str]]:
    names = step_labels(status)
    reached = ORDER[: ORDER.index("closing") if match.active_at else ORDER.index("agreed")]
    rows = [{"label": names[name], "state": "done", "note": ""} for name in reached]
    ended = {"label": _("Pair ended"), "state": "done", "note": format_day(match.closed_at)}
    return [*rows, ended]


def _steps_so_far(status: ParticipantStatus) -> list[dict[str, str]]:
    """Return what an application came to that goes no further."""
    names = step_labels(status)
    reached = {"draft": (), "accepted": ("applied", "accepted")}
    steps = reached.get(status.application.state, ("applied",))
    rows = [{"label": names[name], "state": "done", "note": ""} for name in steps]
    last = {
        Step.DECLINED: _("Not accepted this time"),
        Step.COHORT_OVER: _("The cohort has ended"),
        Step.TOO_LATE_TO_APPLY: _("Applications are closed"),
    }[status.step]
    return [*rows, {"label": last, "state": "now", "note": ""}]


def current_step(status: ParticipantStatus) -> str:
    """Return the code of the current step; "" when all are done."""
    match, application = status.match, status.application
    if match:
        return {"introduced": "agreed", "active": "meeting", "closing": "closing", "closed": ""}[
            match.state
        ]
    if application.state == Application.State.DRAFT:
        return "applied"
    return "matched" if application.state == Application.State.ACCEPTED else "accepted"


def step_labels(status: ParticipantStatus) -> dict[str, str]:
    return {
        "applied": _("Apply"),
        "accepted": _("Get an answer"),
        "matched": _("Be matched"),
        "agreed": _("Sign the agreement"),
        "meeting": _("Meet regularly"),
        "closing": _("Look back and finish"),
    }


def month_of_term(status: ParticipantStatus) -> str:
    """Return "Month 3 of 12" for a pair that has signed and not ended, else ""."""
    match = status.match
    if not match or match.state == Match.State.CLOSED:
        return ""
    if not match.active_at or not match.agreed_end:
        return ""
    begun = timezone.localdate(match.active_at)
    total = months_between(begun, match.agreed_end)
    # Days on which they were paused do not count; those of a pause that goes on are all in it.
    counted_at = match.paused_until if match.is_paused(status.at) else status.at
    now = timezone.localdate(counted_at) - timedelta(days=match.paused_days)
    return _("Month %(now)s of %(total)s") % {
        "now": min(months_between(begun, now) + 1, total),
        "total": total,
    }


def months_between(first: date, last: date) -> int:
    """Return the whole months from `first` to `last`; from January 31 one ends on February 28."""
    between = relativedelta(last, first)
    return between.years * 12 + between.months


def waiting_for(status: ParticipantStatus) -> dict[str, str] | None:
    """Return who the participant is waiting for and since when; None while it is their turn."""
    since: datetime | None
    match status.step:
        case Step.WAIT_FOR_ANSWER:
            who, since = _("the committee"), status.application.submitted_at
        case Step.EXPECT_HELLO | Step.EXPECT_DRAFT:
            who, since = partner_name(status), status.match.introduced_at if status.match else None
        case Step.EXPECT_SIGNATURE:
            who, since = partner_name(status), status.version.shared_at if status.version else None
        case _:
            return None
    return {"who": who, "since": format_day(since)}


def related_pages(status: ParticipantStatus) -> list[dict[str, str]]:
    """Return links to the other pages of this application or pair."""
    application = status.application
    mine = {
        "label": _("My application"),
        "url": reverse("applications:application-sent", args=[application.public_id]),
    }
    part = {
        "label": _("My part: mentees and breaks") if application.is_mentor else _("Take a break"),
        "url": reverse("applications:application-part", args=[application.public_id]),
    }
    profile = {"label": _("My profile"), "url": reverse("applications:profile")}
    shared = [
        profile,
        {"label": _("Events"), "url": reverse("events:event-list")},
        {"label": _("Library"), "url": reverse("learning:item-list")},
        {"label": _("Support or training"), "url": reverse("support:request-list")},
    ]
    suggest = {"label": _("Suggest something"), "url": reverse("checkins:suggestion-create")}
    to_try = {"label": _("Things to try"), "url": reverse("learning:touch-list")}
    invite = [_invite(status)] if _may_invite(status) else []
    if not status.match:
        own = [part] if may_change(application, status.person) else []
        listened = [suggest] if application.submitted_at else []
        return [mine, *_pair_requests(status), *own, *shared, *invite, *listened]
    key = status.key
    return [
        {"label": _("Our page"), "url": reverse("matches:match-detail", args=[key])},
        {"label": _("Meetings"), "url": reverse("meetings:meeting-list", args=[key])},
        {"label": _("Goals"), "url": reverse("agreements:goal-list", args=[key])},
        {"label": _("Agreement"), "url": reverse("agreements:agreement-detail", args=[key])},
        *shared,
        to_try,
        *([_alumni()] if status.match.state == Match.State.CLOSED else []),
        *([part] if application.is_mentor and may_change(application, status.person) else []),
        *invite,
        {"label": _("Get help from the committee"), "url": reverse("checkins:concern-create")},
        suggest,
    ]


def _pair_requests(status: ParticipantStatus) -> list[dict[str, str]]:
    """Return the open requests for a pair of the person and someone whom they know."""
    if not status.program.policy.pairs_by_people:
        return []
    rows = PairRequest.objects.of(status.person).open()
    return [
        {
            "label": _("Your request to be a pair"),
            "url": reverse("matching:pair-request", args=[row.public_id]),
        }
        for row in rows.filter(cohort=status.application.cohort_id)
    ]


def _may_invite(status: ParticipantStatus) -> bool:
    """Return whether the person is a mentor, or has an ended pair; see `mentor_invitations`."""
    is_ended = status.match is not None and status.match.state == Match.State.CLOSED
    return may_invite_as(status.application) or (is_ended and status.program.is_public)


def _invite(status: ParticipantStatus) -> dict[str, str]:
    page = reverse("applications:mentor-invitation-create", args=[status.program.slug])
    return {"label": _("Invite a mentor"), "url": page}


def _alumni() -> dict[str, str]:
    return {"label": _("Certificate, hours and what next"), "url": reverse("dashboard:alumni")}
