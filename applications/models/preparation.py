"""How people were prepared: the code of conduct they accepted, the orientation they did."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .answers import AnswersQuerySet
from .applications import Application


class PreparationQuerySet(AnswersQuerySet):
    def oriented(self) -> Self:
        """Those that were the orientation, in one way or another."""
        return self.exclude(kind=Preparation.Kind.CODE)


class Preparation(models.Model):
    """One moment at which someone accepted the code or did the orientation; rows are only added.

    `Application` has what counts now. When the committee asks again, that is cleared and these rows
    stay; which words counted at a moment is kept with the versions of the program's texts.
    """

    class Kind(models.TextChoices):
        CODE = "code", _("Code of conduct accepted")
        CHECK = "check", _("Orientation passed")
        SESSION = "session", _("Orientation session attended")
        COMMITTEE = "committee", _("Orientation recorded as passed by the committee")

    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    # The member who recorded it; None: the person did it.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = PreparationQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("preparation of a person")
        verbose_name_plural = _("preparations of people")

    def __str__(self) -> str:
        return self.get_kind_display()
