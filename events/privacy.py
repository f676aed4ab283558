"""Export and erasure of what events hold about a person: dates, and that they came."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.column_rules import impersonal, kept, rules
from accounts.mentions import Mentions
from accounts.models import User
from accounts.privacy import register
from workflow.models import Transition

from . import sign_ups
from .models import Event, FeedbackAnswer, SignUp


def export(user: User) -> dict[str, object]:
    """Return the events that `user` has signed up for. Answers are stored without their author."""
    rows = SignUp.objects.of(user).order_by("event__starts_at", "pk")
    columns = ("event__titles", "event__starts_at", "state", "since", "has_attended")
    return {"events": list(rows.values(*columns))}


def erase(user: User) -> None:
    """Give up what is ahead; that someone came stays, as a count without a name."""
    at = timezone.now()
    _leave_ahead(user, at)
    rows = SignUp.objects.of(user)
    Transition.system.about_any(rows).update(why="")
    mine = Event.objects.filter(sign_ups__person=user.pk)
    words = FeedbackAnswer.system.filter(event__in=mine.values("pk"))
    Mentions.of(user).replace_in(words, "better")


def _leave_ahead(user: User, at: datetime) -> None:
    ahead = Event.objects.coming(at).filter(sign_ups__person=user.pk)
    for event in ahead.order_by("pk"):
        sign_ups.leave(event, by=user, at=at)


OF_PROGRAM = impersonal("written by the committee for everyone")
COLUMNS = rules(
    "events",
    {
        "Event": {
            "public_id": impersonal("a random id"),
            "titles descriptions place link cancel_reason": OF_PROGRAM,
            "zone": impersonal("a time zone"),
        },
        "FeedbackAnswer": {
            "better": kept(
                "said without a name, to make the next event better",
                not_exported="stored without its author",
            ),
        },
    },
)

register("events", export=export, erase=erase, columns=COLUMNS)
