"""Cohorts: one intake of a program, with its dates."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from access.ids import PublicIdField
from access.scoping import ScopedQuerySet
from accounts.models import User
from accounts.models.people import validate_name

from .programs import Program

# After applications close, or after someone applies to a rolling cohort; if no matching day is set.
ANSWER_WITHIN = timedelta(days=21)


class CohortQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(program__in=Program.objects.visible_to(user))

    def for_committee(self, user: User | AnonymousUser, *roles: str) -> Self:
        return self.filter(program__in=Program.objects.for_committee(user, *roles))

    def taking_applications(self, on: date) -> Self:
        """Cohorts of public programs that are open for applications on `on`."""
        not_closed = models.Q(closes_on=None) | models.Q(closes_on__gte=on)
        return self.filter(not_closed, opens_on__lte=on, program__is_public=True)


class Cohort(models.Model):
    """One run of a program. Without an end date it is rolling."""

    public_id = PublicIdField()
    program = models.ForeignKey(
        Program, models.PROTECT, related_name="cohorts", verbose_name=_("program")
    )
    name = models.CharField(_("name"), max_length=80, validators=[validate_name])
    slug = models.SlugField(_("short name for web addresses"), unique=True)
    opens_on = models.DateField(_("applications open on"))
    closes_on = models.DateField(_("applications close on"), null=True, blank=True)
    matching_on = models.DateField(_("matching day"), null=True, blank=True)
    starts_on = models.DateField(_("pairs start on"), null=True, blank=True)
    ends_on = models.DateField(
        _("cohort ends on"),
        null=True,
        blank=True,
        help_text=_("Leave this empty for a rolling cohort."),
    )

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_on"]
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        steps = ["opens_on", "closes_on", "matching_on", "starts_on", "ends_on"]
        known = [(name, getattr(self, name)) for name in steps if getattr(self, name)]
        for (_before, earlier), (name, later) in itertools.pairwise(known):
            if later < earlier:
                raise ValidationError(
                    {
                        name: _("Enter a date that is not before %(earlier)s.")
                        % {"earlier": date_format(earlier)}
                    }
                )

    def is_open(self, on: date | None = None) -> bool:
        """Return whether applications are open on `on` (today by default)."""
        today = on or timezone.localdate()
        return self.opens_on <= today and (self.closes_on is None or today <= self.closes_on)

    def is_over(self, on: date | None = None) -> bool:
        """Return whether the cohort has ended by `on` (today by default); a rolling one has not."""
        return self.ends_on is not None and self.ends_on < (on or timezone.localdate())

    def matching_ahead(self, on: date | None = None) -> date | None:
        """Return the matching day, None once it is over."""
        day = self.matching_on
        return day if day and day >= (on or timezone.localdate()) else None

    def starting_ahead(self, on: date | None = None) -> date | None:
        """Return the day on which pairs start, None once it is over."""
        day = self.starts_on
        return day if day and day >= (on or timezone.localdate()) else None

    @property
    def answer_by_on(self) -> date | None:
        """The day by which all applicants get an answer.

        None for a rolling cohort: there it counts from when each applies.
        """
        return self.matching_on or (self.closes_on + ANSWER_WITHIN if self.closes_on else None)
