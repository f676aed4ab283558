"""A program's own words in its e-mails: versions of the texts of one kind in one language."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .programs import Program, ProgramPartQuerySet


class EmailTextQuerySet(ProgramPartQuerySet):
    def of(self, program: Program | int, kind: str, language: str) -> Self:
        """Return the versions of one kind in one language, the newest first, the draft at last."""
        rows = self.filter(program=program, kind=kind, language=language)
        return rows.order_by(models.F("number").desc(nulls_last=True))

    def published(self) -> Self:
        return self.filter(number__isnull=False)

    def drafts(self) -> Self:
        return self.filter(number=None)


class EmailText(models.Model):
    """The texts of a kind of e-mail in a language, as one version; the newest number is used.

    A version without a number is the draft; there is one at most. A version without texts means
    that the product's words are used again.
    """

    program = models.ForeignKey(Program, models.CASCADE, related_name="+")
    kind = models.CharField(_("e-mail"), max_length=60)
    language = models.CharField(max_length=10)
    number = models.PositiveIntegerField(_("version"), null=True)
    # {field: text} of `notifications.editable_texts`; a field that is not here has our words.
    texts = models.JSONField(_("texts"), default=dict)
    # {field: our words at that time}, to see later that they have changed.
    defaults = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("time"), default=timezone.now)

    objects = EmailTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("texts of an e-mail")
        verbose_name_plural = _("texts of e-mails")
        constraints = [
            models.UniqueConstraint(
                fields=["program", "kind", "language", "number"],
                name="one_email_text_per_number",
            ),
            models.UniqueConstraint(
                fields=["program", "kind", "language"],
                condition=models.Q(number=None),
                name="one_draft_of_an_email_text",
            ),
            models.CheckConstraint(
                condition=models.Q(number=None) | models.Q(number__gte=1),
                name="email_texts_are_numbered_from_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"

    @property
    def is_draft(self) -> bool:
        return self.number is None
