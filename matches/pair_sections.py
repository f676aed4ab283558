"""What the page of a running pair shows of meetings, goals, the agreement and shared items.

The apps above add a section each by the signal `pair_sections_asked`. A section has a few lines and
says what is due; a section without anything to show in this moment is left out by its app.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from accounts.models import User

from .models import Match
from .signals import committee_overview_asked, committee_sections_asked, pair_sections_asked


@dataclass(frozen=True)
class SectionLine:
    """One line of a section: `chip` is a word of state, `note` what is due or how far it is."""

    text: str
    url: str = ""
    note: str = ""
    chip: str = ""
    tone: str = "info"


@dataclass(frozen=True)
class PairSection:
    """A part of the page. `empty` is said without lines; `links` are (label, address)."""

    name: str  # the id of its heading
    place: int
    title: str
    lines: tuple[SectionLine, ...] = ()
    empty: str = ""
    links: tuple[tuple[str, str], ...] = ()


def committee_overview(
    match: Match, user: User, at: datetime, *, in_care: bool, page: int
) -> object:
    """Return what the member `user` may see of a pair, for the template of its page."""
    answers = committee_overview_asked.send(
        Match, match=match, user=user, in_care=in_care, page=page, at=at
    )
    return next((found for _receiver, found in answers), None)


def committee_sections(
    match: Match, user: User, at: datetime, *, in_care: bool
) -> list[PairSection]:
    """Return the sections on the committee's page of a pair, for the member `user`.

    `in_care`: they look after it, see `endings.may_be_handled_by`.
    """
    answers = committee_sections_asked.send(Match, match=match, user=user, in_care=in_care, at=at)
    found = [one for _receiver, rows in answers for one in cast(list[PairSection], rows)]
    return sorted(found, key=lambda section: section.place)


def pair_sections(match: Match, person: User, at: datetime) -> list[PairSection]:
    """Return the sections for `person`, one of the pair, in their order; none after the end."""
    if match.state == Match.State.CLOSED:
        return []
    answers = pair_sections_asked.send(Match, match=match, person=person, at=at)
    found = [one for _receiver, rows in answers for one in cast(list[PairSection], rows)]
    return sorted(found, key=lambda section: section.place)
