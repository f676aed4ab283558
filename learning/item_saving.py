"""Saving the words of a library item as a new version, and bringing older words back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User

from .models import ItemVersion, LibraryItem
from .models.item_versions import WORDS


@transaction.atomic
def save_version(item: LibraryItem, *, by: User | None, at: datetime) -> ItemVersion:
    """Store the words that `item` has as a new version; the same words again store nothing."""
    LibraryItem.objects.select_for_update(no_key=True).get(pk=item.pk)
    last = ItemVersion.objects.filter(item=item).order_by("-number").first()
    if last is not None and last.is_same(item):
        return last
    words = {name: getattr(item, name) for name in WORDS}
    number = last.number + 1 if last else 1
    return ItemVersion.objects.create(item=item, number=number, author=by, saved_at=at, **words)


@transaction.atomic
def bring_back(version: ItemVersion, *, by: User, at: datetime) -> LibraryItem:
    """Give the item the words of `version` again, as a new version.

    Raises ActionNotAllowed if the item has these words already.
    """
    item = LibraryItem.objects.select_for_update(no_key=True).get(pk=version.item_id)
    if version.is_same(item):
        raise ActionNotAllowed(_("The item has these words already."))
    for name in WORDS:
        setattr(item, name, getattr(version, name))
    item.save(update_fields=[*WORDS])
    save_version(item, by=by, at=at)
    return item
