"""Tells the pages of an application about its pair: one that goes on, or one that ended."""

from __future__ import annotations

from django.db.models import Q
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Application
from applications.outlook import PairNews
from applications.signals import pair_news_asked

from .models import FollowUp, Match
from .vocabulary_text import join_words


@receiver(pair_news_asked)
def newest_pair(
    sender: type[Application], application: Application, **kwargs: object
) -> PairNews | None:
    """Return the news of the newest open pair, else of the newest that ended."""
    mine = Match.objects.filter(Q(mentee=application) | Q(mentor=application))
    real = mine.exclude(closed_kind=Match.Closed.IN_ERROR).with_people()
    match = real.open().first() or real.first()
    asking = FollowUp.objects.of(application.person).asking()
    if match is None or asking.filter(closure__match=match).exists():
        return None
    is_open = match.state != Match.State.CLOSED
    partners = [row.partner_of(application.person).name for row in real.open()] if is_open else []
    text = (
        _("In a pair with %(names)s.") % {"names": join_words(partners)}
        if is_open
        else _("You and %(name)s were a pair.")
        % {"name": match.partner_of(application.person).name}
    )
    return PairNews(
        text=text,
        url=reverse("matches:match-detail", args=[match.public_id]),
        action=_("Open our page") if is_open else _("Look back"),
        is_open=is_open,
    )
