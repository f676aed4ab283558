"""Receivers of signals from the apps below: who leaves, who changes facts about themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.dispatch import receiver
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.fact_changes import facts_changing
from accounts.models import User
from applications.models import Application
from applications.signals import application_withdrawn
from matches.models import Match
from matches.pair_sections import PairSection, SectionLine
from matches.signals import committee_sections_asked, match_ended

from . import running_pairs
from .criteria import rule_text
from .models import BrokenRule
from .rounds import pair_offers, pair_requests


@receiver(application_withdrawn)
def end_offers_of_application(
    sender: type[Application], application: Application, at: datetime, **kwargs: object
) -> None:
    """Take back the application's open offers; the next mentor is asked where the mentor left."""
    pair_offers.end_because_left(application, at=at)


@receiver(application_withdrawn)
def end_pair_requests_of_application(
    sender: type[Application], application: Application, at: datetime, **kwargs: object
) -> None:
    """Take back the open requests for a pair without a round."""
    pair_requests.end_of_application(application, at=at)


@receiver(facts_changing)
def watch_pairs(
    sender: type[User], person: User, at: datetime, **kwargs: object
) -> Callable[[], None] | None:
    """Look whether pairs of the person break a rule once facts about them have changed."""
    return running_pairs.watch(person, at=at)


@receiver(match_ended)
def end_broken_rules(sender: type[Match], match: Match, at: datetime, **kwargs: object) -> None:
    running_pairs.end_with_match(match, at=at)


@receiver(committee_sections_asked)
def show_broken_rules(
    sender: type[Match], match: Match, user: User, at: datetime, **kwargs: object
) -> list[PairSection]:
    """Show those who care for a pair which rules it no longer meets, and since when."""
    rows = BrokenRule.objects.visible_to(user).lasting().filter(match=match)
    lines = tuple(
        SectionLine(
            _("%(name)s changed something: %(rule)s")
            % {"name": row.person, "rule": rule_text(row.code)},
            note=_("since %(day)s") % {"day": format_date(timezone.localdate(row.since))},
            tone="amber",
        )
        for row in rows.select_related("person").order_by("since", "pk")
    )
    title = _("Rules that this pair no longer meets")
    return [PairSection("broken-rules", 0, title, lines)] if lines else []
