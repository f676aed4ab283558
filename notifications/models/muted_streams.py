"""The streams of e-mail that a person does not want."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet

from ..kinds import Stream


class MutedStreamQuerySet(ScopedQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return the user's own rows."""
        return self.filter(person=user.pk) if user.is_authenticated else self.none()

    def active(self, at: datetime) -> Self:
        """Return the rows in force at `at`."""
        return self.filter(Q(until=None) | Q(until__gt=at))


class MutedStream(models.Model):
    """A stream that a person has turned off, for good or until a moment."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    stream = models.CharField(_("stream"), max_length=10, choices=Stream)
    until = models.DateTimeField(_("until"), null=True)
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = MutedStreamQuerySet.as_manager()

    class Meta:
        verbose_name = _("muted stream")
        verbose_name_plural = _("muted streams")
        constraints = [
            models.UniqueConstraint(fields=["person", "stream"], name="muted_stream_unique"),
            models.CheckConstraint(
                condition=~Q(stream=Stream.ESSENTIAL), name="muted_stream_not_essential"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_stream_display())
