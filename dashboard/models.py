"""A proxy without a table: a match as the committee follows its health."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from matches.models import Match


class Pair(Match):
    """Match with its health, for the committee's list; a proxy without a table."""

    class Meta:
        proxy = True
        verbose_name = _("pair and its health")
        verbose_name_plural = _("pairs and their health")
