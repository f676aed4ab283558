"""What check-ins hold about a person: answers, requests for help. Published counts stay; they name nobody."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.privacy import register

from .models import Answer, Concern, ContactLog

WHY = "the person asks to be erased"


def export(user: User) -> dict[str, Any]:
    answers = (
        Answer.objects.visible_to(user)
        .filter(checkin__person=user)
        .select_related("question", "checkin")
    )
    return {
        "answers": [
            {
                "question": str(row.question),
                "answer": row.shown,
                "answered_at": row.checkin.answered_at,
            }
            for row in answers
        ],
        "asked_for_help": [
            {
                "text": row.text,
                "reach": row.reach,
                "urgency": row.urgency,
                "state": row.state,
                "raised_at": row.raised_at,
            }
            for row in Concern.objects.of(user)
        ],
    }


def erase(user: User) -> None:
    Answer.system.filter(checkin__person=user).delete()
    Concern.system.filter(person=user).update(text="", reach="", resolution="")
    ContactLog.system.filter(person=user).update(note="")


register("checkins", export=export, erase=erase)
