"""What the committee answers: an event, a library item, a contact or words, to one or to many.

1. Whoever may read a request may answer it, see `SupportRequest`.
2. What is offered must be for each of them: an event that they can sign up for, an item for their
   role, a contact who is not they or their partner.
3. Each gets an e-mail of their own. A request that someone else has answered meanwhile is left
   alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from events.audience import people_of
from events.models import Event
from learning.models import LibraryItem, SupportTopic
from notifications.outbox import enqueue
from workflow.states import move

from .models import SupportAnswer, SupportContact, SupportRequest

MOST_AT_ONCE = 200
ASK_AFTER = timedelta(days=14)
NOTHING = gettext_lazy("Choose an event, a library item or a contact, or write to them.")
NOT_ONE = gettext_lazy("Answer requests of one program at a time.")


@dataclass(frozen=True)
class Offer:
    """What the answer offers; at least one of these."""

    event: Event | None = None
    item: LibraryItem | None = None
    contact: SupportContact | None = None
    text: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.event or self.item or self.contact or self.text.strip())


@dataclass(frozen=True)
class Need:
    """How many wait for an answer about a topic, since when, and the id of one of them."""

    topic: SupportTopic
    count: int
    since: datetime
    first: int


def needs_by_topic(member: User) -> list[Need]:
    """Return the topics about which people in the member's care wait, the most asked first."""
    rows = SupportRequest.objects.for_committee(member).unanswered().order_by()
    counted = rows.values("topic").annotate(
        count=Count("pk"), since=Min("waiting_since"), first=Min("pk")
    )
    found = {row["topic"]: row for row in counted}
    topics = SupportTopic.objects.filter(pk__in=found).select_related("program")
    needs = [
        Need(one, *(found[one.pk][name] for name in ("count", "since", "first"))) for one in topics
    ]
    return sorted(needs, key=lambda need: (-need.count, need.since))


def coming_events(program_id: int, *, at: datetime) -> list[Event]:
    """Return the events of a program for which people can sign up."""
    rows = Event.objects.coming(at).filter(program=program_id).select_related("program")
    return [event for event in rows.order_by("starts_at") if event.is_open(at)]


def problems(
    requests: Sequence[SupportRequest], offer: Offer, *, at: datetime
) -> Iterator[tuple[str | None, str]]:
    """Yield what does not fit, each with the column that it is about."""
    if offer.is_empty:
        yield None, str(NOTHING)
    programs = {request.program_id for request in requests}
    if len(programs) > 1:
        yield None, str(NOT_ONE)
        return
    of_program = {"event": offer.event, "item": offer.item, "contact": offer.contact}
    for column, row in of_program.items():
        if row is not None and row.program_id not in programs:
            yield column, _("Choose one of this program.")
    if offer.event is not None:
        people = {request.person_id for request in requests}
        invited = set(people_of(offer.event).filter(pk__in=people).values_list("pk", flat=True))
        if not offer.event.is_open(at):
            yield "event", _("No one can sign up for this event any more.")
        elif left := [one for one in requests if one.person_id not in invited]:
            yield "event", _not_for(_("This event is not for %(names)s."), left)
    if offer.item is not None:
        left = [one for one in requests if offer.item.role not in ("", one.application.role)]
        if offer.item.is_retired:
            yield "item", _("This item was retired. Choose another one.")
        elif left:
            yield "item", _not_for(_("This item is not for %(names)s."), left)
    if offer.contact is not None:
        yield from _contact_problems(requests, offer.contact)


def _contact_problems(
    requests: Sequence[SupportRequest], contact: SupportContact
) -> Iterator[tuple[str, str]]:
    if not SupportContact.objects.available(contact.program).filter(pk=contact.pk).exists():
        yield "contact", _("This person is no longer a contact. Choose another one.")
    near = [one for one in requests if contact.person in _pair_of(one)]
    if near:
        text = _("This contact is %(names)s or their partner. Choose another one.")
        yield "contact", _not_for(text, near)


def _pair_of(request: SupportRequest) -> tuple[User, ...]:
    return tuple(request.match.people) if request.match else (request.person,)


def _not_for(text: str, requests: Sequence[SupportRequest]) -> str:
    return text % {"names": ", ".join(str(one.person) for one in requests)}


@transaction.atomic
def answer(
    requests: Sequence[SupportRequest], offer: Offer, *, by: User, at: datetime | None = None
) -> int:
    """Answer those of `requests` that still wait; return how many.

    Raises ActionNotAllowed for what `problems` finds, and if none of them waits for an answer that
    `by` may give.
    """
    now = at or timezone.now()
    rows = SupportRequest.objects.for_committee(by).unanswered()
    chosen = rows.filter(pk__in=[one.pk for one in requests]).order_by("pk")
    locked = chosen.select_for_update(no_key=True, of=("self",)).select_related(
        "person", "application", "program", "match__mentee__person", "match__mentor__person"
    )
    waiting = list(locked)
    if not waiting:
        raise ActionNotAllowed(_("None of them is waiting for an answer any more."))
    for _column, words in problems(waiting, offer, at=now):
        raise ActionNotAllowed(words)
    ask_at = max(now, offer.event.ends_at if offer.event else now) + ASK_AFTER
    for row in waiting:
        made = SupportAnswer.objects.create(
            request=row,
            by=by,
            answered_at=now,
            event=offer.event,
            item=offer.item,
            contact=offer.contact,
            text=offer.text.strip(),
        )
        move(row, SupportRequest.State.ANSWERED, by=by, at=now, answered_at=now, ask_at=ask_at)
        enqueue("support-answer", to=row.person, about=made, at=now)
    return len(waiting)
