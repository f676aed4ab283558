"""Who else has the workbench of a round open.

1. Kept in the cache for a few minutes and nowhere else; nobody's history of looking is written down.
2. Names of committee members and the minute they were last there; nothing about the people in the round.
3. Only a courtesy: what two members do at once is held apart by the plan's version (`changing`), not by this.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Round

AWAY_AFTER = timedelta(minutes=5)
TOLD_AGAIN_AFTER = timedelta(minutes=1)  # so that most looks at the page only read


def other_viewers(round_: Round, user: Any, at: datetime | None = None) -> list[str]:
    """Names of the other members who were here in the last minutes; notes that `user` is here, too."""
    now = at or timezone.now()
    key = f"viewers-of-round-{round_.pk}"
    here: dict[int, tuple[str, datetime]] = cache.get(key, {})
    mine = here.get(user.pk)
    if mine is None or now - mine[1] > TOLD_AGAIN_AFTER:
        here = {pk: seen for pk, seen in here.items() if now - seen[1] <= AWAY_AFTER} | {
            user.pk: (str(user), now)
        }
        cache.set(key, here, AWAY_AFTER.total_seconds())
    return sorted(
        name for pk, (name, seen) in here.items() if pk != user.pk and now - seen <= AWAY_AFTER
    )


def viewers_text(others: list[str]) -> str:
    """ "2 people are viewing: K. Osei, you"; nothing when nobody else is here."""
    if not others:
        return ""
    text = _("%(count)s people are viewing: %(names)s, you")
    return text % {"count": len(others) + 1, "names": ", ".join(others)}
