"""What learning holds about a person: which short texts they were sent, and what they tried."""

from __future__ import annotations

from accounts.column_rules import impersonal, rules
from accounts.models import User
from accounts.privacy import register

from .models import Touch

OF_PROGRAM = impersonal("written by the committee for everyone")
CODE = impersonal("a code of a word of the program")


def export(user: User) -> list[dict[str, object]]:
    """Return the short texts that `user` was sent, the oldest first."""
    rows = Touch.objects.of(user).filter(is_repeat=False).select_related("version__text__program")
    return [
        {
            "sent": row.due_at,
            "title": row.version.words(user.language).title,
            "tried": row.tried_at,
        }
        for row in rows.order_by("due_at", "pk")
    ]


def erase(user: User) -> None:
    """Forget what they tried; that a text was sent stays, as a count without a name."""
    Touch.objects.of(user).update(tried_at=None)


COLUMNS = rules(
    "learning",
    {
        "SupportTopic": {"code": CODE, "names": OF_PROGRAM},
        "LibraryItem": {
            "public_id": impersonal("a random id"),
            "code": CODE,
            "titles summaries texts links": OF_PROGRAM,
        },
        "TouchVersion": {"titles texts tries": OF_PROGRAM},
        "Touch": {"public_id": impersonal("a random id")},
    },
)

register("learning", export=export, erase=erase, columns=COLUMNS)
