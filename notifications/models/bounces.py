"""What came back: addresses that receive no e-mail, and how far the mailbox of bounces is read."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet


class BouncedAddressQuerySet(ScopedQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return the rows about the user's own address."""
        return self.filter(person=user.pk) if user.is_authenticated else self.none()

    def stopped(self) -> Self:
        """Return the addresses to which nothing is sent any more."""
        return self.exclude(stopped_at=None)


class BouncedAddress(models.Model):
    """An address from which e-mails came back, by its keyed hash; see `notifications.bounces`.

    `person` is whose address it is, None for an address without an account. Soft bounces, such as
    a full mailbox, are counted from `soft_since` on, one a day; the last counted one was at
    `last_bounced_at`. Since `stopped_at` nothing is sent to it. `reported_at` is set if that is
    because an e-mail was reported as spam.
    """

    digest = models.CharField(max_length=24, primary_key=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    soft_bounces = models.PositiveSmallIntegerField(default=0)
    soft_since = models.DateTimeField(null=True)
    last_bounced_at = models.DateTimeField(_("last bounce at"))
    stopped_at = models.DateTimeField(_("stopped at"), null=True)
    reported_at = models.DateTimeField(_("reported as spam at"), null=True)
    status = models.CharField(_("status code"), max_length=12, blank=True)  # RFC 3463

    objects = BouncedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address that bounces")
        verbose_name_plural = _("addresses that bounce")
        indexes = [
            models.Index(
                fields=["person"], condition=Q(stopped_at__isnull=False), name="bounced_stopped"
            )
        ]

    def __str__(self) -> str:
        return "bounced address"


class BounceMailboxQuerySet(ScopedQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return no rows: the page about e-mail shows when the mailbox was read."""
        return self.none()


class BounceMailbox(models.Model):
    """How far a mailbox was read. Its messages stay there, so that people can read them, too.

    Of a mail provider that reports by itself only `read_at` is kept, see `mail_events`.

    A mailbox numbers its messages upwards (UID). Another `uid_validity` means that it has numbered
    them anew: then it is read from its beginning, which counts no bounce twice.
    """

    mailbox = models.CharField(max_length=24, primary_key=True, editable=False)  # a hash of its URL
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=120, blank=True)  # the name of an error, without details

    objects = BounceMailboxQuerySet.as_manager()

    class Meta:
        verbose_name = "mailbox of bounces"
        verbose_name_plural = "mailboxes of bounces"

    def __str__(self) -> str:
        return "mailbox of bounces"
