"""What a person knows about a subject, so that no e-mail tells them the same again."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models

from access.scoping import ScopedQuerySet


class KnownStateQuerySet(ScopedQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return no rows: they are digests that say something to `notifications.known` only."""
        return self.none()


class KnownState(models.Model):
    """The state of a subject that a person was last told, or made themselves: a digest of it.

    One row per person and subject; `notifications.known` reads, writes and deletes them.
    """

    topic = models.CharField(max_length=200, primary_key=True)  # as in the outbox: with the person
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    digest = models.CharField(max_length=32)
    since = models.DateTimeField(db_index=True)

    objects = KnownStateQuerySet.as_manager()

    class Meta:
        verbose_name = "known state"
        verbose_name_plural = "known states"

    def __str__(self) -> str:
        return "known state"
