"""What the committee writes about an application. The applicant never sees these rows."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from workflow.column_pairs import both_or_neither

from .applications import Application

Person = settings.AUTH_USER_MODEL


class CommitteeOnlyQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The committee; never the person that the row is about."""
        return self.filter(application__in=Application.objects.for_committee(user)).scoped(
            "committee"
        )


class CommitteeNote(ConfidentialModel):
    """A note of a committee member about an application; the applicant never reads it."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = EncryptedTextField(_("note"), max_length=2000)
    written_at = models.DateTimeField(default=timezone.now)

    objects = CommitteeOnlyQuerySet.as_manager()
    system = SystemManager.from_queryset(CommitteeOnlyQuerySet)()

    class Meta:
        ordering = ["-written_at"]
        verbose_name = _("committee note")
        verbose_name_plural = _("committee notes")


class Decision(ConfidentialModel):
    """What the committee decided about an application; pending until it is released."""

    class Outcome(models.TextChoices):
        ACCEPT = "accepted", _("accept")
        WAITLIST = "waitlisted", _("waiting list")
        DECLINE = "declined", _("decline")

    class Reason(models.TextChoices):
        NONE = "", _("no reason needed")
        NO_PLACE = "no_place", _("more applications than places")
        NOT_AUDIENCE = "not_audience", _("not in the audience of this program")
        OTHER_HELP = "other_help", _("another kind of help is better")
        TIMING = "timing", _("not the right time")
        INCOMPLETE = "incomplete", _("not enough information to match well")

    application = models.OneToOneField(Application, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=14, choices=Reason, blank=True)
    note = EncryptedTextField(_("comment for the committee"), max_length=2000, blank=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    # A chair has asked for its release at this time; Stop clears it.
    release_at = models.DateTimeField(null=True, editable=False)
    release_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", editable=False
    )
    released_at = models.DateTimeField(null=True, editable=False)

    objects = CommitteeOnlyQuerySet.as_manager()
    system = SystemManager.from_queryset(CommitteeOnlyQuerySet)()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes = [
            models.Index(
                fields=["release_at"],
                condition=Q(released_at=None, release_at__isnull=False),
                name="decision_to_release",
            ),
            models.Index(
                fields=["application"],
                condition=Q(released_at=None, release_at=None),
                name="decision_left_to_release",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="accepted") | ~Q(reason=""),
                name="decision_other_than_accept_has_a_reason",
            ),
            models.CheckConstraint(
                condition=both_or_neither("release_at", "release_by"),
                name="decision_release_was_asked_by_a_member",
            ),
        ]

    @property
    def is_pending(self) -> bool:
        return self.released_at is None

    @property
    def result(self) -> str:
        """The state that the decision leads to: "Accepted", where a form offers "accept"."""
        return str(Application.State(self.outcome).label)
