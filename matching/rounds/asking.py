"""Asking about a pair: whom, until when, and who is asked next.

An open offer holds a place of the mentor and the mentee. The next best mentor breaks no rule of the
round and has a free place; what others are asked stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from applications.models import Application
from matches.match_creation import NewPair, capacity_of, open_match_counts
from matches.models import Match
from matches.why_you_two import shareable
from notifications.delivery_rules import SATURDAY
from notifications.outbox import enqueue
from programs.models import Policy

from ..explanations.explanations import explain
from ..models import Offer, PairRequest, Round
from ..models.pair_requests import PairRequestQuerySet
from ..storage.solver_state import Decisions, SolverState
from .barred_pairs import barred_pairs

KIND = "offer"
ANSWER_DAYS = 5


def is_asking(round_: Round) -> bool:
    """Whether the round's program asks people before a pair is made."""
    return round_.program.policy.asked_before != Policy.Asked.NOBODY


def open_offers(round_: Round, pairs: Iterable[NewPair], *, at: datetime) -> list[Offer]:
    """Ask about each pair of a round that is being published."""
    return [_ask(round_, *pair, number=1, at=at) for pair in pairs]


def new_offer(
    round_: Round, mentee: int, mentor: int, why: dict[str, object], *, number: int, at: datetime
) -> Offer:
    """Return the request about a pair, not saved; asked at `at`, also for samples."""
    return Offer(
        round=round_,
        mentee_id=mentee,
        mentor_id=mentor,
        why=why,
        number=number,
        asks_mentee=round_.program.policy.asked_before == Policy.Asked.BOTH,
        opened_at=at,
        closes_at=answer_until(round_, at),
    )


def _ask(
    round_: Round, mentee: int, mentor: int, why: dict[str, object], *, number: int, at: datetime
) -> Offer:
    offer = new_offer(round_, mentee, mentor, why, number=number, at=at)
    offer.save(force_insert=True)
    for person in offer.people:
        enqueue(KIND, to=person, about=offer, at=at)
    return offer


def answer_until(round_: Round, at: datetime) -> datetime:
    """Return the last minute of the day by which someone who is asked at `at` should answer.

    It is a day of the program's calendar, and no day on which no reminder is sent.
    """
    zone = ZoneInfo(round_.program.time_zone)
    day = timezone.localdate(at, zone) + timedelta(days=ANSWER_DAYS)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, time(23, 59), zone).astimezone(UTC)


def refuse_if_held(pairs: Collection[NewPair], *, besides: PairRequest | None = None) -> None:
    """Refuse pairs whose mentee is asked about, or whose mentor's places are held for others.

    A request for a pair without a round holds a place too, except `besides`, which is decided now.
    Locks the applications until the end of the transaction.
    """
    mentors = _locked({mentor for _mentee, mentor, _why in pairs})
    mentees = _locked({mentee for mentee, _mentor, _why in pairs})
    for mentee in Offer.system.open().filter(mentee__in=mentees).values_list("mentee", flat=True):
        text = _("%(name)s is being asked about another match.")
        raise ActionNotAllowed(text % {"name": mentees[mentee].person})
    requests = PairRequest.system.holding()
    if besides is not None:
        requests = requests.exclude(pk=besides.pk)
    for mentee in requests.filter(mentee__in=mentees).values_list("mentee", flat=True):
        text = _("%(name)s is in a request for a pair that waits for its end.")
        raise ActionNotAllowed(text % {"name": mentees[mentee].person})
    wanted = _taken_places(mentors, requests) + Counter(mentor for _mentee, mentor, _why in pairs)
    for pk, application in mentors.items():
        if wanted[pk] > capacity_of(application):
            text = _("%(name)s has no free place any more. Please check the round again.")
            raise ActionNotAllowed(text % {"name": application.person})


def _taken_places(mentors: Collection[int], requests: PairRequestQuerySet) -> Counter[int]:
    """Return {mentor: number of open matches and of places that offers and `requests` hold}."""
    held = Offer.system.open().filter(mentor__in=mentors).values_list("mentor", flat=True)
    requested = requests.filter(mentor__in=mentors).values_list("mentor", flat=True)
    return open_match_counts(mentors) + Counter(held) + Counter(requested)


def _locked(ids: set[int]) -> dict[int, Application]:
    rows = (
        Application.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=ids)
        .order_by("pk")
    )
    return {row.pk: row for row in rows.select_related("person", "cohort__program__policy")}


def ask_next(offer: Offer, *, at: datetime) -> Offer | None:
    """Ask about the next best mentor for the mentee; write to the mentee if no one is left."""
    ready = Application.objects.ready(at.date()).filter(pk=offer.mentee_id)
    if not ready.exists() or Match.objects.open().filter(mentee=offer.mentee_id).exists():
        return None
    if found := _next_mentor(offer):
        return _ask(offer.round, offer.mentee_id, *found, number=offer.number + 1, at=at)
    mentee, round_ = offer.mentee, offer.round
    enqueue("round-unmatched", to=mentee.person, about=mentee, ordinal=round_.number, at=at)
    waiting = Application.objects.filter(pk=mentee.pk, waiting_since=None)
    waiting.update(waiting_since=timezone.localdate(at))
    return None


def _next_mentor(offer: Offer) -> tuple[int, dict[str, object]] | None:
    """Return the best mentor who may be asked next, and what both may read; None if none is left.

    Locks the mentors in question until the end of the transaction.
    """
    solver, decisions = SolverState.load(offer.round), Decisions.of(offer.round)
    i = solver.row.get(offer.mentee_id)
    if i is None:
        return None
    scores = solver.working(decisions).S[i]
    barred = set(Offer.system.filter(mentee=offer.mentee_id).values_list("mentor", flat=True))
    barred |= {mentor for mentee, mentor in decisions.forbids if mentee == offer.mentee_id}
    least = max(offer.round.min_score or 0, 0)
    possible = {
        pk: j for j, pk in enumerate(solver.mentors) if scores[j] >= least and pk not in barred
    }
    ready = _locked(
        set(Application.objects.ready().filter(pk__in=possible).values_list("pk", flat=True))
    )
    apart = barred_pairs([(offer.round_id, offer.mentee_id, pk) for pk in ready])
    taken = _taken_places(ready, PairRequest.system.holding())
    free = [
        pk
        for pk, row in ready.items()
        if taken[pk] < capacity_of(row) and (offer.round_id, offer.mentee_id, pk) not in apart
    ]
    if not free:
        return None
    best = min(free, key=lambda pk: (-int(scores[possible[pk]]), possible[pk]))
    (found,) = explain(solver, [(i, possible[best])])
    return best, shareable(found.why, offer.mentee, ready[best])
