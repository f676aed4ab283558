"""The program's wording of agreements, frozen when a pair begins to write with it."""

from __future__ import annotations

import hashlib
import json

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.models import Program
from programs.models.programs import ProgramPartQuerySet
from programs.models.translated_texts import TranslatedText

Stored = dict[str, dict[str, list[str]]]  # {language: {name: [language of the words, words]}}


class AgreementWording(models.Model):
    """Every text of one wording, in each language; a row never changes.

    It holds no names of people: the placeholders for the two are filled in where it is read.
    """

    program = models.ForeignKey(
        Program, models.PROTECT, related_name="+", verbose_name=_("program")
    )
    number = models.PositiveIntegerField(_("wording"), editable=False)
    texts = models.JSONField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    made_at = models.DateTimeField(_("first used at"), default=timezone.now, editable=False)

    objects = ProgramPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("wording of agreements")
        verbose_name_plural = _("wordings of agreements")
        ordering = ["program", "number"]
        constraints = [
            models.UniqueConstraint(fields=["program", "number"], name="one_wording_per_number"),
            models.UniqueConstraint(fields=["program", "sha256"], name="each_wording_once"),
        ]

    def __str__(self) -> str:
        return str(_("Wording %(number)s") % {"number": self.number})

    def text(self, name: str, language: str) -> TranslatedText:
        """Return a text for readers of a language, "" if this wording does not have it."""
        every: Stored = self.texts
        found = every.get(language) or next(iter(every.values()), {})
        lang, words = found.get(name, [language, ""])
        return TranslatedText.of(words, lang)


def hash_of(texts: Stored) -> str:
    """Return the SHA-256 of a wording, the same on every machine."""
    plain = json.dumps(texts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()
