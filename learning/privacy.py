"""What learning holds about a person: the short texts for them, and which they tried."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery

from accounts.column_rules import impersonal, rules
from accounts.models import User
from accounts.privacy import register
from notifications.models import Notification

from .models import Touch

OF_PROGRAM = impersonal("written by the committee for everyone")
CODE = impersonal("a code of a word of the program")


def export(user: User) -> list[dict[str, object]]:
    """Return the short texts for `user`, the oldest first; `sent` is None if none came."""
    mine = Touch.objects.of(user).filter(is_repeat=False).select_related("version__text__program")
    emails = Notification.objects.visible_to(user).filter(
        about_type=Touch._meta.label_lower, about_id=OuterRef("pk"), recipient=user.pk
    )
    sent = emails.filter(state=Notification.State.SENT).order_by("-sent_at").values("sent_at")
    rows = mine.annotate(came_at=Subquery(sent[:1]))
    return [
        {
            "due": row.due_at,
            "sent": row.came_at,
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
        "ItemVersion": {"titles summaries texts links": OF_PROGRAM},
        "TouchVersion": {"titles texts tries": OF_PROGRAM},
        "Touch": {"public_id": impersonal("a random id")},
    },
)

register("learning", export=export, erase=erase, columns=COLUMNS)
