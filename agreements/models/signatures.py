"""A signature: who typed which name, when, and under which text."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User

from .versions import AgreementVersion


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
        return self.filter(version=version).select_related("person")


class Signature(models.Model):
    """One person's signature under one revision of a version."""

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="signatures")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    typed_name = models.CharField(_("name as typed"), max_length=120)
    signed_at = models.DateTimeField(_("signed at"))
    revision = models.PositiveIntegerField(editable=False)  # of the version
    sha256 = models.CharField(_("hash of the text"), max_length=64, editable=False)
    # Set when the text is changed after signing.
    withdrawn_at = models.DateTimeField(null=True, editable=False)

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
            )
        ]

    def __str__(self) -> str:
        return str(_("signature"))
