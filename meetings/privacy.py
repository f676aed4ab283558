"""Export and erasure of what meetings hold about a person: dates and their own notes."""

from __future__ import annotations

from accounts.models import User
from accounts.privacy import register

from .models import Agenda, Correction, LogEntry, Meeting


def export(user: User) -> dict[str, object]:
    """Return the dates of the meetings of `user`, and what `user` wrote about them."""
    dates = Meeting.objects.of(user).values("starts_at", "zone", "minutes", "mode", "state")
    agendas = (
        Agenda.objects.visible_to(user)
        .filter(author=user)
        .values("meeting__starts_at", "place", "points")
    )
    notes = (
        LogEntry.objects.visible_to(user)
        .filter(author=user)
        .values("meeting__starts_at", "learned", "next_step", "written_at")
    )
    corrections = Correction.objects.filter(person=user).values(
        "meeting__starts_at", "at", "from_state", "from_minutes", "to_state", "to_minutes"
    )
    return {
        "meetings": list(dates),
        "my_agendas": list(agendas),
        "my_notes": list(notes),
        "my_corrections": list(corrections),
    }


def erase(user: User) -> None:
    """Delete what `user` wrote; dates stay for the partner."""
    LogEntry.system.filter(author=user).delete()
    Agenda.system.filter(author=user).update(place="", points="")


register("meetings", export=export, erase=erase)
