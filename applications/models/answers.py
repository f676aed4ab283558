"""What an applicant chose from the program's lists, with a level each: topics and experiences."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from programs.models.vocabulary import Experience, Topic

from .applications import Application


class AnswersQuerySet(ScopedQuerySet):
    """Rows that belong to one application and follow its visibility."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(application__in=Application.objects.visible_to(user))


class ApplicationTopic(models.Model):
    """A mentee's need (weight 3: most important) or a mentor's offer (weight 3: strongest)."""

    LEVELS: ClassVar[dict[str, dict[int, str | Promise]]] = {
        Application.Role.MENTEE: {
            1: _("nice to have"),
            2: _("important"),
            3: _("most important"),
        },
        Application.Role.MENTOR: {
            1: _("some experience"),
            2: _("good experience"),
            3: _("my strength"),
        },
    }

    TOP_LEVEL = 3
    RANKS = (1, 2, 3)

    application = models.ForeignKey(Application, models.CASCADE, related_name="topic_rows")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+")
    weight = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    # The applicant's own order of up to three, which all have the highest weight.
    rank = models.PositiveSmallIntegerField(
        null=True, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )

    objects = AnswersQuerySet.as_manager()

    class Meta:
        ordering = ["-weight", models.F("rank").asc(nulls_last=True), "topic__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "topic"], name="topic_once_per_application"
            )
        ]

    def __str__(self) -> str:
        return str(self.topic)

    def level_text(self, role: str) -> str:
        """Return how important or how strong it is to someone in `role`, with its place."""
        level = str(self.LEVELS[role].get(self.weight, ""))
        if self.rank is None:
            return level
        return gettext("%(level)s (place %(place)s)") % {"level": level, "place": self.rank}


class ApplicationExperience(models.Model):
    """An experience that the applicant is going through, lived, or accompanied."""

    class Depth(models.TextChoices):
        GOING_THROUGH = "now", _("I am going through it")
        LIVED = "lived", _("I have been through it")
        ACCOMPANIED = "accompanied", _("I accompanied someone through it")

    application = models.ForeignKey(Application, models.CASCADE, related_name="experience_rows")
    experience = models.ForeignKey(Experience, models.PROTECT, related_name="+")
    depth = models.CharField(max_length=12, choices=Depth)
    is_shared = models.BooleanField(_("my match can see this"), default=False)

    objects = AnswersQuerySet.as_manager()

    class Meta:
        ordering = ["experience__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "experience"], name="experience_once_per_application"
            )
        ]

    def __str__(self) -> str:
        return str(self.experience)
