"""What merging accounts does to meetings, calendars and statements of hours."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from accounts.merge_rules import BY_STEP, MOVES, Accounts, register

from .models import CalendarFeed, Statement


def join_statements(accounts: Accounts) -> None:
    """A statement of hours in force of the same year is out of date: the year has both now."""
    in_force = Statement.system.filter(kind=Statement.Kind.HOURS, replaced_at=None)
    twin = in_force.filter(person=accounts.kept, program=OuterRef("program"), year=OuterRef("year"))
    in_force.filter(Exists(twin), person=accounts.other).update(replaced_at=accounts.at)


def keep_one_feed(accounts: Accounts) -> None:
    """Keep the calendar address of the kept account, else that of the other one."""
    theirs = CalendarFeed.objects.filter(person=accounts.other)
    if CalendarFeed.objects.filter(person=accounts.kept).exists():
        theirs.delete()
    theirs.update(person=accounts.kept)


def prepare(accounts: Accounts) -> None:
    join_statements(accounts)
    keep_one_feed(accounts)


register(
    "meetings",
    {
        "Agenda": {"author": MOVES},
        "CalendarFeed": {"person": BY_STEP},
        "ContactRequest": {"asker": MOVES},
        "Correction": {"person": MOVES},
        "LogEntry": {"author": MOVES},
        "Meeting": {"proposed_by awaiting": MOVES},
        "PairContact": {"person": MOVES},
        "PrivateNote": {"author": MOVES},
        "SharedItem": {"author": MOVES},
        "Statement": {"person": MOVES},
    },
    before=prepare,
)
