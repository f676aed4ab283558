"""Export and erasure of what meetings hold about a person: dates and their own notes."""

from __future__ import annotations

from accounts.models import User
from accounts.privacy import register

from .models import Agenda, LogEntry, Meeting


def export(user: User) -> dict[str, object]:
    """Return the dates of the meetings of `user`, and what `user` wrote about them."""
    dates = Meeting.objects.of(user).values("starts_at", "zone", "minutes", "mode", "state")
    agendas = (
        Agenda.objects.visible_to(user)
        .filter(meeting__proposed_by=user)
        .values("meeting__starts_at", "place", "points")
    )
    notes = (
        LogEntry.objects.visible_to(user)
        .filter(author=user)
        .values("meeting__starts_at", "learned", "next_step", "written_at")
    )
    return {"meetings": list(dates), "my_agendas": list(agendas), "my_notes": list(notes)}


def erase(user: User) -> None:
    """Delete what `user` wrote; dates stay for the partner."""
    LogEntry.system.filter(author=user).delete()
    Agenda.system.filter(meeting__proposed_by=user).update(place="", points="")


register("meetings", export=export, erase=erase)
