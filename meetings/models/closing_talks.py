"""Which meeting is the closing talk of a pair: at most one, for the term that runs now."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from access.scoping import ScopedQuerySet
from accounts.models import User
from matches.models import Match

from .meetings import Meeting


class ClosingTalkQuerySet(ScopedQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Whoever may see the meeting."""
        return self.filter(meeting__in=Meeting.objects.visible_to(user))

    def of_this_term(self) -> Self:
        """Talks that were chosen for the term as it was agreed last, not for an earlier one."""
        now, then = F("match__term_agreed_on"), Q(term_agreed_on=None)
        return self.filter(Q(term_agreed_on=now) | then & Q(match__term_agreed_on=None))

    def booked(self) -> Self:
        """Talks whose meeting is confirmed or was held."""
        booked = [Meeting.State.SET, Meeting.State.HELD]
        return self.of_this_term().filter(meeting__state__in=booked)


class ClosingTalk(models.Model):
    """The two have said that this meeting is their closing talk.

    `term_agreed_on` is that of the match when they said so: a longer term needs a talk of its own.
    """

    match = models.OneToOneField(Match, models.CASCADE, related_name="+", verbose_name=_("pair"))
    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="+", verbose_name=_("meeting")
    )
    term_agreed_on = models.DateField(null=True, editable=False)

    objects = ClosingTalkQuerySet.as_manager()

    class Meta:
        verbose_name = _("closing talk")
        verbose_name_plural = _("closing talks")

    def __str__(self) -> str:
        return str(_("closing talk of %(match)s") % {"match": self.match})
