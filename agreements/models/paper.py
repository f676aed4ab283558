"""What the committee recorded of agreements that were signed on paper."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import decrypt_bytes, encrypt_bytes
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, ScopedQuerySet, SystemManager
from accounts.models import User
from matches.models import Match

from .versions import AgreementVersion


class PaperRecordQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair and its committee: that it was signed on paper, and who recorded it."""
        return self.filter(version__in=AgreementVersion.objects.visible_to(user))

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given)."""
        return self.filter(version__in=AgreementVersion.objects.for_committee(user, *roles))


class PaperRecord(models.Model):
    """One act of a member: these people signed this revision of a version on paper."""

    public_id = PublicIdField()
    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(editable=False)  # of the version
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)
    # The member says that they have the paper; else there is, or was, a scan.
    holds_paper = models.BooleanField(_("the committee holds the paper"), default=False)

    objects = PaperRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("record of signatures on paper")
        verbose_name_plural = _("records of signatures on paper")
        ordering = ["recorded_at", "pk"]

    def __str__(self) -> str:
        return str(_("record of signatures on paper"))


class PaperScanQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair, its carer and the carer's deputy: it shows what the pair agreed on."""
        readable = Q(record__version__agreement__match__in=Match.objects.of(user)) | Q(
            record__version__agreement__match__in=Match.objects.cared_for_by(user)
        )
        return self.filter(readable).scoped("pair and carer")

    def of(self, user: User) -> Self:
        """Those of the pairs of `user`."""
        mine = Match.objects.of(user)
        return self.filter(record__version__agreement__match__in=mine).scoped("pair")


class PaperScan(ConfidentialModel):
    """A picture of the signed paper, encrypted. `content` is read through `data`."""

    class Kind(models.TextChoices):
        PDF = "application/pdf", "PDF"
        JPEG = "image/jpeg", "JPEG"
        PNG = "image/png", "PNG"

    record = models.OneToOneField(PaperRecord, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=15, choices=Kind, editable=False)
    content = models.BinaryField()

    objects = PaperScanQuerySet.as_manager()
    system = SystemManager.from_queryset(PaperScanQuerySet)()

    class Meta:
        verbose_name = _("scan of a signed paper")
        verbose_name_plural = _("scans of signed papers")

    @property
    def data(self) -> bytes:
        """The file as it was uploaded."""
        return decrypt_bytes(bytes(self.content))

    @classmethod
    def sealed(cls, record: PaperRecord, kind: str, data: bytes) -> PaperScan:
        """Return a scan to save, with its content encrypted."""
        return cls(record=record, kind=kind, content=encrypt_bytes(data))
