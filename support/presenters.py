"""What the person who asked reads of an answer, as far as it is still true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from events.models import Event
from learning.models import LibraryItem
from programs.models import Program

from .models import SupportAnswer, SupportContact, SupportRequest


@dataclass(frozen=True)
class ShownAnswer:
    """An answer: an event that is ahead, an item that is in use, a contact who still agrees.

    `contact` is name and addresses in one line; `gone` whether something was offered that is not
    there any more.
    """

    at: datetime
    text: str
    event: Event | None
    item: LibraryItem | None
    contact: str
    gone: bool

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.event or self.item or self.contact)


@dataclass(frozen=True)
class Card:
    """One request with its answers, the newest answer first."""

    request: SupportRequest
    answers: list[ShownAnswer]


def shown_answer(answer: SupportAnswer, *, at: datetime) -> ShownAnswer:
    return _shown(answer, _contacts([answer]), at)


def _shown(answer: SupportAnswer, contacts: dict[int, str], at: datetime) -> ShownAnswer:
    event = answer.event if answer.event and answer.event.is_ahead(at) else None
    item = answer.item if answer.item and not answer.item.is_retired else None
    contact = contacts.get(answer.contact_id or 0, "")
    offered = (answer.event_id, answer.item_id, answer.contact_id)
    left = (event, item, contact)
    gone = any(was and not now for was, now in zip(offered, left, strict=True))
    return ShownAnswer(answer.answered_at, answer.text, event, item, contact, gone)


def _contacts(answers: list[SupportAnswer]) -> dict[int, str]:
    """Return the lines of the contacts who still agree, by their id, in few queries."""
    wanted = {one.contact_id for one in answers if one.contact_id is not None}
    if not wanted:
        return {}
    programs = Program.objects.filter(pk__in={one.request.program_id for one in answers})
    found = {}
    for program in programs:
        rows = SupportContact.objects.available(program).filter(pk__in=wanted)
        for row in rows.select_related("person__profile"):
            found[row.pk] = ", ".join([str(row.person), *row.ways])
    return found


def cards_of(requests: list[SupportRequest], answers: list[SupportAnswer], at: datetime) -> list:
    """Return a card for each request; `answers` are those of all of them."""
    contacts = _contacts(answers)
    by_request: dict[int, list[ShownAnswer]] = {}
    for answer in sorted(answers, key=lambda one: one.answered_at, reverse=True):
        shown = _shown(answer, contacts, at)
        by_request.setdefault(answer.request_id, []).append(shown)
    return [Card(request, by_request.get(request.pk, [])) for request in requests]
