"""With which settings of a program its check-ins were planned last."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models

from access.scoping import ScopedQuerySet
from accounts.models import User
from programs.models import Policy, Program

DAYS = ("fit_check_days", "pulse_first_days", "pulse_every_days")  # columns of Policy


class PlannedSettingsQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return no rows: it is a note of the planner to itself."""
        return self.none()


class PlannedSettings(models.Model):
    """Lets the planner see that a policy was changed, without looking at every pair."""

    program = models.OneToOneField(Program, models.CASCADE, primary_key=True, related_name="+")
    days = models.JSONField()  # the values of DAYS

    objects = PlannedSettingsQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "planned settings"  # never shown

    def __str__(self) -> str:
        return f"planned settings of program {self.program_id}"

    @staticmethod
    def days_of(policy: Policy) -> list[int]:
        """Return the settings of a policy that the plan of check-ins depends on."""
        return [getattr(policy, name) for name in DAYS]
