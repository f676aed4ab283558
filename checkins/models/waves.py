"""Published pooled results: one frozen row per cohort, kind of survey and month of asking."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from programs.models import Cohort

from .surveys import Kind


class WaveQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The committee of the program."""
        return self.filter(cohort__in=Cohort.objects.for_committee(user))

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        """What `user` sees as a committee member with one of `roles` (any if none are given)."""
        return self.filter(cohort__in=Cohort.objects.for_committee(user, *roles))


class Wave(models.Model):
    """The pooled result of all check-ins of one kind that were opened in one month.

    Written once, when the last of them is closed.
    """

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="+", verbose_name=_("cohort"))
    kind = models.CharField(_("survey"), max_length=10, choices=Kind)
    month = models.DateField(_("month"))
    asked = models.PositiveIntegerField(_("asked"))
    answered = models.PositiveIntegerField(_("answered"))
    # As `results.Table`, with small groups already suppressed.
    figures = models.JSONField(_("figures"), default=list)
    # As `results.NeedTable`: the answers about needs, by topic.
    need_figures = models.JSONField(default=list, editable=False)
    # As `answer_changes.StoredChange`: change since earlier surveys, already suppressed as well.
    changes = models.JSONField(_("changes"), default=list, editable=False)
    # As `objective_results.StoredGoals`, of a closing survey.
    goals = models.JSONField(_("goals"), default=dict, editable=False)
    # As `theme_counts.StoredThemes`; empty until they are counted. No day: from before there were.
    themes = models.JSONField(default=dict, editable=False)
    themes_due_at = models.DateTimeField(null=True, editable=False)
    themes_counted_at = models.DateTimeField(null=True, editable=False)
    # {id of a carer or deputy on that day: ids of the matches whose answers they read by name}
    named_readers = models.JSONField(default=dict, editable=False)
    # The program's setting on that day: a later change must not show what was hidden.
    smallest_group = models.PositiveSmallIntegerField(_("smallest group"), default=5)
    published_at = models.DateTimeField(_("published at"))

    objects = WaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("pooled result")
        verbose_name_plural = _("pooled results")
        ordering = ["-month", "kind"]
        indexes = [
            models.Index(
                fields=["themes_due_at"],
                condition=models.Q(themes_counted_at=None, themes_due_at__isnull=False),
                name="wave_themes_due",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "kind", "month"], name="one_wave_per_month")
        ]

    def __str__(self) -> str:
        return capfirst(
            _("%(kind)s of %(cohort)s") % {"kind": self.get_kind_display(), "cohort": self.cohort}
        )
