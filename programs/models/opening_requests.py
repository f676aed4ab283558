"""Visitors who want an e-mail when applications open: an address, and nothing else about them."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.scoping import SystemManager
from accounts.models import User

from .guest_addresses import GuestAddress, GuestAddressQuerySet


class OpeningRequestQuerySet(GuestAddressQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """No one reads an address; the committee gets numbers (`opening_requests.counts`)."""
        return self.none().scoped("no one")

    def confirmed(self) -> Self:
        return self.exclude(confirmed_at=None)


class OpeningRequest(GuestAddress):
    """An address that wants one e-mail when a program opens for applications.

    It counts once its owner has opened the link in the e-mail that asks them (`confirmed_at`).
    """

    class Role(models.TextChoices):
        MENTEE = "mentee", _("I would like a mentor")
        MENTOR = "mentor", _("I would like to be a mentor")

    role = models.CharField(_("role"), max_length=10, choices=Role)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    times_asked = models.PositiveSmallIntegerField(default=1)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)

    objects = OpeningRequestQuerySet.as_manager()
    system = SystemManager.from_queryset(OpeningRequestQuerySet)()

    class Meta:
        verbose_name = _("request to be told of an opening")
        verbose_name_plural = _("requests to be told of an opening")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "address_key", "role"], name="opening_request_once_per_role"
            )
        ]
