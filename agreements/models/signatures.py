"""A signature: who typed which name, or signed on paper, when, and under which text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from workflow.column_pairs import both_or_neither

from .paper import PaperRecord
from .versions import AgreementVersion

DENY_DAYS = 14  # after a signature on paper was recorded, for its person to say that it is wrong


class SignatureQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair and its committee: who signed, and when."""
        return self.filter(version__in=AgreementVersion.objects.visible_to(user))

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given)."""
        return self.filter(version__in=AgreementVersion.objects.for_committee(user, *roles))

    def valid(self) -> Self:
        """Signatures that no later change of the text has withdrawn."""
        return self.filter(withdrawn_at=None)

    def under(self, version: AgreementVersion) -> Self:
        """Signatures under `version`, with the people."""
        return self.filter(version=version).select_related("person", "paper")


class Signature(models.Model):
    """One person's signature under one revision of a version."""

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="signatures")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    typed_name = models.CharField(_("name as typed"), max_length=120)
    signed_at = models.DateTimeField(_("signed at"))
    revision = models.PositiveIntegerField(editable=False)  # of the version
    sha256 = models.CharField(_("hash of the text"), max_length=64, editable=False)
    # Set when the text is changed after signing, and when its person denies it.
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    # Of one on paper: what the committee recorded, and on which day it was signed.
    paper = models.ForeignKey(
        PaperRecord, models.PROTECT, null=True, related_name="signatures", editable=False
    )
    paper_date = models.DateField(_("signed on paper on"), null=True, editable=False)
    # When its person said that they had not signed.
    denied_at = models.DateTimeField(null=True, editable=False)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["signed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "person"],
                condition=Q(withdrawn_at=None),
                name="one_valid_signature_per_person",
            ),
            models.CheckConstraint(
                condition=both_or_neither("paper", "paper_date"),
                name="signature_on_paper_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(denied_at=None) | Q(paper__isnull=False, withdrawn_at__isnull=False),
                name="denied_signature_was_on_paper_and_is_void",
            ),
        ]

    def __str__(self) -> str:
        return str(_("signature"))

    @property
    def shown(self) -> str:
        """Who signed, how and when, as the pages of the pair, the PDF and the export say it."""
        return self._told(self.typed_name)

    @property
    def shown_to_committee(self) -> str:
        """The same with the person's name; what they typed is between the two."""
        return self._told(self.person.name)

    def _told(self, name: str) -> str:
        if self.paper is None or self.paper_date is None:
            return _("%(name)s, %(at)s UTC") % {"name": name, "at": _utc(self.signed_at)}
        words = _("%(name)s, signed on paper on %(day)s, recorded by the committee on %(recorded)s")
        recorded = date_format(self.paper.recorded_at.astimezone(UTC))
        day = date_format(self.paper_date)
        return words % {"name": name, "day": day, "recorded": recorded}

    @property
    def deniable_until(self) -> datetime | None:
        """Until when its person can say that they did not sign; None for one on the site."""
        return None if self.paper is None else self.paper.recorded_at + timedelta(days=DENY_DAYS)


def _utc(moment: datetime) -> str:
    return date_format(moment.astimezone(UTC), "DATETIME_FORMAT")
