"""The way of a pair, and what the page says about whom one waits for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Application

from .next_step import Step
from .next_step_text import day, partner
from .status import Situation

ORDER = ("applied", "accepted", "matched", "agreed", "meeting", "closing")


def path_of(situation: Situation) -> list[dict[str, str]]:
    """Steps for the path component: done, now or later; one is now, or all are done."""
    here = ORDER.index(where(situation)) if where(situation) else len(ORDER)
    names = labels(situation)
    states = [
        "done" if place < here else "now" if place == here else "later"
        for place in range(len(ORDER))
    ]
    notes = {"meeting": month(situation)} if situation.match else {}
    return [
        {"label": names[name], "state": state, "note": notes.get(name, "")}
        for name, state in zip(ORDER, states, strict=True)
    ]


def where(situation: Situation) -> str:
    """The step of the path that somebody is at; empty when all of it lies behind."""
    match, application = situation.match, situation.application
    if match:
        return {"introduced": "agreed", "active": "meeting", "closing": "closing", "closed": ""}[
            match.state
        ]
    if application.state == Application.State.DRAFT:
        return "applied"
    return "matched" if application.state == Application.State.ACCEPTED else "accepted"


def labels(situation: Situation) -> dict[str, str]:
    return {
        "applied": _("Apply"),
        "accepted": _("Hear from the committee"),
        "matched": _("Be matched"),
        "agreed": _("Sign the agreement"),
        "meeting": _("Meet regularly"),
        "closing": _("Look back and close"),
    }


def month(situation: Situation) -> str:
    """ "Month 3 of 12" of an active pair."""
    match = situation.match
    if not match or not match.active_at or not match.ends_on or not situation.at:
        return ""
    begun, ends, now = (
        timezone.localdate(match.active_at),
        match.ends_on,
        timezone.localdate(situation.at),
    )
    total = months_between(begun, ends)
    return _("Month %(now)s of %(total)s") % {
        "now": min(months_between(begun, now) + 1, total),
        "total": total,
    }


def months_between(first: date, last: date) -> int:
    """Return the whole months from `first` to `last`; a month from January 31 ends on February 28."""
    between = relativedelta(last, first)
    return between.years * 12 + between.months


def waiting_for(situation: Situation) -> dict[str, Any] | None:
    """Whom one waits for, and since when."""
    since: dict[Step, tuple[str, datetime | None]] = {
        Step.WAIT_FOR_ANSWER: (_("the committee"), situation.application.submitted_at),
        Step.EXPECT_HELLO: (
            partner(situation) if situation.match else "",
            situation.match and situation.match.introduced_at,
        ),
        Step.EXPECT_DRAFT: (
            partner(situation) if situation.match else "",
            situation.match and situation.match.introduced_at,
        ),
        Step.EXPECT_SIGNATURE: (
            partner(situation) if situation.match else "",
            situation.version and situation.version.shared_at,
        ),
    }
    found = since.get(situation.step)
    return {"who": found[0], "since": day(found[1])} if found else None


def pages_of(situation: Situation) -> list[dict[str, str]]:
    """Where else one can go from here."""
    if not situation.match:
        return [
            {
                "label": _("My application"),
                "url": reverse("applications:application-sent", args=[situation.key]),
            }
        ]
    key = situation.key
    return [
        {"label": _("Our page"), "url": reverse("matches:match-detail", args=[key])},
        {"label": _("Meetings"), "url": reverse("meetings:meeting-list", args=[key])},
        {"label": _("Agreement"), "url": reverse("agreements:agreement-detail", args=[key])},
        {"label": _("Get help from the committee"), "url": reverse("checkins:concern-create")},
    ]
