"""Addresses without an account whose owner wants no e-mail that they have not asked for."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet


class UnsubscribedAddressQuerySet(ScopedQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """No one reads which addresses these are; they can't be read from the rows either."""
        return self.none()


class UnsubscribedAddress(models.Model):
    """A keyed hash of an address, so that it is left alone although it was deleted."""

    address_key = models.CharField(max_length=24, unique=True, editable=False)
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = UnsubscribedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("unsubscribed address")
        verbose_name_plural = _("unsubscribed addresses")

    def __str__(self) -> str:
        return "unsubscribed address"
