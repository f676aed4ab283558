"""The needs that a check-in asks about: what the person wanted help with when they applied."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager, is_one_of
from accounts.models import User
from matches.models import Match

from .checkins import CheckIn

MOST_NEEDS = 3  # in one check-in


class AskedNeedQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, and what carer and chair read; never the partner."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        own = models.Q(checkin__person=user.pk)
        return self.filter(own | self._care(user)).scoped("own or in care")

    def of(self, user: User) -> Self:
        """What `user` was asked."""
        return self.filter(checkin__person=user.pk).scoped("own")

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` reads as a carer or chair."""
        return self.filter(self._care(user)).scoped("in care")

    @staticmethod
    def _care(user: User | AnonymousUser) -> models.Q:
        return is_one_of("checkin__match", Match.objects.in_care_of(user))


class AskedNeed(ConfidentialModel):
    """One need that a check-in asks about, and the answer; made when the check-in is opened.

    It keeps the words of that day: a changed application, or a topic that was renamed or merged,
    does not change what was asked.
    """

    checkin = models.ForeignKey(CheckIn, models.CASCADE, related_name="+")
    # The id of a topic. No reference, because merging topics rewrites references.
    topic = models.PositiveBigIntegerField()
    names = models.JSONField(default=dict)  # {language: the topic's name}
    position = models.PositiveSmallIntegerField()
    choice = models.CharField(max_length=40, blank=True)  # the step that was chosen

    objects = AskedNeedQuerySet.as_manager()
    system = SystemManager.from_queryset(AskedNeedQuerySet)()

    class Meta:
        verbose_name = _("need that was asked about")
        verbose_name_plural = _("needs that were asked about")
        ordering = ["checkin", "position"]
        constraints = [
            models.UniqueConstraint(fields=["checkin", "topic"], name="one_need_per_topic"),
            models.UniqueConstraint(fields=["checkin", "position"], name="one_need_per_position"),
        ]
