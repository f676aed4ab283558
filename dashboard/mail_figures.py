"""What was sent by kind and week, and the long jobs: for who answers for the whole installation."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from checkins.line_charts import Chart, Series, line_chart
from notifications.kinds import KINDS, label_of
from notifications.models import WeeklyCount
from notifications.models.outbox_access import ACCOUNT_EMAIL
from notifications.weekly_counts import held_by_kind, monday_of
from programs.models import Membership, Program
from workflow.jobs import RUNNERS, Job

WEEKS = 12
JOBS = 30
COLUMNS = ("sent", "failed", "not_sent", "bounced")


def may_read(member: User) -> bool:
    """Return whether `member` chairs every program, or maintains the site.

    The figures are of the whole installation; a chair of one program learns nothing of another.
    """
    mine = Membership.objects.program_ids(member, Membership.Role.CHAIR)
    return bool(mine) and len(set(mine)) == Program.objects.count()


@dataclass
class KindRow:
    """The figures of one kind in one week, and how many wait on hold today."""

    label: str
    sent: int = 0
    failed: int = 0
    not_sent: int = 0
    bounced: int = 0
    held: int = 0


def rows_of(week: date) -> list[KindRow]:
    """Return the kinds with any figure in a week, by name.

    E-mails to committee members are one row: by their kinds one could tell what happens in care,
    also in a pair with which the reader has a conflict of interest.
    """
    rows: dict[str, KindRow] = defaultdict(lambda: KindRow(""))
    for count in WeeklyCount.objects.filter(week=week):
        row = rows[_group(count.kind)]
        for name in COLUMNS:
            setattr(row, name, getattr(row, name) + getattr(count, name))
    for kind, number in held_by_kind().items():
        rows[_group(kind)].held += number
    for label, row in rows.items():
        row.label = label
    return sorted(rows.values(), key=lambda row: row.label)


def _group(kind: str) -> str:
    if kind == ACCOUNT_EMAIL:
        return _("Sign-in codes and notices about accounts")
    known = KINDS.get(kind)
    return _("E-mails to committee members") if known and known.to_members else label_of(kind)


def weeks_until(at: datetime) -> list[date]:
    """Return the Mondays of the last weeks, the oldest first."""
    monday = monday_of(at)
    return [monday - timedelta(days=7 * n) for n in reversed(range(WEEKS))]


def totals(weeks: list[date]) -> list[dict[str, object]]:
    """Return the sums over all kinds for each week."""
    found: dict[date, dict[str, int]] = {week: dict.fromkeys(COLUMNS, 0) for week in weeks}
    for count in WeeklyCount.objects.filter(week__in=weeks):
        for name in COLUMNS:
            found[count.week][name] += getattr(count, name)
    return [{"week": week, **found[week]} for week in weeks]


def chart_of(rows: list[dict[str, object]]) -> Chart:
    """Return the chart of the weekly totals."""
    names = (
        ("sent", pgettext("e-mails", "sent")),
        ("failed", _("failed")),
        ("bounced", pgettext("e-mails", "came back")),
    )
    values = {code: [int(str(row[code])) for row in rows] for code, _name in names}
    top = max(4, *(number for numbers in values.values() for number in numbers))
    return line_chart(
        [Series(name, values[code]) for code, name in names],
        labels=[str(row["week"])[5:] for row in rows],  # month and day: there is little room
        ticks=[(0, "0"), (top, str(top))],
        title=_("E-mails by week"),
        description=_("E-mails that were sent, failed or came back. The table has the figures."),
        gap="",
    )


def jobs_of(member: User) -> list[Job]:
    """Return the newest long jobs that `member` may see, of all kinds."""
    found: list[Job] = []
    for model in RUNNERS:
        rows = model._default_manager.all().visible_to(member)  # type: ignore[attr-defined]  # every job has it
        found += model.with_retries(rows).order_by("-created_at")[:JOBS]
    return sorted(found, key=lambda job: job.created_at, reverse=True)[:JOBS]
