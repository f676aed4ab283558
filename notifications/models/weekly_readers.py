"""Committee members who want to hear what there is to read on Mondays only."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet


class WeeklyReaderQuerySet(ScopedQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return the user's own row."""
        return self.filter(person=user.pk) if user.is_authenticated else self.none()


class WeeklyReader(models.Model):
    """Hears what there is to read on Mondays. Without a row the e-mail comes on every weekday."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = WeeklyReaderQuerySet.as_manager()

    class Meta:
        verbose_name = _("member who reads once a week")
        verbose_name_plural = _("members who read once a week")

    def __str__(self) -> str:
        return "once a week"
