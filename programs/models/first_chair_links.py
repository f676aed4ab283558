"""The one-time link by which the first chair of an installation registers."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models

from access.scoping import ScopedQuerySet
from accounts.models import User


class FirstChairLinkQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return no rows: only the link itself needs them."""
        return self.none()


class FirstChairLink(models.Model):
    """A link that was printed and not used; only a hash of its token is stored."""

    key = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    objects = FirstChairLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return "link for the first chair"
