"""The one row about sending e-mail: the last run, the installation it belongs to, any pause."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Q

from access.scoping import ScopedQuerySet

# Far longer than any pause is. One that ends later was set by a clock that was ahead, and is over.
LONGEST_PAUSE = timedelta(hours=1)


class OutboxStateQuerySet(ScopedQuerySet):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Return no rows: people see what `notifications.outbox_health` reports."""
        return self.none()

    def paused(self, at: datetime) -> Self:
        """Return the row while all sending is paused, because the mail server does not answer."""
        return self.filter(paused_until__gt=at, paused_until__lte=at + LONGEST_PAUSE)


class OutboxState(models.Model):
    """Heartbeat of the process that sends e-mail, and the data of `restore_guard`."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    instance_id = models.CharField(max_length=64, blank=True)
    epoch = models.BigIntegerField(default=0)  # number of runs; a file holds it too
    last_run_at = models.DateTimeField(null=True)
    reconciled_at = models.DateTimeField(null=True)
    failing_reconcilers = models.JSONField(default=list)
    blocked_reason = models.CharField(max_length=200, blank=True)  # by restore_guard
    lost_replies = models.PositiveSmallIntegerField(default=0)  # in a row
    failed_connections = models.PositiveSmallIntegerField(default=0)  # in a row
    paused_until = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=120, blank=True)

    pinged_at = models.DateTimeField(null=True)  # DEADMAN_URL, see `notifications.alarms`
    alarm_sent_at = models.DateTimeField(null=True)  # nothing is sent since; None while all is well
    alarm_claimed_until = models.DateTimeField(null=True)

    objects = OutboxStateQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="outbox_state_one_row")]

    def __str__(self) -> str:
        return "outbox state"

    def is_paused(self, at: datetime) -> bool:
        """Return whether all sending is paused at `at`; as the queryset's `paused`."""
        until = self.paused_until
        return until is not None and at < until <= at + LONGEST_PAUSE
