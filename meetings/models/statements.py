"""Statements for a person's records: a certificate of a completed pair, hours per credential year.

A statement is a snapshot. Its code says whether it is the newest of its kind, and nothing else.
"""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from matches.models import Match
from programs.models import Program

Person = settings.AUTH_USER_MODEL
CODE_LENGTH = 20


class StatementQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, while they hold: a newer one has taken the place of the others."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        return self.filter(person=user.pk, replaced_at=None).scoped("person")


class Statement(ConfidentialModel):
    """What a person can show to others about their mentoring, as it was on the day of issue."""

    class Kind(models.TextChoices):
        CERTIFICATE = "certificate", _("certificate")
        HOURS = "hours", _("hours statement")

    public_id = PublicIdField()
    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name=_("program")
    )
    match = models.ForeignKey(Match, models.PROTECT, null=True, related_name="+")  # a certificate's
    year = models.PositiveSmallIntegerField(null=True)  # in which the credential year begins
    code = models.CharField(_("code"), max_length=CODE_LENGTH, unique=True, editable=False)
    # JSON, see `statements.facts`: dates and numbers, never sentences.
    facts = EncryptedTextField(editable=False)
    issued_at = models.DateTimeField(_("issued at"), editable=False)
    replaced_at = models.DateTimeField(null=True, editable=False)

    objects = StatementQuerySet.as_manager()
    system = SystemManager.from_queryset(StatementQuerySet)()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "match"],
                condition=Q(kind="certificate", replaced_at=None),
                name="one_certificate_in_force",
            ),
            models.UniqueConstraint(
                fields=["person", "program", "year"],
                condition=Q(kind="hours", replaced_at=None),
                name="one_hours_statement_in_force",
            ),
            models.CheckConstraint(
                condition=Q(kind="certificate", match__isnull=False, year=None)
                | Q(kind="hours", match=None, year__isnull=False),
                name="statement_is_about_a_pair_or_a_year",
            ),
        ]
