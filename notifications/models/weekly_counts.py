"""How many e-mails of each kind there were in a week; counts name no one."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet


class WeeklyCountQuerySet(ScopedQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return no rows: the page of figures asks who may read those of the installation."""
        return self.none()


class WeeklyCount(models.Model):
    """The e-mails of a kind that ended or came back in a week, from its Monday (UTC) on.

    `notifications.weekly_counts` keeps it; the rows stay when e-mails are deleted.
    """

    kind = models.CharField(_("kind"), max_length=60)
    week = models.DateField(_("week"))
    sent = models.PositiveIntegerField(_("sent"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    not_sent = models.PositiveIntegerField(_("cancelled or expired"), default=0)
    bounced = models.PositiveIntegerField(_("came back"), default=0)
    counted_at = models.DateTimeField()

    objects = WeeklyCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mails of a week")
        verbose_name_plural = _("e-mails by week")
        constraints = [
            models.UniqueConstraint(fields=["kind", "week"], name="one_count_per_kind_and_week")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.week}"
