"""How a program's committee measures each of its objectives."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from programs.models import Objective


class ObjectiveMeasureQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The committee of the program."""
        return self.filter(objective__in=Objective.objects.visible_to(user))

    for_committee = visible_to


class ObjectiveMeasure(models.Model):
    """What tells whether an objective is reached, and from which figure on."""

    class Kind(models.TextChoices):
        MEAN = "mean", _("the mean answer to a question")
        CHANGE = "change", _("the change of the answers to a question")
        MEETINGS = "meetings", _("the number of meetings held")
        GOALS = "goals", _("the number of goals reached by the end")

    OF_A_QUESTION = (Kind.MEAN, Kind.CHANGE)

    objective = models.OneToOneField(
        Objective, models.CASCADE, related_name="+", verbose_name=_("objective")
    )
    kind = models.CharField(_("measured by"), max_length=8, choices=Kind)
    question_code = models.SlugField(_("question"), max_length=40, blank=True)
    target = models.DecimalField(
        _("target"), max_digits=6, decimal_places=1, validators=[MinValueValidator(0.1)]
    )

    objects = ObjectiveMeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure of an objective")
        verbose_name_plural = _("measures of objectives")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["mean", "change"]) & ~Q(question_code="")
                | Q(kind__in=["meetings", "goals"], question_code=""),
                name="measure_names_a_question_if_it_is_of_one",
            ),
            models.CheckConstraint(condition=Q(target__gt=0), name="measure_has_a_target"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())
