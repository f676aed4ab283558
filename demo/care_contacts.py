"""The contacts of carers with their pairs: most keep to the plan, one has gone silent."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from accounts.models import User
from checkins import contact_log, contact_plan, silent_carers
from checkins.models import ContactLog
from matches.models import Match

from .setup import DemoCohort

SILENT = "Alice Whitlock"
SILENT_FOR = 85  # days without a contact of the silent carer
# How long ago the two of a pair were reached, by its place: some are due again.
DAYS_SINCE = ((12, 5), (30, 26), (64, 9), (20, 41))
Result, How = ContactLog.Result, ContactLog.How


def log_contacts(demo: DemoCohort, matches: Iterable[Match]) -> None:
    """Let each carer log contacts with the two of their open pairs."""
    open_pairs = Match.objects.open().filter(pk__in=[match.pk for match in matches])
    for place, match in enumerate(open_pairs.with_people().order_by("introduced_at", "pk")):
        if match.carer is None:
            continue
        days = DAYS_SINCE[place % len(DAYS_SINCE)]
        if match.carer == demo.members[SILENT]:
            days = (SILENT_FOR, SILENT_FOR)
        for turn, (person, ago) in enumerate(zip(match.people, days, strict=True)):
            how = (How.PHONE, How.MESSAGE, How.EMAIL)[(place + turn) % 3]
            _log(demo, match, person, how=how, day=demo.calendar.today - ago)
    now = demo.calendar.at(demo.calendar.today)
    contact_plan.keep_plans(now)
    silent_carers.notice_silent_carers(now)


def _log(demo: DemoCohort, match: Match, person: User, *, how: str, day: float) -> None:
    at = demo.calendar.at(day, hour=14)
    if match.carer is not None and at > match.introduced_at:
        contact_log.log(
            match, person, by=match.carer, how=how, result=Result.REACHED,
            on=timezone.localdate(at), at=at,
        )  # fmt: skip
