"""What the pair wrote. The committee reads it only when both people allow it."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from access.ids import new_public_id
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from matches.models import Match

from .agreements import Agreement
from .versions import AgreementVersion, AgreementVersionQuerySet

TEXT_LENGTH, LINE_LENGTH = 4000, 300


class ContentQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair; the committee where both people allow it."""
        opened = Agreement.objects.for_committee(user).opened_to_committee()
        readable = Q(version__agreement__match__in=Match.objects.ids_of(user)) | Q(
            version__agreement__in=opened
        )
        return self.filter(readable).scoped("pair, or committee where the pair opened the text")

    def of_pair(self, user: User) -> Self:
        """Rows that `user` may change, whatever the committee may read."""
        return self.filter(version__agreement__match__in=Match.objects.ids_of(user)).scoped("pair")


class AgreementText(ConfidentialModel):
    """The longer texts of a version, and the record of what was signed."""

    version = models.OneToOneField(AgreementVersion, models.CASCADE, related_name="+")
    confidentiality = models.TextField(
        _("what stays between us"), max_length=TEXT_LENGTH, blank=True
    )
    feedback = models.TextField(
        _("how we give each other feedback"), max_length=TEXT_LENGTH, blank=True
    )
    short_term_reason = models.TextField(
        _("why a shorter term suits us"), max_length=TEXT_LENGTH, blank=True
    )
    ending_rules = models.TextField(_("how we end"), max_length=TEXT_LENGTH, blank=True)
    # The statements as they were when shared (see `changes.snapshots`), to show what changed since.
    shared_snapshot = models.JSONField(default=dict, blank=True)
    # The canonical text that the valid signatures are for.
    signed_text = models.TextField(blank=True)

    objects = ContentQuerySet.as_manager()
    system = SystemManager.from_queryset(ContentQuerySet)()

    class Meta:
        verbose_name = _("text of an agreement")
        verbose_name_plural = _("texts of agreements")


class AgreedGoal(ConfidentialModel):
    """What the mentee wants, and how both will know, as one version says it.

    It stays as it was signed. `goals.Goal`, which has the same key, is what the pair works on.
    """

    version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="+")
    # Names the same goal in every version.
    key = models.CharField(max_length=22, default=new_public_id, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("goal"), max_length=LINE_LENGTH)
    measure = models.CharField(_("how we will know"), max_length=LINE_LENGTH)

    objects = ContentQuerySet.as_manager()
    system = SystemManager.from_queryset(ContentQuerySet)()

    class Meta:
        verbose_name = _("agreed goal")
        verbose_name_plural = _("agreed goals")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="goal_once_per_version"),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(measure=""), name="goal_has_a_measure"
            ),
        ]


class AgreedActivity(ConfidentialModel):
    """Something the pair plans to do for the mentee's development."""

    version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("activity"), max_length=LINE_LENGTH)

    objects = ContentQuerySet.as_manager()
    system = SystemManager.from_queryset(ContentQuerySet)()

    class Meta:
        verbose_name = _("agreed activity")
        verbose_name_plural = _("agreed activities")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "text"], name="activity_once_per_version")
        ]


def with_goal_counts(versions: AgreementVersionQuerySet) -> AgreementVersionQuerySet:
    """Annotate `goal_count` and `measured_count`: all that the committee sees of goals."""
    goals = AgreedGoal.system.filter(version=OuterRef("pk")).order_by().values("version")
    total = goals.annotate(n=Count("pk")).values("n")
    measured = goals.exclude(measure="").annotate(n=Count("pk")).values("n")
    return versions.annotate(
        goal_count=Coalesce(Subquery(total), 0), measured_count=Coalesce(Subquery(measured), 0)
    )
