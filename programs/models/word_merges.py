"""Which words of a vocabulary were merged, and what that changed, so that it can be undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User

from .committee import Membership
from .programs import Program

UNDO_WINDOW = timedelta(hours=24)


class WordMergeQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the member's programs, and those of the words that all programs share."""
        programs = list(Membership.objects.program_ids(user))
        mine = models.Q(program__in=programs)
        return self.filter(mine | models.Q(program=None)) if programs else self.none()

    def not_undone(self) -> Self:
        return self.filter(undone_at=None)

    def to_undo(self, at: datetime) -> Self:
        """Those that can still be undone at `at`, the latest first."""
        return self.not_undone().filter(at__gt=at - UNDO_WINDOW).order_by("-pk")


class WordMerge(models.Model):
    """Words `merged` became the word `kept_id`; `retired` are those that were in use until then.

    `moved` has a row for each choice: {"table": label, "word": its id before, "row": the other
    columns, "had": those of the row about the kept word if there was one, else null}.
    """

    class Kind(models.TextChoices):
        TOPIC = "topic", _("topic")
        EXPERIENCE = "experience", _("experience")
        INDUSTRY = "industry", _("industry")
        LANGUAGE = "language", _("language")

    kind = models.CharField(max_length=10, choices=Kind)
    program = models.ForeignKey(Program, models.CASCADE, null=True, related_name="+")
    kept_id = models.PositiveBigIntegerField()
    merged = models.JSONField(default=list)  # ids
    retired = models.JSONField(default=list)  # ids
    # Ids and levels only; deleted once the merge can't be undone any more.
    moved = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    objects = WordMergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of words")
        verbose_name_plural = _("merges of words")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.kept_id}"
