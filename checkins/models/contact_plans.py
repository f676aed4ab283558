"""When a committee member is next in touch with each person of an open pair."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from matches.models import Match, not_paused

Person = settings.AUTH_USER_MODEL


class ContactPlanQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The carer, the deputy and the chair, as for the contacts themselves."""
        return self.filter(match__in=Match.objects.in_care_of(user)).scoped("in care")

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        return self.visible_to(user)

    def running(self, at: datetime) -> Self:
        """Leave out ended pairs, and those that are paused at `at`."""
        return self.filter(not_paused(at, "match__")).exclude(match__state=Match.State.CLOSED)

    def due(self, at: datetime) -> Self:
        """Contacts of running pairs that are due by now, in the active time zone."""
        return self.running(at).filter(due_on__lte=timezone.localdate(at))

    def late(self, at: datetime) -> Self:
        """People of running pairs who should have been reached before today."""
        return self.running(at).filter(planned_on__lt=timezone.localdate(at))


class ContactPlan(ConfidentialModel):
    """The next care contact with one of a pair. Kept by `checkins.contact_plan`; never edited."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="+", verbose_name=_("pair"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    reached_on = models.DateField(_("last reached on"), null=True, editable=False)
    # The last time that somebody tried in vain, if that was after `reached_on`.
    tried_on = models.DateField(_("last tried on"), null=True, editable=False)
    planned_on = models.DateField(_("by the plan on"), editable=False)
    due_on = models.DateField(_("due on"), editable=False)  # planned; after an attempt, later
    latest_on = models.DateField(_("at the latest on"), editable=False)
    is_outdated = models.BooleanField(default=False, editable=False)  # settings have changed
    # For pairs that were there before contacts were planned: what was not logged is not missed.
    counts_from = models.DateField(null=True, editable=False)

    objects = ContactPlanQuerySet.as_manager()
    system = SystemManager.from_queryset(ContactPlanQuerySet)()

    class Meta:
        verbose_name = _("next contact")
        verbose_name_plural = _("next contacts")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["due_on", "id"], name="contact_plan_by_day"),
            models.Index(
                fields=["id"], condition=Q(is_outdated=True), name="contact_plan_outdated"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["match", "person"], name="one_contact_plan_per_person")
        ]

    def is_late(self, at: datetime) -> bool:
        """Whether the person should have been reached before today."""
        return self.planned_on < timezone.localdate(at)
