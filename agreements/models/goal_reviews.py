"""A review of the goals every few months: that it was asked for and done, never what was said."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from matches.models import Match
from workflow.column_pairs import both_or_neither

Person = settings.AUTH_USER_MODEL


class GoalReviewQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The pair and its committee without conflicts of interest."""
        return self.filter(match__in=Match.objects.visible_to(user))

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given)."""
        return self.filter(match__in=Match.objects.for_committee(user, *roles))

    def of(self, user: User | AnonymousUser) -> Self:
        """Reviews of the pairs that `user` is in."""
        return self.filter(match__in=Match.objects.ids_of(user))

    def waiting(self) -> Self:
        """Reviews that are not done, of active pairs, and not followed by a later one."""
        later = GoalReview.objects.filter(match=OuterRef("match"), month__gt=OuterRef("month"))
        active = self.filter(done_at=None, match__state=Match.State.ACTIVE)
        return active.exclude(Exists(later))


class GoalReview(models.Model):
    """The pair is asked to look at its goals, and at the agreement. Either of the two does it."""

    match = models.ForeignKey(
        Match, models.PROTECT, related_name="goal_reviews", verbose_name=_("pair")
    )
    month = models.PositiveSmallIntegerField(_("month of the term"))
    asked_at = models.DateTimeField(_("asked at"), editable=False)
    done_at = models.DateTimeField(_("done at"), null=True, editable=False)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = GoalReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review of goals")
        verbose_name_plural = _("reviews of goals")
        ordering = ["match", "month"]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(done_at=None), name="review_waiting")
        ]
        constraints = [
            models.UniqueConstraint(fields=["match", "month"], name="one_review_per_month"),
            models.CheckConstraint(
                condition=both_or_neither("done_at", "done_by"),
                name="review_done_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return str(_("review of goals, month %(month)s") % {"month": self.month})
