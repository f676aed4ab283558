"""Questions that a program asks beside those of the site's own form.

A question says who reads its answers before anyone gives one, and keeps to it: once there are
answers, the wording, the kind and a wider circle of readers cannot be changed any more.
"""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from accounts.models.vocabulary import in_language

from .programs import Program

MAX_HEADING, MAX_OPTION, MAX_OPTIONS = 300, 120, 100  # characters, characters, answers


class ProgramQuestionQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A question holds no personal data."""
        return self.all()

    def for_committee(self, user: User | AnonymousUser) -> Self:
        return self.filter(program__in=Program.objects.for_committee(user))

    def current(self, program: Program) -> Self:
        """Questions that the program asks today, in their order."""
        return self.filter(program=program, retired_on=None)


class ProgramQuestion(models.Model):
    """A question of one program, asked on its form or answered in an imported file.

    `heading` is the wording and what files call their column; two questions of a program never
    have the same one. `names` are shorter names, by language, for the committee's pages.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("own words")
        ONE = "one", _("one answer")
        SEVERAL = "several", _("several answers")

    class Channel(models.TextChoices):
        COMMITTEE = "committee", _("committee only")
        SHARED = "shared", _("shared with the match after publication")

    class Asked(models.TextChoices):
        BOTH = "both", _("mentees and mentors")
        MENTEE = "mentee", _("mentees")
        MENTOR = "mentor", _("mentors")

    program = models.ForeignKey(
        Program, models.CASCADE, related_name="questions", verbose_name=_("program")
    )
    heading = models.CharField(_("question, as it is asked"), max_length=MAX_HEADING)
    names = models.JSONField(_("short name"), default=dict, blank=True)
    kind = models.CharField(_("answered with"), max_length=8, choices=Kind, default=Kind.TEXT)
    channel = models.CharField(
        _("who reads the answers"), max_length=10, choices=Channel, default=Channel.COMMITTEE
    )
    asked = models.CharField(_("asked of"), max_length=6, choices=Asked, default=Asked.BOTH)
    options = models.JSONField(_("possible answers"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = ProgramQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question of a program")
        verbose_name_plural = _("questions of programs")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "heading"], name="one_question_per_program_and_heading"
            )
        ]

    def __str__(self) -> str:
        return in_language(self.names) or self.heading

    @property
    def is_shared(self) -> bool:
        return self.channel == self.Channel.SHARED

    @property
    def has_options(self) -> bool:
        return self.kind != self.Kind.TEXT
