"""Who else has the workbench of a round open.

1. Kept in the cache for a few minutes and nowhere else; there is no history of views.
2. Holds names of committee members and when they last viewed it; nothing about people in the round.
3. Only informs: concurrent changes are detected by the plan's version (`plan_updates`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User

from ..models import Round

AWAY_AFTER = timedelta(minutes=5)
REFRESH_AFTER = timedelta(minutes=1)  # so that most views only read the cache


def other_viewers(round_: Round, user: User, at: datetime | None = None) -> list[str]:
    """Return the names of other members who viewed the round lately; record `user` as well."""
    now = at or timezone.now()
    key = f"viewers-of-round-{round_.pk}"
    here: dict[int, tuple[str, datetime]] = cache.get(key, {})
    mine = here.get(user.pk)
    if mine is None or now - mine[1] > REFRESH_AFTER:
        here = {pk: seen for pk, seen in here.items() if now - seen[1] <= AWAY_AFTER} | {
            user.pk: (str(user), now)
        }
        cache.set(key, here, AWAY_AFTER.total_seconds())
    return sorted(
        name for pk, (name, seen) in here.items() if pk != user.pk and now - seen <= AWAY_AFTER
    )


def viewers_text(others: list[str]) -> str:
    """Return "2 people are viewing: K. Osei, you", empty if no one else is."""
    if not others:
        return ""
    text = _("%(count)s people are viewing: %(names)s, you")
    return text % {"count": len(others) + 1, "names": ", ".join(others)}
