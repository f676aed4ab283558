"""A signature: who typed which name, when, under which exact text."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet

from .agreements import AgreementVersion


class SignatureQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Dates of signatures belong to what the committee may know."""
        return self.filter(version__in=AgreementVersion.objects.visible_to(user))

    def for_committee(self, user: Any, *roles: str) -> Self:
        return self.filter(version__in=AgreementVersion.objects.for_committee(user, *roles))

    def standing(self) -> Self:
        """Not withdrawn by a change of the text."""
        return self.filter(withdrawn_at=None)


class Signature(models.Model):
    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="signatures")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    typed_name = models.CharField(_("name as typed"), max_length=120)
    signed_at = models.DateTimeField(_("signed at"))
    revision = models.PositiveIntegerField(editable=False)  # of the version
    sha256 = models.CharField(_("hash of the text"), max_length=64, editable=False)
    withdrawn_at = models.DateTimeField(
        null=True, editable=False
    )  # the text was changed after signing

    objects = SignatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["signed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "person"],
                condition=Q(withdrawn_at=None),
                name="one_standing_signature_per_person",
            )
        ]

    def __str__(self) -> str:
        return str(_("signature"))
