"""Proxies without tables: a match as the committee follows it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from matches.models import Match


class Pair(Match):
    """Match with its health, for the committee's list; a proxy without a table."""

    class Meta:
        proxy = True
        verbose_name = _("pair and its health")
        verbose_name_plural = _("pairs and their health")


class PairMeetings(Match):
    """Match with counts and dates of its meetings, which the whole committee may see."""

    class Meta:
        proxy = True
        verbose_name = _("meetings of a pair")
        verbose_name_plural = _("meetings of each pair")
