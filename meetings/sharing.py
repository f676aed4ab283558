"""Links and contacts that two people pass on to each other. Only the two of them read them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from matches.models import Match

from .locking import lock_match
from .models import SharedItem


@transaction.atomic
def share(
    match: Match,
    *,
    by: User,
    kind: str,
    title: str,
    url: str = "",
    details: str = "",
    at: datetime | None = None,
) -> SharedItem:
    """Share a link or a contact with the partner; the same again returns the first.

    Raises ActionNotAllowed outside the pair and after the end of the match.
    """
    lock_match(match, by=by)
    same = {"match": match, "author": by, "kind": kind, "title": title, "url": url}
    item, _created = SharedItem.objects.visible_to(by).get_or_create(
        **same, details=details, defaults={"shared_at": at or timezone.now()}
    )
    return item


@transaction.atomic
def take_back(item: SharedItem, *, by: User) -> None:
    """Delete what `by` has shared; of the partner's items nothing happens.

    A second click changes nothing. Raises ActionNotAllowed as `share`.
    """
    lock_match(item.match, by=by)
    SharedItem.objects.visible_to(by).filter(pk=item.pk, author=by).delete()
