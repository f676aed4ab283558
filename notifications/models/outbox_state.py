"""The one row about the sweeper: that it lives, which installation it belongs to, whether it must wait."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from access.scoping import ScopedQuerySet


class SweeperQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Nobody lists it; `notifications.outbox_health` reports what it says."""
        return self.none()


class OutboxState(models.Model):
    """Heartbeat and instance guard. `epoch` counts sweeps; a copy outside the database betrays a restored one."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    instance_id = models.CharField(max_length=64, blank=True)
    epoch = models.BigIntegerField(default=0)
    swept_at = models.DateTimeField(null=True)
    planned_at = models.DateTimeField(null=True)
    failing_planners = models.JSONField(default=list)
    refused = models.CharField(
        max_length=200, blank=True
    )  # why the guard lets nothing out; empty when all is well
    lost_answers = models.PositiveSmallIntegerField(default=0)  # in a row
    failed_connections = models.PositiveSmallIntegerField(default=0)  # in a row
    paused_until = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=120, blank=True)

    objects = SweeperQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_sweeper_row")]

    def __str__(self) -> str:
        return "sweeper"
