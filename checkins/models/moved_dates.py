"""Dates of check-ins that the committee has moved for one pair."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from matches.models import Match
from matches.pair_clock import later

from .surveys import Kind


class MovedDateQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The committee: the pair is told nothing before it is asked."""
        return self.for_committee(user)

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given)."""
        return self.filter(match__in=Match.objects.for_committee(user, *roles))


class MovedDate(models.Model):
    """One move of a coming check-in of both people of a pair; the last one counts.

    `wait` is the time from `moved_at` on without pauses, so that a later pause moves the date as
    well; it is None where the date went back to the plan. The closing survey keeps its distance
    from the end, so that an extension moves it.
    """

    match = models.ForeignKey(Match, models.CASCADE, related_name="moved_dates")
    kind = models.CharField(_("survey"), max_length=10, choices=Kind)
    ordinal = models.PositiveSmallIntegerField(_("number"), default=1)
    day = models.DateField(_("moved to"), null=True)  # as the member chose it
    wait = models.DurationField(null=True, editable=False)
    before_end = models.DurationField(null=True, editable=False)
    moved_at = models.DateTimeField(_("moved at"))
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("moved by")
    )

    objects = MovedDateQuerySet.as_manager()

    class Meta:
        verbose_name = _("moved date of a check-in")
        verbose_name_plural = _("moved dates of check-ins")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ordinal}"


def last_move(match: Match, kind: str, ordinal: int) -> MovedDate | None:
    """Return the move that counts, None if the date is that of the plan."""
    rows = [row for row in match.moved_dates.all() if (row.kind, row.ordinal) == (kind, ordinal)]
    return rows[-1] if rows and rows[-1].day else None


def moved_moment(
    match: Match, kind: str, ordinal: int, end: datetime | None = None
) -> datetime | None:
    """Return when a moved check-in opens, None if it was not moved.

    `end` is the first moment of the last day of the pair, for the closing survey.
    """
    row = last_move(match, kind, ordinal)
    if row is None:
        return None
    if row.before_end is not None:
        return end - row.before_end if end else None
    assert row.wait is not None  # it has a day
    return later(row.moved_at, row.wait, list(match.pauses.all()))
