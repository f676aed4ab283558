"""A match as the committee follows it, in proxies without tables; checks of e-mail."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from matches.models import Match
from programs.models import Membership


class Pair(Match):
    """Match with its health, for the committee's list; a proxy without a table."""

    class Meta:
        proxy = True
        verbose_name = _("open pair")
        verbose_name_plural = _("open pairs")


class PairMeetings(Match):
    """Match with counts and dates of its meetings, which the whole committee may see."""

    class Meta:
        proxy = True
        verbose_name = _("pair, by its meetings")
        verbose_name_plural = _("pairs, by their meetings")


class MailCheckQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return all rows for someone who chairs a program; they are about the installation."""
        is_chair = bool(Membership.objects.program_ids(user, Membership.Role.CHAIR))
        return self.all() if is_chair else self.none()


class MailCheck(models.Model):
    """What was found about the way this installation sends e-mail; see `mail_checks`.

    `week` is set for the one that each week has. `worse` names the checks that got worse.
    """

    week = models.CharField(max_length=8, null=True, unique=True)  # noqa: DJ001  # NULL: asked for
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True, db_index=True)
    findings = models.JSONField(default=list)
    worse = models.JSONField(default=list)

    objects = MailCheckQuerySet.as_manager()

    class Meta:
        verbose_name = "check of e-mail"
        verbose_name_plural = "checks of e-mail"

    def __str__(self) -> str:
        return "check of e-mail"


class LaterLineQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return what the user decided, and what others have asked the user to do."""
        return self.filter(models.Q(member=user.pk) | models.Q(given_to=user.pk))


class LaterLine(models.Model):
    """A line of Today that a member left for later, or asked another member to do; see `today`.

    `line` is the address of the list it leads to, `count` how many rows waited then: with more of
    them the line is shown again. `until` is the day on which it is.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    line = models.CharField(max_length=200)
    until = models.DateField()
    count = models.PositiveSmallIntegerField()
    given_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField()

    objects = LaterLineQuerySet.as_manager()

    class Meta:
        verbose_name = "line of Today for later"
        verbose_name_plural = "lines of Today for later"
        constraints = [
            models.UniqueConstraint(fields=["member", "line"], name="one_decision_about_a_line"),
            models.CheckConstraint(
                condition=~models.Q(member=models.F("given_to")), name="given_to_another_member"
            ),
        ]

    def __str__(self) -> str:
        return "line of Today for later"
