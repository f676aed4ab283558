"""After the end: contact details stay visible only as far as both of a pair allow it.

Each says what the other may see of them. Until both have allowed something, neither sees anything,
and neither learns what the other has chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User

from .models import ContactChoice, Match

Allows = ContactChoice.Allows


def choice_of(match: Match, person: User) -> ContactChoice | None:
    """Return what `person` has chosen, None while they have not."""
    return ContactChoice.objects.visible_to(person).filter(match=match).first()


@transaction.atomic
def choose(match: Match, *, by: User, allows: str, at: datetime | None = None) -> ContactChoice:
    """Store what `by` allows the partner to see after the end; it can be changed at any time.

    Raises ActionNotAllowed outside the pair, before the pair is closing, and for a pair that was
    created by mistake.
    """
    at = at or timezone.now()
    if by not in match.people:
        raise ActionNotAllowed(_("Only the two people of a pair can do this."))
    if not may_choose(match):
        raise ActionNotAllowed(
            _("You can say how you stay in touch when your time together is coming to its end.")
        )
    return ContactChoice.objects.update_or_create(
        match=match, person=by, defaults={"allows": allows, "chosen_at": at}
    )[0]


def may_choose(match: Match) -> bool:
    """Whether the two of a pair are asked how they stay in touch."""
    is_over = match.state in {Match.State.CLOSING, Match.State.CLOSED}
    return is_over and match.closed_kind != Match.Closed.IN_ERROR


def shown_to(match: Match, reader: User) -> str:
    """Return what `reader` sees of the partner's contact details: one of `Allows`.

    All of them while the pair goes on; after the end what the partner allows, if both allow
    something.
    """
    return shown_in([match], reader)[match.pk]


def shown_in(matches: Sequence[Match], reader: User) -> dict[int, str]:
    """Return {match id: what `reader` sees of the partner there}, in at most one query."""
    ended = [match for match in matches if match.state == Match.State.CLOSED]
    rows = ContactChoice.objects.filter(match__in=ended).exclude(allows=Allows.NOTHING)
    allowed = {
        (match, person): allows
        for match, person, allows in rows.values_list("match", "person", "allows")
    }
    return {match.pk: _shown(match, reader, allowed) for match in matches}


def _shown(match: Match, reader: User, allowed: dict[tuple[int, int], str]) -> str:
    if match.state != Match.State.CLOSED:
        return Allows.PHONE
    theirs = allowed.get((match.pk, match.partner_of(reader).pk), Allows.NOTHING)
    return theirs if (match.pk, reader.pk) in allowed else Allows.NOTHING
