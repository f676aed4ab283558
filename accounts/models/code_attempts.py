"""Counters of code guesses. They name neither a session nor an address, only a keyed hash."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models

from access.scoping import ScopedQuerySet


class AttemptCountQuerySet(ScopedQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return no rows: only the limit itself needs them."""
        return self.none()


class AttemptCount(models.Model):
    """How often a code was guessed in one session, or for one address, until `expires_at`."""

    key = models.CharField(max_length=64, unique=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    objects = AttemptCountQuerySet.as_manager()

    def __str__(self) -> str:
        return "attempt count"
