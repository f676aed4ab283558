"""Export and erasure of what check-ins hold about a person: answers and requests for help.

Published counts stay; they name no one.
"""

from __future__ import annotations

from accounts.models import User
from accounts.privacy import register

from .models import Answer, Concern, ContactLog


def export(user: User) -> dict[str, object]:
    """Return the answers of `user` and what `user` asked the committee."""
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
                "contact_info": row.contact_info,
                "urgency": row.urgency,
                "state": row.state,
                "raised_at": row.raised_at,
            }
            for row in Concern.objects.of(user)
        ],
    }


def erase(user: User) -> None:
    """Delete the answers of `user` and empty the texts about `user`."""
    Answer.system.filter(checkin__person=user).delete()
    Concern.system.filter(person=user).update(text="", contact_info="", resolution="")
    ContactLog.system.filter(person=user).update(note="")


register("checkins", export=export, erase=erase)
