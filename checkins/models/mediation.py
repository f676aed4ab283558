"""The steps of a mediation between the two of a pair."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User

from .concerns import Concern

Person = settings.AUTH_USER_MODEL


class MediationStepQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Whoever may handle the concern. Never the people whom it is about."""
        return self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        concerns = Concern.objects.for_committee(user, *roles)
        return self.filter(concern__in=concerns).scoped("in care")


class MediationStep(ConfidentialModel):
    """What was done in a mediation, on which day, by which member."""

    class Kind(models.TextChoices):
        MENTEE = "mentee", _("Talked with the mentee")
        MENTOR = "mentor", _("Talked with the mentor")
        JOINT = "joint", _("Talk with both together")
        POINTS = "points", _("What both agreed on")
        WORDS = "words", _("Words sent to both")

    concern = models.ForeignKey(
        Concern, models.PROTECT, related_name="+", verbose_name=_("concern")
    )
    kind = models.CharField(_("step"), max_length=6, choices=Kind)
    on = models.DateField(_("on"))
    member = models.ForeignKey(
        Person, models.PROTECT, related_name="+", editable=False, verbose_name=_("member")
    )
    text = EncryptedTextField(_("text"), blank=True)
    noted_at = models.DateTimeField(_("noted at"), default=timezone.now, editable=False)

    objects = MediationStepQuerySet.as_manager()
    system = SystemManager.from_queryset(MediationStepQuerySet)()

    class Meta:
        verbose_name = _("step of a mediation")
        verbose_name_plural = _("steps of mediations")
        ordering = ["on", "pk"]
