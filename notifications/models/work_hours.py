"""The hour at which a committee member reads e-mails about work that waits for them."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet


class WorkHourQuerySet(ScopedQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return the user's own row."""
        return self.filter(person=user.pk) if user.is_authenticated else self.none()


class WorkHour(models.Model):
    """Once a day, at this hour of the member's own time zone. Without a row they come at once."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    hour = models.PositiveSmallIntegerField(_("hour"))
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = WorkHourQuerySet.as_manager()

    class Meta:
        verbose_name = _("hour of e-mails about committee work")
        verbose_name_plural = _("hours of e-mails about committee work")
        constraints = [
            models.CheckConstraint(condition=Q(hour__lt=24), name="work_hour_of_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.hour}:00"
