"""Working notes of committee members on a concern."""

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


class ConcernNoteQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Whoever may handle the concern. Never the people whom it is about."""
        return self.filter(concern__in=Concern.objects.for_committee(user)).scoped("in care")

    for_committee = visible_to


class ConcernNote(ConfidentialModel):
    """A working note on a concern, by a member who handles it."""

    concern = models.ForeignKey(
        Concern, models.PROTECT, related_name="+", verbose_name=_("concern")
    )
    member = models.ForeignKey(
        Person, models.PROTECT, related_name="+", editable=False, verbose_name=_("member")
    )
    written_at = models.DateTimeField(_("written at"), default=timezone.now, editable=False)
    text = EncryptedTextField(_("note"), blank=True)

    objects = ConcernNoteQuerySet.as_manager()
    system = SystemManager.from_queryset(ConcernNoteQuerySet)()

    class Meta:
        verbose_name = _("note on a concern")
        verbose_name_plural = _("notes on concerns")
        ordering = ["written_at", "pk"]
