"""What all versions of a text that a committee writes have: a number, words, and who saved them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedWords(models.Model):
    """Words as they were saved once; they are never changed. The product's own have no author."""

    number = models.PositiveSmallIntegerField(_("version"), default=1)
    titles = models.JSONField(_("title by language"), default=dict)
    texts = models.JSONField(_("text by language"), default=dict)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("written by"),
    )
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        abstract = True
        ordering = ["-number"]
