"""Pausing a pair until a day: the one way in for its pages, the admin, signed links and the clock.

1. Either of the two may pause at once, without a reason; so may the carer, the carer's deputy and
   the chair, for one of the two who told them. A pause is longest as the program's settings say.
2. While a pair is paused its time stands still (`pair_clock`): no reminder is sent, no check-in
   opens, nothing counts as silence, and the term ends later by as many days. Its state stays.
   Signing, ending, meeting and asking for help go on working.
3. If both ask, the pause lasts until the later day, and each can take back only their own request.
   Of two people who pause at the same moment the second one joins the pause of the first.
4. The partner reads until when, and a line if the person leaves one. Why is read by the carer and
   the chair.
5. Days are those of the program's calendar. On the first day after it both are told, once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.outbox import cancel_about, enqueue, note_known
from notifications.reasons import reason

from .ending_texts import TERM_CHANGED
from .endings import ENDED_ALREADY, locked_row, may_be_handled_by
from .models import Match, Pause, PauseNote, PauseRequest
from .pair_clock import days_rested, rested_since
from .pause_days import Wish, back_at_of, check_day, longer_day, together
from .signals import pause_changed
from .terms import ENDS_SOON, IS_OVER, today_of

PAUSED, ENDS, OVER = "match-paused", "match-pause-ends", "match-pause-over"
NOT_PAUSED = gettext_lazy("This pair is not paused.")
PAIR_PAUSED = reason("pair-paused", gettext_lazy("the pair is paused"))


def may_pause(match: Match, user: User) -> bool:
    """Whether `user` is one of the two, the carer, the deputy or a chair of an open pair."""
    is_theirs = user in match.people or may_be_handled_by(match, user)
    return match.state != Match.State.CLOSED and is_theirs


def may_come_back(pause: Pause, user: User) -> bool:
    """Whether `user` asked for the pause, or looks after the pair."""
    requests = PauseRequest.objects.visible_to(user).filter(pause=pause)
    is_asking = requests.filter(person=user, last_day__gte=pause.last_day).exists()
    return is_asking or (user not in pause.match.people and may_be_handled_by(pause.match, user))


@transaction.atomic
def pause(
    match: Match,
    wish: Wish,
    *,
    by: User,
    person: User | None = None,
    cancels_meetings: bool = False,
    at: datetime | None = None,
) -> Pause:
    """Pause a pair from today until `wish.last_day`, or change what the person asked for before.

    `person`: whom of the two a committee member enters it for; for one of the two it is `by`.
    `cancels_meetings`: for one of the two, cancel the meetings that are ahead within the pause.
    Return the pause; the same wish again changes nothing. Raises ActionNotAllowed for anyone else,
    after the end of the pair or of its term, and for a day that is over or too late.
    """
    at = at or timezone.now()
    locked = locked_row(match)
    person = by if by in locked.people else person
    person = _checked(locked, wish, by=by, person=person, at=at)
    _note_return(locked, at)
    found = _wished(locked, wish, by=by, person=person, at=at)
    cancels = cancels_meetings and by == person
    pause_changed.send(Match, match=locked, pause=found, by=by, cancels_meetings=cancels, at=at)
    _copy(locked, match)
    return found


def _wished(match: Match, wish: Wish, *, by: User, person: User, at: datetime) -> Pause:
    """Store the wish of `person`, and return the pause that follows from it; `match` is locked."""
    found = Pause.objects.open().filter(match=match).first()
    last_day = together(found, wish.last_day, person) if found else wish.last_day
    back_on = last_day + timedelta(days=1)
    back_at = back_at_of(match, last_day)
    is_changed = found is None or found.back_on != back_on
    if found is None:
        found = Pause.objects.create(
            match=match,
            starts_on=today_of(match, at),
            started_at=at,
            back_on=back_on,
            back_at=back_at,
            started_by=by,
        )
    elif is_changed:
        found.back_on, found.back_at = back_on, back_at
        found.changes, found.changed_at, found.changed_by = found.changes + 1, at, by
        found.save()
    found.match = match
    _keep_wish(found, wish, person=person, leaves_note=by == person, at=at)
    if is_changed:
        _keep(match, at)
        _tell(PAUSED, found, by=by, at=at)
    return found


@transaction.atomic
def make_longer(found: Pause, *, by: User, changes: int, at: datetime | None = None) -> Pause:
    """Make a pause of `by` some days longer, at most as long as it can be; return it.

    `changes` is how often it had been changed when this was offered. Raises as `pause`, and when
    the last day was changed since.
    """
    at = at or timezone.now()
    locked = locked_row(found.match)
    now = Pause.objects.get(pk=found.pk)
    if not now.is_on(at):
        raise ActionNotAllowed(NOT_PAUSED)
    if now.changes != changes:
        text = _("The pause has been changed since. It now lasts until %(day)s.")
        raise ActionNotAllowed(text % {"day": format_date(now.last_day)})
    asked = PauseRequest.objects.visible_to(by).filter(pause=now, person=by).first()
    if asked is None:
        raise ActionNotAllowed(_("Only who asked for the pause can make it longer here."))
    note = PauseNote.objects.visible_to(by).filter(pause=now, author=by).first()
    last_day = longer_day(locked, now, at)
    if last_day <= now.last_day:
        raise ActionNotAllowed(_("This pause is as long as it can be. Talk to your committee."))
    wish = Wish(last_day, asked.reason, asked.text, note.text if note else "")
    _checked(locked, wish, by=by, person=by, at=at)
    longer = _wished(locked, wish, by=by, person=by, at=at)
    pause_changed.send(Match, match=locked, pause=longer, by=by, cancels_meetings=False, at=at)
    return longer


@transaction.atomic
def come_back(match: Match, *, by: User, at: datetime | None = None) -> Pause:
    """End the pause today for who asked for it; return it.

    If the partner asked too, it goes on until their day. A committee member ends it for both.
    Raises ActionNotAllowed for the partner alone, for anyone else, and when there is no pause.
    """
    at = at or timezone.now()
    locked = locked_row(match)
    is_one_of_pair = by in locked.people
    if not is_one_of_pair and not may_be_handled_by(locked, by):
        raise ActionNotAllowed(_only_committee())
    found = Pause.objects.open().filter(match=locked, back_at__gt=at).first()
    if found is None:
        raise ActionNotAllowed(NOT_PAUSED)
    found.match = locked
    today = today_of(locked, at)
    requests = PauseRequest.system.filter(pause=found, last_day__gte=today)
    mine = requests.filter(person=by)
    if is_one_of_pair and not mine.exists():
        raise ActionNotAllowed(
            _("Only the person who asked for the pause, the carer or a chair can end it early.")
        )
    (mine if is_one_of_pair else requests).update(last_day=today - timedelta(days=1))
    still = PauseRequest.system.filter(pause=found, last_day__gte=today).first()
    if still is None:
        _end(found, by=by, at=at)
    elif still.last_day != found.last_day:
        found.back_on = still.last_day + timedelta(days=1)
        found.back_at = back_at_of(locked, still.last_day)
        found.changes, found.changed_at, found.changed_by = found.changes + 1, at, by
        found.save()
        _keep(locked, at)
        _tell(PAUSED, found, by=by, at=at)
        pause_changed.send(Match, match=locked, pause=found, by=by, cancels_meetings=False, at=at)
    _copy(locked, match)
    return found


def end_with_match(match: Match, *, at: datetime) -> None:
    """End the pause of a pair that has ended, without an e-mail: call it within the ending."""
    for found in Pause.objects.open().filter(match=match):
        found.match = match
        over_at = max(at, found.started_at)  # who ends may have begun before who paused
        if over_at < found.back_at:
            found.back_on, found.back_at = today_of(match, over_at), over_at
        found.ended_at = over_at
        found.save()
        cancel_about(found, why=PAIR_PAUSED, at=at)
    _keep(match, at)


@transaction.atomic
def note_return(match: Match, at: datetime) -> None:
    """Note that the last day of a pause is over, and welcome both back; once."""
    _note_return(locked_row(match), at)


def _note_return(match: Match, at: datetime) -> None:
    for found in Pause.objects.open().filter(match=match, back_at__lte=at):
        found.ended_at, found.match = at, match
        found.save()
        _keep(match, at)
        for person in match.people:
            enqueue(OVER, to=person, about=found, at=at)


def refusal_of(match: Match, *, by: User, at: datetime) -> str:
    """Return why `by` cannot pause a pair at all now, empty if they can."""
    if by not in match.people and not may_be_handled_by(match, by):
        return _only_committee()
    return refusal_for_anyone(match, at)


def refusal_for_anyone(match: Match, at: datetime) -> str:
    """Return why no one can pause a pair now, empty if those who look after it can."""
    if match.state == Match.State.CLOSED:
        return str(ENDED_ALREADY)
    if match.ends_on is not None and match.ends_on < today_of(match, at):
        text = _("Your time together ended on %(day)s. Close your pair, or go on for longer first.")
        return text % {"day": format_date(match.ends_on)}
    return ""


def _checked(match: Match, wish: Wish, *, by: User, person: User | None, at: datetime) -> User:
    """Return whose pause it is, after all checks of `pause`."""
    if refusal := refusal_of(match, by=by, at=at):
        raise ActionNotAllowed(refusal)
    if person is None or person not in match.people:
        raise ActionNotAllowed(_("Choose which of the two asked for the pause."))
    check_day(match, wish.last_day, at)
    return person


def _only_committee() -> str:
    return _("Only the two people of a pair, the carer, the deputy or a chair can pause it.")


def _keep_wish(found: Pause, wish: Wish, *, person: User, leaves_note: bool, at: datetime) -> None:
    values = {"last_day": wish.last_day, "reason": wish.reason, "text": wish.text.strip()}
    PauseRequest.system.update_or_create(
        pause=found, person=person, defaults=values, create_defaults={**values, "asked_at": at}
    )
    if not leaves_note:
        return
    if wish.note.strip():
        PauseNote.system.update_or_create(
            pause=found, author=person, defaults={"text": wish.note.strip(), "written_at": at}
        )
    else:
        PauseNote.system.filter(pause=found, author=person).delete()


def _end(found: Pause, *, by: User, at: datetime) -> None:
    """End a pause before its last day is over."""
    match = found.match
    found.back_on, found.back_at = today_of(match, at), at
    found.ended_at, found.ended_by = at, by
    found.save()
    _keep(match, at)
    _tell(OVER, found, by=by, at=at)
    pause_changed.send(Match, match=match, pause=found, by=by, cancels_meetings=False, at=at)


def _keep(match: Match, at: datetime) -> None:
    """Keep with the match what follows from its pauses; see the columns of `Match`."""
    rests = list(Pause.objects.filter(match=match))
    open_ = next((rest for rest in rests if rest.ended_at is None), None)
    rested = rested_since(match.introduced_at, rests)
    values: dict[str, object] = {
        "paused_until": open_.back_at if open_ else None,
        "first_days_from": match.introduced_at + rested if rested else None,
    }
    if match.ends_on is not None and match.active_at is not None:
        days = days_rested(today_of(match, match.active_at), rests)
        if days != match.paused_days:
            values["ends_on"] = match.ends_on + timedelta(days=days - match.paused_days)
            values["paused_days"] = days
            # A notice that has not left yet is enqueued again when its day comes.
            if cancel_about(match, why=TERM_CHANGED, at=at, kinds=(ENDS_SOON, IS_OVER)):
                values["end_notices"] = max(match.end_notices - 1, 0)
    Match.objects.filter(pk=match.pk).update(**values)
    for name, value in values.items():
        setattr(match, name, value)


def _tell(kind: str, found: Pause, *, by: User, at: datetime) -> None:
    """Enqueue news of a pause to who did not act; the other knows it."""
    for person in found.match.people:
        if person == by:
            note_known(kind, person=person, about=found, at=at)
        else:
            enqueue(kind, to=person, about=found, ordinal=found.changes + 1, at=at)


def _copy(source: Match, target: Match) -> None:
    for name in ("state", "ends_on", "paused_until", "paused_days", "first_days_from"):
        setattr(target, name, getattr(source, name))
