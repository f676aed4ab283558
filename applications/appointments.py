"""A member and an applicant arrange when they talk: one suggests times, the other chooses one.

1. Where the program interviews mentors, whoever decides may suggest one to three times, a place or
   a link, and a length: in place of what was suggested before, by whomever, also of a date.
2. The applicant chooses one of them or asks for another time, once for each suggestion. A time at
   which the member is taken by then can't be chosen.
3. A member who decides may cancel what is open. A decision that is released and a withdrawal cancel
   it too.
4. A form names the `expected` sequence that the person saw; what was changed since is refused. The
   same form sent twice changes nothing.
5. Place and wish are read by the applicant and by those who read applications in full only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.outbox import enqueue
from workflow.states import move

from .interviews import HELD_IN, is_held
from .models import Application, InterviewAppointment
from .models.appointments import MAX_MINUTES, MIN_MINUTES, MOST_TIMES
from .reviewing import require_decider

State = InterviewAppointment.State
TIMES, DATE, OTHER = "interview-times", "interview-date", "interview-other-time"  # kinds of e-mail
NO_TIMES: dict[str, object] = {"times": [], "lapses_at": None}
MOST_DAYS = 90  # from now, until a time that is suggested


def may_arrange(application: Application) -> bool:
    """Return whether times can be suggested for this applicant; asks no database."""
    is_open = application.state in HELD_IN
    return is_held(application) and is_open and application.person.has_address


def minutes_message() -> str:
    """Return the sentence that names the shortest and the longest interview."""
    limits = {"low": MIN_MINUTES, "high": MAX_MINUTES}
    return _("Enter a length from %(low)s to %(high)s minutes.") % limits


def problem_of(times: Sequence[datetime], *, minutes: int, at: datetime) -> str:
    """Return what is wrong with the times that a member suggests at `at`; "" if nothing is."""
    if not times:
        return _("Enter at least one date and time.")
    if len(times) > MOST_TIMES:
        return _("Suggest at most %(count)s times.") % {"count": MOST_TIMES}
    if len(set(times)) < len(times):
        return _("Enter each time once.")
    if min(times) <= at or max(times) > at + timedelta(days=MOST_DAYS):
        text = _("Choose times that are to come, at most %(days)s days from now.")
        return text % {"days": MOST_DAYS}
    return "" if MIN_MINUTES <= minutes <= MAX_MINUTES else minutes_message()


@transaction.atomic
def suggest(
    application: Application,
    *,
    by: User,
    times: Sequence[datetime],
    minutes: int,
    place: str = "",
    expected: int | None = None,
    at: datetime | None = None,
) -> InterviewAppointment:
    """Suggest times to the applicant, and e-mail them; what was open before does not hold any more.

    `times` are aware. `expected` is the sequence of what was open when the member looked, None if
    nothing was. Raises ActionNotAllowed unless `by` may decide about the application, where no one
    is interviewed (any more), for an applicant without an address, for times that can't be (see
    `problem_of`), and when someone else was faster.
    """
    require_decider(application, by)
    now = at or timezone.now()
    locked = _lock(application)
    if not may_arrange(locked):
        raise ActionNotAllowed(_("No interview can be arranged for this application any more."))
    known = open_of(locked, now)
    stored = [one.astimezone(UTC).isoformat() for one in sorted(times)]
    if known and _is_same(known, by, stored, minutes, place):
        return known
    if message := problem_of(times, minutes=minutes, at=now):
        raise ActionNotAllowed(message)
    _check_expected(known, expected)
    changes: dict[str, object] = {
        "member": by, "minutes": minutes, "place": place, "times": stored, "zone": by.time_zone,
        "lapses_at": max(times), "proposed_at": now, "wish": "",
    }  # fmt: skip
    if known is None:
        row = InterviewAppointment.objects.create(application=locked, **changes)
        row.application = locked
    else:
        row = known
        told = [row.member] if row.state == State.SET else []
        changes |= {"starts_at": None, "was_at": row.in_calendars}
        _change(row, changes, to=State.PROPOSED, by=by, at=now)
        _tell(row, told, DATE, now)
    _tell(row, [locked.person], TIMES, now)
    return row


def _is_same(
    row: InterviewAppointment, by: User, times: list[str], minutes: int, place: str
) -> bool:
    """Whether the same form was sent a moment ago."""
    same = (row.times, row.minutes, row.place) == (times, minutes, place)
    return row.state == State.PROPOSED and row.member_id == by.pk and same


@transaction.atomic
def choose(
    appointment: InterviewAppointment,
    *,
    by: User,
    starts_at: datetime,
    expected: int,
    at: datetime | None = None,
) -> None:
    """Choose one of the suggested times: it is the date, and both get it for their calendars.

    The same time chosen again changes nothing. Raises ActionNotAllowed for anyone but the
    applicant, for a time that was not suggested, has passed or is taken, once it was cancelled or
    another time chosen or wanted, and for an outdated page.
    """
    now = at or timezone.now()
    row = _lock_as_applicant(appointment, by)
    if row.is_ahead(now) and row.starts_at == starts_at:
        return
    _check_answerable(row, expected, now)
    list(User.objects.select_for_update(no_key=True).filter(pk=row.member_id).values_list("pk"))
    if starts_at not in row.suggested:
        raise ActionNotAllowed(_("Choose one of the suggested times."))
    if starts_at not in free_times(row, now):
        raise ActionNotAllowed(
            _("This time is no longer free. Choose another one, or ask for one.")
        )
    changes = {"starts_at": starts_at, "was_at": None, "chosen_at": now, **NO_TIMES}
    _change(row, changes, to=State.SET, by=by, at=now)
    _tell(row, [by, row.member], DATE, now)


@transaction.atomic
def ask_for_other(
    appointment: InterviewAppointment,
    *,
    by: User,
    wish: str,
    expected: int,
    at: datetime | None = None,
) -> None:
    """Tell the member that none of the times suits, and when it would suit the applicant.

    The same words sent again change nothing. Raises ActionNotAllowed as `choose`, and without
    words.
    """
    now = at or timezone.now()
    row = _lock_as_applicant(appointment, by)
    if row.state == State.OTHER and row.wish == wish:
        return
    _check_answerable(row, expected, now)
    if not wish.strip():
        raise ActionNotAllowed(_("Say when it would suit you."))
    changes = {"wish": wish, **NO_TIMES}
    _change(row, changes, to=State.OTHER, by=by, at=now)
    _tell(row, [row.member], OTHER, now)


@transaction.atomic
def cancel(
    appointment: InterviewAppointment,
    *,
    by: User,
    expected: int,
    at: datetime | None = None,
) -> None:
    """Cancel what is open; a second click changes nothing. Whoever knew of it is told.

    Raises ActionNotAllowed unless `by` may decide about the application, once the interview has
    begun, and for an outdated page.
    """
    require_decider(appointment.application, by)
    now = at or timezone.now()
    row = _fresh(appointment, _lock(appointment.application))
    if row.state == State.CANCELLED:
        return
    _check_expected(row, expected)
    if not (row.is_open or row.is_ahead(now)):
        raise ActionNotAllowed(_("This interview has begun, so it can't be cancelled any more."))
    _end(row, by=by, at=now)


def end_of(application: Application, *, by: User | None, at: datetime) -> None:
    """Cancel what is open for an application that was decided or withdrawn, in its transaction."""
    if row := open_of(application, at):
        _end(row, by=by, at=at)


def _end(row: InterviewAppointment, *, by: User | None, at: datetime) -> None:
    changes = {"ended_at": at, "ended_by": by, **NO_TIMES}
    _change(row, changes, to=State.CANCELLED, by=by, at=at)
    _tell(row, [row.application.person, row.member], DATE, at)


def open_of(application: Application, at: datetime) -> InterviewAppointment | None:
    """Return what is open for an application that the caller may see: nothing passed."""
    rows = InterviewAppointment.system.all().open(at).filter(application=application)
    row = rows.select_related("member").last()
    if row is not None:
        row.application = application
    return row


def free_times(row: InterviewAppointment, at: datetime) -> list[datetime]:
    """Return the suggested times later than `at` at which the member has no other interview."""
    longest = timedelta(minutes=MAX_MINUTES)
    ahead = [one for one in row.suggested if one > at]
    if not ahead:
        return []
    near = InterviewAppointment.system.filter(
        member=row.member_id,
        state=State.SET,
        starts_at__range=(ahead[0] - longest, ahead[-1] + longest),
    ).exclude(pk=row.pk)
    taken = [(one.starts_at, one.minutes) for one in near if one.starts_at is not None]
    return [one for one in ahead if not any(_overlap(one, row.minutes, *it) for it in taken)]


def _overlap(first: datetime, minutes: int, second: datetime, others: int) -> bool:
    ends = first + timedelta(minutes=minutes), second + timedelta(minutes=others)
    return second < ends[0] and first < ends[1]


# --- what the verbs have in common


def _lock(application: Application) -> Application:
    """Return the application as it is now: suggestions, answers and decisions take turns."""
    rows = Application.objects.select_related("person", "cohort__program__policy")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=application.pk)


def _fresh(appointment: InterviewAppointment, application: Application) -> InterviewAppointment:
    rows = InterviewAppointment.system.filter(application=application).select_related("member")
    row = rows.get(pk=appointment.pk)
    row.application = application
    return row


def _lock_as_applicant(appointment: InterviewAppointment, by: User) -> InterviewAppointment:
    application = _lock(appointment.application)
    if application.person_id != by.pk:
        raise ActionNotAllowed(_("You can only answer for yourself."))
    return _fresh(appointment, application)


def _check_answerable(row: InterviewAppointment, expected: int, at: datetime) -> None:
    _check_expected(row, expected)
    if not row.may_be_answered(at) or row.application.state not in HELD_IN:
        raise ActionNotAllowed(_("These times don't wait for an answer any more."))


def _check_expected(row: InterviewAppointment | None, expected: int | None) -> None:
    if (row.sequence if row else None) != expected:
        raise ActionNotAllowed(
            _("The interview was changed in the meantime. Look at what holds now.")
        )


def _change(
    row: InterviewAppointment,
    changes: Mapping[str, object],
    *,
    to: str,
    by: User | None,
    at: datetime,
) -> None:
    """Change the row and raise its sequence; record a transition where the state changes."""
    changes = {**changes, "sequence": row.sequence + 1}
    if to != row.state:
        move(row, to, by=by, at=at, why="", **changes)
        return
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))


def _tell(row: InterviewAppointment, people: list[User], kind: str, at: datetime) -> None:
    for person in people:
        enqueue(kind, to=person, about=row, ordinal=row.sequence + 1, at=at)
