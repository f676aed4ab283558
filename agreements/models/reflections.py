"""What one person makes of the time together at its end. Only the author reads it."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from matches.models import Match

Person = settings.AUTH_USER_MODEL


class ReflectionQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The author alone: not the partner, nor anyone in the committee."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        return self.filter(author=user.pk).scoped("author")


class Reflection(ConfidentialModel):
    """What one of a pair has learned, written alone when the time together comes to its end."""

    match = models.ForeignKey(Match, models.PROTECT, related_name="+", verbose_name=_("pair"))
    author = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    learned = EncryptedTextField(_("what I learned"), blank=True)
    next_steps = EncryptedTextField(_("what I want to do with it"), blank=True)
    saved_at = models.DateTimeField(_("saved at"), editable=False)

    objects = ReflectionQuerySet.as_manager()
    system = SystemManager.from_queryset(ReflectionQuerySet)()

    class Meta:
        verbose_name = _("reflection")
        verbose_name_plural = _("reflections")
        constraints = [
            models.UniqueConstraint(fields=["match", "author"], name="one_reflection_per_person")
        ]


class GoalReflectionQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The author of the reflection alone."""
        if not user.is_authenticated:
            return self.none().scoped("no one")
        return self.filter(reflection__author=user.pk).scoped("author")


class GoalReflection(ConfidentialModel):
    """How one person sees one goal at the end: reached or not, and what they learned."""

    class Outcome(models.TextChoices):
        REACHED = "reached", _("Reached")
        PARTLY = "partly", _("Partly reached")
        NOT_REACHED = "not", _("Not reached")

    reflection = models.ForeignKey(Reflection, models.CASCADE, related_name="+")
    # `Goal.key`: the goal has the same one in every version of the agreement.
    goal_key = models.CharField(max_length=22, editable=False)
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome, blank=True)
    learned = EncryptedTextField(_("what I learned"), blank=True)

    objects = GoalReflectionQuerySet.as_manager()
    system = SystemManager.from_queryset(GoalReflectionQuerySet)()

    class Meta:
        verbose_name = _("reflection on a goal")
        verbose_name_plural = _("reflections on goals")
        constraints = [
            models.UniqueConstraint(
                fields=["reflection", "goal_key"], name="one_reflection_per_goal"
            )
        ]

    @property
    def author(self) -> User:
        """Whose reflection it is."""
        return self.reflection.author
