"""Asks mentors whose pairs have ended to be mentors again when a new cohort takes applications.

1. Asked once, and once more after a week; by a mentor's newest pair of the program. Who still has a
   pair in it, has applied already, or said that they are done is not asked.
2. *Again* and *fewer* apply for the new cohort with what the mentor said the last time, so that
   the committee finds an application and no one fills in a form. *Pause* and *stop* are stored as
   what they want after the end of their pair.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.applying_again import apply_again
from applications.models import Application
from notifications.outbox import cancel_about
from notifications.reasons import ANSWERED
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, Reminder, due_reminder
from programs.models import Cohort

from . import follow_ups
from .models import FollowUp, Match

KIND = "mentor-again"
REMIND_AFTER, LAST_DAYS = 7, 14
PROGRAM = "closure__match__mentor__cohort__program"
WAIT = timedelta(days=7)  # an e-mail about the end has just asked what next
Wish = FollowUp.Wish
NOT_OPEN = gettext_lazy(
    "No cohort of this program takes applications today. We write to you when one does."
)


def opened_at(cohort: Cohort) -> datetime:
    """Return the moment at which `cohort` opens for applications, on its program's calendar."""
    zone = ZoneInfo(cohort.program.time_zone)
    return datetime.combine(cohort.opens_on, time(0), zone)


def open_cohort(follow_up: FollowUp, at: datetime) -> Cohort | None:
    """Return the newest cohort that the mentor of an ended pair can apply for; None without one."""
    program = follow_up.closure.match.program
    taking = Cohort.objects.taking_applications(timezone.localdate(at)).filter(program=program)
    newer = taking.filter(opens_on__gt=follow_up.closure.match.cohort.opens_on)
    return newer.select_related("program").order_by("-opens_on").first()


def to_ask(at: datetime) -> QuerySet[FollowUp]:
    """Return for each mentor who is to be asked at `at` the row of their newest pair of a program.

    A cohort of the program takes applications that has opened after the pair had ended, and after a
    mentor said "not this time".
    """
    today = timezone.localdate(at)
    mine = Match.objects.filter(
        mentor__person=OuterRef("person"),
        mentor__cohort__program=OuterRef(PROGRAM),
    )
    newest = mine.ended().order_by("-closed_at", "-pk").values("pk")[:1]
    program = OuterRef(PROGRAM)
    opened = Cohort.objects.taking_applications(today).filter(program=program).order_by()
    applied = Application.objects.mentors().filter(
        person=OuterRef("person"),
        cohort__program=program,
        cohort__opens_on__gt=OuterRef("ended_on"),
        cohort__in=Cohort.objects.taking_applications(today).order_by().values("pk"),
    )
    days = {"ended_on": TruncDate("closure__closed_at"), "answered_on": TruncDate("answered_at")}
    return (
        FollowUp.objects.alias(newest=Subquery(newest), **days)
        .filter(
            ~Q(wish=Wish.PAUSE) | Exists(opened.filter(opens_on__gt=OuterRef("answered_on"))),
            Exists(opened.filter(opens_on__gt=OuterRef("ended_on"))),
            closure__closed_at__lt=at - WAIT,
            closure__match=F("newest"),
            closure__reopened_at=None,
            person__is_active=True,
        )
        .exclude(wish=Wish.STOP)
        .exclude(Exists(mine.open()))
        .exclude(Exists(applied))
    )


@reconciler
def ask(at: datetime) -> None:
    """Enqueue what is due about each cohort that has opened lately; twice changes nothing."""
    today = timezone.localdate(at)
    lately = today - timedelta(days=REMIND_AFTER + LAST_DAYS + 1)
    opened = Cohort.objects.taking_applications(today).filter(opens_on__gte=lately)
    reminders: dict[int, list[tuple[int, Reminder]]] = defaultdict(list)  # by program
    for cohort in opened.select_related("program"):
        reminder = due_reminder(
            at, since=opened_at(cohort), reminders=[REMIND_AFTER], last_days=LAST_DAYS
        )
        if reminder is not None:
            reminders[cohort.program_id].append((cohort.pk, reminder))
    if not reminders:
        return
    found = to_ask(at).filter(**{f"{PROGRAM}__in": list(reminders)})
    rows = list(found.annotate(program=F(PROGRAM)).select_related("person"))
    pending = PendingEmails([KIND], rows)
    for row in rows:
        for number, reminder in reminders[row.program]:
            # Each cohort has two e-mails of its own about the same row.
            pending.enqueue(
                KIND, reminder, to=row.person, about=row, at=at, first_ordinal=2 * number
            )


def is_wanted(follow_up: FollowUp, at: datetime) -> bool:
    """Whether the mentor of an ended pair is still to be asked."""
    return to_ask(at).filter(pk=follow_up.pk).exists()


def choose(
    follow_up: FollowUp, *, by: User, wish: str, at: datetime | None = None
) -> Application | None:
    """Do what a mentor wants for the cohort that is open; return their application for it, if any.

    Raises ActionNotAllowed for anyone but the mentor, and if no cohort takes applications.
    """
    at = at or timezone.now()
    match = follow_up.closure.match
    if by.pk != follow_up.person_id or match.mentor.person_id != by.pk:
        raise ActionNotAllowed(_("Only the mentor can answer this."))
    if wish in {Wish.PAUSE, Wish.STOP}:
        follow_ups.answer(follow_up, by=by, wish=wish, at=at)
        return None
    cohort = open_cohort(follow_up, at)
    if cohort is None:
        raise ActionNotAllowed(str(NOT_OPEN))
    earlier = match.mentor
    fewer = wish == Wish.FEWER and (earlier.capacity or 1) > 1
    capacity = (earlier.capacity or 1) - 1 if fewer else None
    made = apply_again(earlier, cohort, by=by, capacity=capacity, at=at)
    cancel_about(follow_up, why=ANSWERED, at=at, kinds=(KIND,))
    return made


def choices(follow_up: FollowUp) -> list[tuple[str, str]]:
    """Return (wish, label) of what a mentor can choose for the cohort that is open."""
    labels = {
        Wish.AGAIN: _("Yes, as last time"),
        Wish.FEWER: _("Yes, with one mentee less"),
        Wish.PAUSE: _("Not this time. Ask me again"),
        Wish.STOP: _("I am done"),
    }
    capacity = follow_up.closure.match.mentor.capacity or 1
    return [
        (wish.value, label) for wish, label in labels.items() if wish != Wish.FEWER or capacity > 1
    ]
