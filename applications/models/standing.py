"""Whether applicants are members in good standing, as the last list of members said.

A list is compared and not stored. A status with its day stays, and who let someone take part all
the same.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, SystemManager
from workflow.column_pairs import both_or_neither

from .applications import Application
from .review import CommitteeOnlyQuerySet

Person = settings.AUTH_USER_MODEL


class StandingQuerySet(CommitteeOnlyQuerySet):
    def good(self) -> StandingQuerySet:
        """Members, and those whom a chair lets take part all the same."""
        return self.filter(Q(status=Standing.Status.MEMBER) | Q(waived_at__isnull=False))


class Standing(ConfidentialModel):
    """What the last list said of one applicant."""

    class Status(models.TextChoices):
        MEMBER = "member", _("member")
        LAPSED = "lapsed", _("lapsed")
        UNKNOWN = "unknown", _("not found")

    application = models.OneToOneField(Application, models.CASCADE, related_name="+")
    status = models.CharField(_("membership"), max_length=7, choices=Status, default=Status.UNKNOWN)
    checked_at = models.DateTimeField(_("checked at"), null=True, editable=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("checked by"))
    waived_at = models.DateTimeField(_("allowed at"), null=True, editable=False)
    waived_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("allowed by")
    )
    waiver_reason = EncryptedTextField(_("reason"), blank=True)

    objects = StandingQuerySet.as_manager()
    system = SystemManager.from_queryset(StandingQuerySet)()

    class Meta:
        verbose_name = _("membership of an applicant")
        verbose_name_plural = _("memberships of applicants")
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither("waived_at", "waived_by"),
                name="standing_waived_by_a_member",
            ),
        ]

    @property
    def is_good(self) -> bool:
        """The same rule as `StandingQuerySet.good`, for one row."""
        return self.status == self.Status.MEMBER or self.waived_at is not None
