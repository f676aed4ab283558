"""What learning holds about a person: the short texts for them, and which they tried."""

from __future__ import annotations

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.column_rules import erased, impersonal, rules
from accounts.mentions import Mentions
from accounts.models import User
from accounts.privacy import register
from matches import retention
from matches.models import Match, MatchQuerySet
from notifications.models import Notification

from . import lessons
from .models import Lesson, Touch

OF_PROGRAM = impersonal("written by the committee for everyone")
CODE = impersonal("a code of a word of the program")


@retention.register
def forget_whose_lessons(matches: MatchQuerySet) -> None:
    """Forget who shared a lesson in pairs that ended long ago."""
    lessons.forget_people(matches)


def export(user: User) -> dict[str, object]:
    """Return the short texts for `user`, and the lessons that they shared."""
    return {"short_texts": _short_texts(user), "lessons": _lessons(user)}


def _lessons(user: User) -> list[dict[str, object]]:
    rows = Lesson.objects.of(user).select_related("item__program").order_by("offered_at", "pk")
    return [
        {
            "offered": row.offered_at,
            "text": row.text,
            "published": row.item.words(row.language).text if row.item else None,
        }
        for row in rows
    ]


def _short_texts(user: User) -> list[dict[str, object]]:
    """Return them, the oldest first; `sent` is None if none came."""
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
    """Forget what they tried, and take back their lessons.

    That a text was sent stays, as a count without a name.
    """
    Touch.objects.of(user).update(tried_at=None)
    lessons.erase_of(user, timezone.now())
    theirs = Lesson.system.filter(match__in=Match.objects.of(user))
    Mentions.of(user).replace_in(theirs, "text")


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
        "Lesson": {"public_id": impersonal("a random id"), "text": erased()},
        "Touch": {"public_id": impersonal("a random id")},
    },
)

register("learning", export=export, erase=erase, columns=COLUMNS)
