"""What a pair does for the mentee's development, and the first weeks of a newcomer."""

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
from programs.models import ProgramActivity

Person = settings.AUTH_USER_MODEL


class OfPairQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair; no one in the committee."""
        return self.filter(match__in=Match.objects.ids_of(user)).scoped("pair")


class Activity(ConfidentialModel):
    """Something a pair plans or has done: one of the program's activities, or their own words.

    An item of the first weeks gets its row when it is ticked.
    """

    public_id = PublicIdField()
    match = models.ForeignKey(Match, models.PROTECT, related_name="+")
    entry = models.ForeignKey(ProgramActivity, models.PROTECT, null=True, related_name="+")
    text = EncryptedTextField(_("activity"), blank=True)
    planned_on = models.DateField(_("planned for"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, editable=False)
    is_together = models.BooleanField(_("done together"), default=False, editable=False)
    # Who added it; None for what stands in the agreement.
    author = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(_("added at"), editable=False)

    objects = OfPairQuerySet.as_manager()
    system = SystemManager.from_queryset(OfPairQuerySet)()

    class Meta:
        verbose_name = _("development activity")
        verbose_name_plural = _("development activities")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_together=False) | Q(done_on__isnull=False),
                name="activity_together_is_done",
            )
        ]

    @property
    def name(self) -> str:
        """What it is called, in the language of the reader."""
        return str(self.entry) if self.entry else self.text


class FirstDay(ConfidentialModel):
    """The newcomer's first day, from which the weeks of the program's list are counted."""

    match = models.OneToOneField(Match, models.PROTECT, related_name="+")
    on = models.DateField(_("first day"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = OfPairQuerySet.as_manager()
    system = SystemManager.from_queryset(OfPairQuerySet)()

    class Meta:
        verbose_name = _("first day")
        verbose_name_plural = _("first days")
