"""The words of a library item as they were saved: a chair reads older ones and brings them back.

The item itself has the words of today. A version is never changed; bringing one back makes a new
version with its words.
"""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User

from .library import ItemWords, LibraryItem
from .versions import SavedWords

WORDS = ("titles", "summaries", "texts", "links")  # columns that an item and a version share


class ItemVersionQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Those of the programs in which `user` has one of `roles` (any if none)."""
        return self.filter(item__in=LibraryItem.objects.for_committee(user, *roles))


class ItemVersion(SavedWords):
    """The words of an item as they were saved once. The product's own have no author."""

    item = models.ForeignKey(
        LibraryItem, models.PROTECT, related_name="versions", verbose_name=_("library item")
    )
    summaries = models.JSONField(_("description by language"), default=dict)
    links = models.JSONField(_("link by language"), default=dict)

    objects = ItemVersionQuerySet.as_manager()

    class Meta(SavedWords.Meta):
        verbose_name = _("version of a library item")
        verbose_name_plural = _("versions of library items")
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="one_item_version_number")
        ]

    def __str__(self) -> str:
        return self.as_item().words().title

    def as_item(self) -> LibraryItem:
        """Return an unsaved item with these words, for pages that show it."""
        words = {name: getattr(self, name) for name in WORDS}
        return LibraryItem(program=self.item.program, code=self.item.code, **words)

    @property
    def all_words(self) -> list[ItemWords]:
        """Return its words in each language in which it is there."""
        item = self.as_item()
        return [item.words(code) for code in item.languages]

    def is_same(self, item: LibraryItem) -> bool:
        """Return whether `item` has these words today."""
        return all(getattr(self, name) == getattr(item, name) for name in WORDS)
