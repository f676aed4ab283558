"""Topics, experiences and activities to choose from; of one program or shared by all."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from accounts.models.vocabulary import in_language

from .programs import Program

LAST_WEEK = 26  # of the list for newcomers


class VocabularyQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Vocabulary holds no personal data."""
        return self.all()

    def for_committee(self, user: User | AnonymousUser) -> Self:
        """The shared entries and those of the member's programs."""
        mine = models.Q(program__in=Program.objects.for_committee(user))
        return self.filter(mine | models.Q(program=None)) if user.is_authenticated else self.none()

    def current(self, program: Program) -> Self:
        """Entries that can be chosen today: the program's own if there are any, else the shared."""
        current = self.filter(retired_on=None)
        own = current.filter(program=program)
        return own if own.exists() else current.filter(program=None)


class Entry(models.Model):
    """Abstract: an entry of a program's vocabulary, or of all programs when `program` is empty."""

    program = models.ForeignKey(
        Program, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("program")
    )
    code = models.SlugField(_("code"), max_length=60)
    names = models.JSONField(
        _("names"), default=dict, help_text=_('Name by language, for example {"en": "Payroll"}.')
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)
    # A file named it; the committee may want to merge it with a word of its own.
    is_from_import = models.BooleanField(_("from import"), default=False, editable=False)

    objects = VocabularyQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return in_language(self.names) or self.code


class Topic(Entry):
    """What a mentee needs, or a mentor offers, help with."""

    class Kind(models.TextChoices):
        SUBJECT = "subject", _("subject")
        SKILL = "skill", _("skill")
        GOAL = "goal", _("goal")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SUBJECT)

    class Meta(Entry.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="one_topic_code"),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(program=None), name="one_shared_topic_code"
            ),
        ]


class Experience(Entry):
    """What people are going through, have been through, or have accompanied someone through."""

    class Meta(Entry.Meta):
        verbose_name = _("experience")
        verbose_name_plural = _("experiences")
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="one_experience_code"),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(program=None), name="one_shared_experience_code"
            ),
        ]


class ProgramActivityQuerySet(VocabularyQuerySet):
    def first_weeks(self, program: Program, *, kept: Collection[int] = ()) -> Self:
        """The list of the first weeks, by week; of what was retired only the rows in `kept`."""
        shown = models.Q(retired_on=None) | models.Q(pk__in=kept)
        rows = self.filter(shown, program=program, week__isnull=False)
        return rows.order_by("week", "position", "pk")


class ProgramActivity(Entry):
    """What pairs can do together, and for newcomers what belongs to their first weeks."""

    class Kind(models.TextChoices):
        ACTIVITY = "activity", _("activity")
        PERSON = "person", _("person to meet")
        PLACE = "place", _("place to see")
        RULE = "rule", _("rule to know")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ACTIVITY)
    # Counted from the newcomer's first day; None for what a pair does when it likes.
    week = models.PositiveSmallIntegerField(
        _("week"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LAST_WEEK)],
        help_text=_("For the first weeks of a newcomer: 1 is the week of the first day."),
    )

    objects = ProgramActivityQuerySet.as_manager()  # type: ignore[misc]  # the base has one, too

    class Meta(Entry.Meta):
        verbose_name = _("activity of a program")
        verbose_name_plural = _("activities of a program")
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="one_activity_code"),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(program=None), name="one_shared_activity_code"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="activity", week=None)
                | ~models.Q(kind="activity") & models.Q(week__isnull=False),
                name="first_weeks_item_has_a_week",
            ),
        ]
