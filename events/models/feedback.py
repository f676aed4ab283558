"""What people say about an event afterwards, without who said it.

No column leads from an answer to its author or to the time at which it was given. It is shown only
counted together with others, once answering is over (`feedback.results_of`).
"""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User

from .events import Event


class FeedbackAnswerQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """No one reads a single answer."""
        return self.none().scoped("no one")


class FeedbackAnswer(ConfidentialModel):
    """One person's answers to the questions about one event."""

    class Length(models.TextChoices):
        SHORT = "short", _("too short")
        RIGHT = "right", _("just right")
        LONG = "long", _("too long")

    class Worth(models.IntegerChoices):
        NOT = 1, _("not at all")
        LITTLE = 2, _("a little")
        PARTLY = 3, _("partly")
        MOSTLY = 4, _("mostly")
        FULLY = 5, _("fully")

    event = models.ForeignKey(Event, models.PROTECT, related_name="+")
    worth = models.PositiveSmallIntegerField(
        choices=Worth, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    length = models.CharField(max_length=5, choices=Length)
    better = EncryptedTextField(blank=True)

    objects = FeedbackAnswerQuerySet.as_manager()
    system = SystemManager.from_queryset(FeedbackAnswerQuerySet)()

    class Meta:
        verbose_name = _("feedback on an event")
        verbose_name_plural = _("feedback on events")
        constraints = [
            models.CheckConstraint(
                condition=Q(worth__gte=1, worth__lte=5), name="feedback_worth_on_the_scale"
            )
        ]
