"""What meetings hold about a person: dates, and the person's own notes."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.privacy import register

from .models import Agenda, LogEntry, Meeting

WHY = "the person asks to be erased"


def export(user: User) -> dict[str, Any]:
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
    """Own words go; dates stay for the partner."""
    LogEntry.system.filter(author=user).delete()
    Agenda.system.filter(meeting__proposed_by=user).update(place="", points="")


register("meetings", export=export, erase=erase)
