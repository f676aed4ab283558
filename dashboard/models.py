"""Proxies without tables: a match as the committee follows it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from matches.models import Match


class Pair(Match):
    """Match with its health, for the committee's list; a proxy without a table."""

    class Meta:
        proxy = True
        verbose_name = _("open pair")
        verbose_name_plural = _("open pairs")


class PairMeetings(Match):
    """Match with counts and dates of its meetings, which the whole committee may see."""

    class Meta:
        proxy = True
        verbose_name = _("pair, by its meetings")
        verbose_name_plural = _("pairs, by their meetings")
