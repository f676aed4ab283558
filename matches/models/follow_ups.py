"""What each of the two wants after the end of their pair."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User

from .endings import Closure, Person
from .matches import Match


class FollowUpQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, and for the committee of the match. Never the partner's."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(person=user.pk) | self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given)."""
        return self.filter(closure__match__in=Match.objects.for_committee(user, *roles))

    def of(self, user: User | AnonymousUser) -> Self:
        """What `user` was asked after an ending that is in force."""
        return self.filter(person=user.pk, closure__reopened_at=None)

    def asking(self) -> Self:
        """Those who said that they want another match."""
        return self.filter(wish__in=FollowUp.ASKING, closure__reopened_at=None)


class FollowUp(models.Model):
    """What one person of an ended match was asked, and would like next. Asked, never assumed."""

    class Wish(models.TextChoices):
        AGAIN = "again", _("I would like another match")
        FEWER = "fewer", _("I would like to go on with fewer mentees")
        PAUSE = "pause", _("Not now. I will say when I am ready")
        STOP = "stop", _("I am done")

    ASKING = (Wish.AGAIN, Wish.FEWER)

    closure = models.ForeignKey(
        Closure, models.PROTECT, related_name="follow_ups", verbose_name=_("ending")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    asked_at = models.DateTimeField(_("asked at"), editable=False)
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    # The person, or the committee member to whom they said it.
    answered_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by")
    )
    wish = models.CharField(_("what next"), max_length=5, choices=Wish, blank=True)
    is_rest_skipped = models.BooleanField(_("as soon as possible"), default=False)
    wants_same_partner = models.BooleanField(_("with the same partner, too"), default=False)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish after an ending")
        verbose_name_plural = _("wishes after endings")
        ordering = ["closure", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["closure", "person"], name="one_follow_up_per_person"),
            models.CheckConstraint(
                condition=Q(wish="", answered_at=None) | ~Q(wish="") & Q(answered_at__isnull=False),
                name="follow_up_answered_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return str(_("wish after an ending"))

    @property
    def is_asking(self) -> bool:
        """Whether the person wants another match."""
        return self.wish in self.ASKING
