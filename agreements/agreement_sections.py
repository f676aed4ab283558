"""The sections of the page of a pair about goals, activities and the agreement. Four queries."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Exists
from django.dispatch import receiver
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from matches.models import Match
from matches.pair_sections import PairSection, SectionLine
from matches.signals import pair_sections_asked

from .activities import activities_of
from .goals.presenters import Card, goal_list, url_of
from .models import AgreementVersion, Goal, PartComment
from .presenters import url

State = AgreementVersion.State
SHOWN_GOALS, SHOWN_ACTIVITIES = 3, 2


@receiver(pair_sections_asked)
def sections(
    sender: type[Match], match: Match, person: User, at: datetime, **kwargs: object
) -> list[PairSection]:
    """Return what the pair has agreed, and from then on its goals and activities."""
    waiting = PartComment.objects.visible_to(person).of_match(match).open().exclude(author=person)
    rows = AgreementVersion.objects.of_match(match).annotate(has_comments=Exists(waiting))
    current = rows.exclude(state__in=[State.SUPERSEDED, State.DISCARDED]).order_by("number")
    found = [_agreement(match, list(current))]
    if match.state != Match.State.INTRODUCED:
        found.append(_goals(match, person))
    return found


def _goals(match: Match, person: User) -> PairSection:
    goals = goal_list(match, person)
    open_ones = [card for card in (*goals.pair, *goals.mentor) if card.goal.is_open]
    planned = [row for row in activities_of(match, person) if row.done_on is None]
    planned.sort(key=lambda row: (row.planned_on is None, row.planned_on))
    lines = [_goal_line(card) for card in open_ones[:SHOWN_GOALS]]
    lines += [
        SectionLine(
            row.name,
            url("activity-list", match),
            _by(row.planned_on) if row.planned_on else _("planned"),
        )
        for row in planned[:SHOWN_ACTIVITIES]
    ]
    return PairSection(
        name="goals",
        place=2,
        title=_("Goals and activities"),
        lines=tuple(lines),
        empty=goals.label if goals.counted else _("One clear goal is enough to begin."),
        links=(
            (_("Our goals"), url("goal-list", match)),
            (_("What we do together"), url("activity-list", match)),
        ),
    )


def _goal_line(card: Card) -> SectionLine:
    goal: Goal = card.goal
    due = _by(goal.target_on) if goal.target_on else ""
    return SectionLine(
        goal.text,
        url_of(goal),
        " · ".join(filter(None, (due, card.steps_label))),
        str(goal.get_state_display()),
        goal.state,
    )


def _by(day: date) -> str:
    return _("by %(day)s") % {"day": format_date(day, "DATE_FORMAT")}


def _agreement(match: Match, versions: list[AgreementVersion]) -> PairSection:
    newest = versions[-1] if versions else None
    in_force = next((row for row in versions if row.state == State.SIGNED), None)
    lines = []
    if in_force and in_force.signed_at:
        signed = timezone.localdate(in_force.signed_at)
        lines.append(
            SectionLine(_("In force since %(day)s") % {"day": format_date(signed, "DATE_FORMAT")})
        )
    if newest and newest.state in AgreementVersion.EDITABLE:
        words = {State.DRAFT: _("A draft is being written"), State.SHARED: _("Ready to sign")}
        name = "agreement-sign" if newest.state == State.SHARED else "agreement-detail"
        lines.append(SectionLine(words[State(newest.state)], url(name, match)))
    if newest and getattr(newest, "has_comments", False):  # annotated, unknown to types
        lines.append(SectionLine(_("Comments wait for you"), url("agreement-review", match)))
    return PairSection(
        name="agreement",
        place=3,
        title=_("Agreement"),
        lines=tuple(lines),
        empty=_("Not begun. Your first meeting is a good moment for it."),
        links=((_("Our agreement"), url("agreement-detail", match)),),
    )
