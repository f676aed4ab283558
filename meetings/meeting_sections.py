"""The sections of the page of a pair about its next meeting and what it shares. Three queries."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from matches.models import Match
from matches.pair_sections import PairSection, SectionLine
from matches.signals import pair_sections_asked

from .models import ContactRequest, Meeting, SharedItem
from .presenters import show_time

State = Meeting.State
SHOWN_ITEMS = 2


@receiver(pair_sections_asked)
def sections(
    sender: type[Match], match: Match, person: User, at: datetime, **kwargs: object
) -> list[PairSection]:
    """Return the next meeting, and what the two share once their agreement is signed."""
    shared = _shared(match, person)
    is_early = match.state == Match.State.INTRODUCED and not shared.lines
    return [_next_meeting(match, person, at), *([] if is_early else [shared])]


def _url(name: str, public_id: str) -> str:
    return reverse(f"meetings:{name}", args=[public_id])


def _next_meeting(match: Match, person: User, at: datetime) -> PairSection:
    states = [State.PROPOSED, State.SET, State.LAPSED]
    meetings = list(Meeting.objects.of(person).filter(match=match, state__in=states))
    to_record = [row for row in meetings if row.is_to_record(at)]
    ahead = sorted((row for row in meetings if row.is_ahead(at)), key=lambda row: row.starts_at)
    lines = [_line(row, person, match) for row in ahead[:1]]
    lines += [
        SectionLine(
            show_time(row.starts_at, person), _url("meeting-log", row.public_id), _("Did you meet?")
        )
        for row in to_record[:1]
    ]
    new = (_("Suggest times"), _url("meeting-create", match.public_id))
    is_asked = not ahead and not match.is_paused(at)
    return PairSection(
        name="meeting",
        place=1,
        title=_("Next meeting"),
        lines=tuple(lines),
        empty=_("No date ahead."),
        links=(
            *([new] if is_asked else []),
            (_("Our meetings"), _url("meeting-list", match.public_id)),
        ),
    )


def _line(meeting: Meeting, person: User, match: Match) -> SectionLine:
    when = show_time(meeting.starts_at, person, match.partner_of(person))
    if meeting.awaiting_id == person.pk:
        return SectionLine(when, _url("meeting-reply", meeting.public_id), _("Please answer"))
    if meeting.has_open_proposal:
        return SectionLine(when, _url("meeting-list", match.public_id), _("not answered yet"))
    return SectionLine(when, _url("meeting-prepare", meeting.public_id), _("Before we meet"))


def _shared(match: Match, person: User) -> PairSection:
    items = SharedItem.objects.visible_to(person).filter(match=match)[:SHOWN_ITEMS]
    page = _url("shared-list", match.public_id)
    requests = ContactRequest.objects.visible_to(person).filter(match=match).open()
    lines = [
        SectionLine(
            row.wished,
            _url("contact-request-answer", row.public_id) if row.asker_id != person.pk else page,
            _("Would like to meet") if row.asker_id != person.pk else _("you asked for a contact"),
        )
        for row in requests[:1]
    ]
    lines += [SectionLine(item.title, item.url or page) for item in items]
    return PairSection(
        name="shared",
        place=4,
        title=pgettext("links and contacts", "What you share"),
        lines=tuple(lines),
        empty=_("Share the first article or name."),
        links=((_("Links and contacts"), page),),
    )
