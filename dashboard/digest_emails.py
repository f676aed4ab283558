"""The two digests of committee members; see `digests` for when they come."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import DIGEST, READING, Cancel, Email, kind
from notifications.links import absolute
from notifications.reasons import reason
from programs.models import Membership, Program

from . import digests
from .attention_lines import AttentionItem

NOTHING_WAITS = reason("nothing-waits", gettext_lazy("there is nothing to tell the member"))


def _only_program(member: User) -> Program | None:
    """Return the program of a member who has one; it then names the sender."""
    programs = Membership.objects.program_ids(member)
    return Program.objects.get(pk=programs[0]) if len(programs) == 1 else None


def _lines(items: list[AttentionItem]) -> list[dict[str, str]]:
    return [{"count": item.shown, "text": item.text, "url": absolute(item.url)} for item in items]


@kind(
    digests.TO_READ,
    label=gettext_lazy("Reminder of what to read"),
    about="accounts.User",
    stream=READING,
    to_members=True,
)
def to_read(member: User, recipient: User) -> Email | Cancel:
    """**To**: who reads applications or check-ins. **When**: at 08:00 of the program's time zone on
    a weekday, if something waits; on Mondays only or never, if they chose so. **Until**: nothing
    waits for them."""
    now = timezone.now()
    found = digests.to_read(member, at=now)
    if not found.items:
        return Cancel(NOTHING_WAITS)
    applications, checkins = found.applications, found.checkins
    first = found.items[0]
    return Email(
        context={
            "applications": applications,
            "checkins": checkins,
            "longest": found.longest,
            "further": found.further,
            "lines": _lines(found.items),
            "is_of_applications": first is applications,
            "reason": _("You get this because you are a committee member."),
        },
        action_url=absolute(first.url),
        program=_only_program(member),
    )


@kind(
    digests.WEEK,
    label=gettext_lazy("The week of the committee"),
    about="accounts.User",
    stream=DIGEST,
    to_members=True,
)
def committee_week(member: User, recipient: User) -> Email | Cancel:
    """**To**: every committee member. **When**: on Monday at 08:00 of the program's time zone; at
    most 12 lines, each with its list. **Until**: nothing waits, has changed or comes."""
    week = digests.committee_week(member, at=timezone.now())
    if week.is_empty:
        return Cancel(NOTHING_WAITS)
    sections = [
        (_("Needs you"), _lines(week.needs)),
        (_("Changed last week"), _lines(week.changed)),
        (_("Coming this week"), _lines(week.coming)),
    ]
    return Email(
        context={
            "sections": [(title, lines) for title, lines in sections if lines],
            "reason": _("You get this because you are a committee member."),
        },
        action_url=absolute(reverse("admin:index")),
        program=_only_program(member),
    )
