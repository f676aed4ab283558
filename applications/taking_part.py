"""What people change about their part at any time: how many mentees at most, and a break.

1. A break keeps a person out of rounds until its last day is over. Pairs that they have go on,
   unless the person wants these paused, too (`pairs_to_pause`).
2. A lower number of mentees counts for new matches only. No pair ends because of it.
3. A round that is under way notices both: people on a break have left it, and no match is made that
   exceeds the number.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.fact_changes import watched
from accounts.models import User

from .models import Application
from .signals import pairs_to_pause

State = Application.State
CHANGEABLE = (State.SUBMITTED, State.WAITLISTED, State.ACCEPTED)
LONGEST_BREAK_DAYS = 366


def may_change(application: Application, user: User) -> bool:
    """Return whether `user` is the person and the application has been sent and is not closed."""
    return application.person_id == user.pk and application.state in CHANGEABLE


@transaction.atomic
def change(
    application: Application,
    *,
    by: User,
    capacity: int | None,
    break_until: date | None,
    pauses_pairs: bool = False,
    at: datetime | None = None,
) -> list[str]:
    """Store the most mentees at a time (None: unchanged) and the last day of a break (None: none).

    `pauses_pairs`: pause the running pairs until then, too. Return what this did to them, in
    sentences. Raises ActionNotAllowed for anyone else, for a draft and for a closed application,
    and if a pair cannot be paused for so long.
    """
    if not may_change(application, by):
        raise ActionNotAllowed(_("This can only be changed while you take part."))
    columns = {"break_until": break_until}
    wanted = {**columns, "capacity": capacity} if capacity else columns
    same_state = Application.objects.filter(pk=application.pk, state__in=CHANGEABLE)
    with watched(by, at=at):
        changed = same_state.update(**wanted)
    if not changed:
        raise ActionNotAllowed(_("Someone else has just changed this. Please reload the page."))
    for name, value in wanted.items():
        setattr(application, name, value)
    if not (pauses_pairs and break_until):
        return []
    answers = pairs_to_pause.send(
        Application, application=application, until=break_until, at=at or timezone.now()
    )
    return [line for _receiver, lines in answers for line in cast(list[str], lines)]
