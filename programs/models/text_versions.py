"""What a program's texts said before, who changed them, and when."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .agreement_texts import AGREEMENT_TEXTS
from .form_texts import FORM_TEXTS
from .orientation_texts import ORIENTATION_TEXTS
from .programs import Program, ProgramPartQuerySet
from .translated_texts import SET_UP_TEXTS

# Texts that say what the product says until the program has its own.
DEFAULT_TEXTS = {**FORM_TEXTS, **ORIENTATION_TEXTS, **AGREEMENT_TEXTS}
NAMES = (*SET_UP_TEXTS, *DEFAULT_TEXTS)


class TextVersion(models.Model):
    """One version of one text of a program in one language; the newest is what people read.

    The text that was there before versions were kept has no author and no time.
    """

    program = models.ForeignKey(Program, models.CASCADE, related_name="+")
    name = models.CharField(max_length=30, choices=[(name, name) for name in NAMES])
    language = models.CharField(max_length=10)
    text = models.TextField(_("text"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True, default=timezone.now)

    objects = ProgramPartQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("version of a text")
        verbose_name_plural = _("versions of texts")
        indexes = [
            models.Index(fields=["program", "name", "language", "-id"], name="text_version_newest")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
