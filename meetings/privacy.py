"""Export and erasure of what meetings hold about a person: dates and their own notes."""

from __future__ import annotations

from django.db.models import Q

from accounts.column_rules import ERASED, erased, impersonal, kept, rules
from accounts.mentions import Mentions
from accounts.models import User
from accounts.privacy import register
from matches import retention
from matches.models import Match, MatchQuerySet
from workflow.models import Transition

from .models import (
    Agenda,
    CalendarFeed,
    ContactRequest,
    Correction,
    LogEntry,
    Meeting,
    PairContact,
    PrivateNote,
    ProposedTime,
    SharedItem,
    Statement,
)
from .statements import issuing


def export(user: User) -> dict[str, object]:
    """Return the dates of the meetings of `user`, and what `user` wrote about them."""
    dates = Meeting.objects.of(user).values("starts_at", "zone", "minutes", "mode", "state")
    suggested = ProposedTime.objects.filter(meeting__in=Meeting.objects.of(user))
    times = suggested.values("meeting__starts_at", "starts_at", "zone")
    agendas = (
        Agenda.objects.visible_to(user)
        .filter(author=user)
        .values("meeting__starts_at", "place", *Agenda.PROMPTS)
    )
    notes = (
        LogEntry.objects.visible_to(user)
        .filter(author=user)
        .values("meeting__starts_at", "learned", "next_step", "written_at")
    )
    corrections = Correction.objects.filter(person=user).values(
        "meeting__starts_at", "at", "from_state", "from_minutes", "to_state", "to_minutes"
    )
    private = PrivateNote.objects.visible_to(user).values("meeting__starts_at", "text")
    shared = SharedItem.objects.visible_to(user).filter(author=user)
    asked_for = ContactRequest.objects.visible_to(user).filter(asker=user)
    contacts = PairContact.objects.filter(person=user).values("on", "at")
    statements = Statement.objects.visible_to(user).order_by("issued_at", "pk")
    return {
        "statements": [
            {"kind": row.kind, "issued_at": row.issued_at, **issuing.facts_of(row).as_json()}
            for row in statements
        ],
        "my_private_notes": list(private),
        "contacts": list(contacts),
        "contacts_i_asked_for": list(asked_for.values("wished", "why", "state", "asked_at")),
        "shared_by_me": list(shared.values("kind", "title", "url", "details", "shared_at")),
        "meetings": list(dates),
        "suggested_times": list(times),
        "my_agendas": list(agendas),
        "my_notes": list(notes),
        "my_corrections": list(corrections),
    }


def erase(user: User) -> None:
    """Delete what `user` wrote; dates stay for the partner."""
    meetings, mentions = Meeting.objects.of(user), Mentions.of(user)
    LogEntry.system.filter(author=user).delete()
    PrivateNote.system.filter(author=user).delete()
    SharedItem.system.filter(author=user).delete()
    ContactRequest.system.filter(asker=user).delete()
    CalendarFeed.objects.filter(person=user).delete()
    Statement.system.filter(person=user).delete()  # its codes stop being valid
    agendas = Agenda.system.filter(meeting__in=meetings)
    mine = agendas.filter(Q(author=user) | Q(author=None))
    mine.update(place="", **dict.fromkeys(Agenda.PROMPTS, ""))
    mentions.replace_in(agendas, "place", *Agenda.PROMPTS)
    mentions.replace_in(LogEntry.system.filter(meeting__in=meetings), "learned", "next_step")
    mentions.replace_in(PrivateNote.system.filter(meeting__in=meetings), "text")
    shared = SharedItem.system.filter(match__in=Match.objects.of(user))
    mentions.replace_in(shared, "title", "url", "details")
    asked_for = ContactRequest.system.filter(match__in=Match.objects.of(user))
    mentions.replace_in(asked_for, "wished", "why")
    Transition.system.about_any(meetings).update(why="")


@retention.register
def erase_old_texts(matches: MatchQuerySet) -> None:
    """Empty the agendas and delete the notes of pairs that ended long ago."""
    meetings = Meeting.objects.filter(match__in=matches)
    agendas = Agenda.system.filter(meeting__in=meetings)
    agendas.update(place="", **dict.fromkeys(Agenda.PROMPTS, ""))
    LogEntry.system.filter(meeting__in=meetings).delete()
    PrivateNote.system.filter(meeting__in=meetings).delete()
    ContactRequest.system.filter(match__in=matches).delete()
    SharedItem.system.filter(match__in=matches).delete()
    Transition.system.about_any(meetings).update(why="")


COLUMNS = rules(
    "meetings",
    {
        "Meeting": {
            "public_id": impersonal("a random id"),
            "zone": kept("the zone of a date that the partner keeps", mentions="a time zone"),
        },
        "ProposedTime": {"zone": kept("the zone of a suggested date", mentions="a time zone")},
        "Agenda": {"place since_last points help_wanted hoped_for": ERASED},
        "LogEntry": {"learned next_step": ERASED},
        "PrivateNote": {"text": ERASED},
        "SharedItem": {
            "public_id": impersonal("a random id"),
            "title url details": ERASED,
        },
        "ContactRequest": {
            "public_id": impersonal("a random id"),
            "wished why": ERASED,
        },
        "Statement": {
            "public_id": impersonal("a random id"),
            "code": impersonal("a random code, deleted with the row"),
            "facts": erased(mentions="only the person's own name"),
        },
        "CalendarFeed": {"public_id": impersonal("a random id")},
    },
)

register("meetings", export=export, erase=erase, columns=COLUMNS)
