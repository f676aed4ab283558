"""The card on the home page, the registry of its texts, and what they have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils import timezone

from ..next_step import Step
from ..status import ParticipantStatus


@dataclass(frozen=True)
class NextStep:
    """What the card says. Without an action nothing is due."""

    title: str
    text: str = ""
    url: str = ""
    action: str = ""
    due: str = ""


TextFunction = Callable[[ParticipantStatus], NextStep]
TEXTS: dict[Step, TextFunction] = {}


def text_of(step: Step) -> Callable[[TextFunction], TextFunction]:
    """Register the decorated function as the one that writes the card of `step`."""

    def register(function: TextFunction) -> TextFunction:
        TEXTS[step] = function
        return function

    return register


def next_step_text(status: ParticipantStatus) -> NextStep:
    """Return the card for a participant's status."""
    return TEXTS[status.step](status)


def format_day(when: date | datetime | None) -> str:
    """Return day and month in the reader's language and zone; "" for None."""
    local = timezone.localtime(when) if isinstance(when, datetime) else when
    return format_date(local, "MONTH_DAY_FORMAT") if local else ""


def format_time(when: datetime) -> str:
    """Return weekday, day and time in the reader's language and zone."""
    return format_date(timezone.localtime(when), "WEEKDAY_TIME_FORMAT")


def page(name: str, *args: str) -> str:
    """Return the address of the page with the URL name `name`."""
    return reverse(name, args=args)


def partner_name(status: ParticipantStatus) -> str:
    """Return the partner's first name, or their whole name; "" without a partner."""
    partner = status.partner
    return (partner.first_name or str(partner)) if partner else ""
