"""What a person does not want in the mailbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet

from ..kinds import Stream


class SilenceQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(person=user.pk) if user.is_authenticated else self.none()

    def holding(self, at: datetime) -> Self:
        return self.filter(Q(until=None) | Q(until__gt=at))


class MutedStream(models.Model):
    """No letters of one stream to a person, for good or until a moment. At most one row per person and stream."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    stream = models.CharField(_("stream"), max_length=10, choices=Stream)
    until = models.DateTimeField(_("until"), null=True)
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = SilenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("silence")
        verbose_name_plural = _("silences")
        constraints = [
            models.UniqueConstraint(fields=["person", "stream"], name="one_silence_per_stream"),
            models.CheckConstraint(
                condition=~Q(stream=Stream.ESSENTIAL), name="essential_is_never_silent"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_stream_display())
