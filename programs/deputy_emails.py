"""A deputy whose role ends stands in for nobody any more: the deputy and the chairs hear of it."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.reasons import reason
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, Reminder

from .committee import chairs_by_program
from .models import Membership
from .models.committee import ENDS_SOON

DEPUTY_ENDS = "deputy-leaves"
DEPUTY_STAYS = reason(
    "deputy-stays", gettext_lazy("the deputy's role goes on, has ended, or is nobody's deputy")
)


@reconciler
def tell_of_ending_deputies(at: datetime) -> None:
    """Ask for another deputy, a month before the role of one ends."""
    today = timezone.localdate(at)
    ending = Membership.objects.ending_deputies(today).select_related("user", "program")
    rows = list(ending.order_by("pk"))
    if not rows:
        return
    pending = PendingEmails([DEPUTY_ENDS], rows)
    chairs = chairs_by_program(row.program_id for row in rows)
    for row in rows:
        # Numbered by the last day: one that was put off is told of again.
        reminder = Reminder(_number(row), at, at + ENDS_SOON)
        deputy = [row.user] if row.user.is_active else []
        for member in dict.fromkeys([*deputy, *chairs.get(row.program_id, [])]):
            pending.enqueue(DEPUTY_ENDS, reminder, to=member, about=row, at=at)


def _number(row: Membership) -> int:
    return ((row.until or row.since) - date(2000, 1, 1)).days


@kind(
    DEPUTY_ENDS,
    label=gettext_lazy("A deputy's role ends soon"),
    about="programs.Membership",
    to_members=True,
)
def deputy_leaves(membership: Membership, member: User) -> Email | Cancel:
    """**To**: the deputy and the chairs. **When**: 30 days before the last role of a deputy in the
    committee ends, while a member whose role goes on names them. **Until**: nobody names them any
    more, or their role goes on or has ended."""
    ending = Membership.objects.ending_deputies(timezone.localdate())
    if not ending.filter(pk=membership.pk).exists():
        return Cancel(DEPUTY_STAYS)
    named = Membership.objects.left_by_deputy(membership).select_related("user")
    names = list(dict.fromkeys(str(row.user) for row in named.order_by("user__name", "pk")))
    chairs = Membership.objects.live().of(member, Membership.Role.CHAIR)
    chooses = chairs.filter(program=membership.program_id).exists()
    list_url = reverse("admin:programs_membership_changelist")
    return Email(
        context={
            "deputy": membership.user,
            "names": ", ".join(names),
            "is_own": member.pk == membership.user_id,
            "chooses": chooses,
            "until": membership.until,
            "program": membership.program,
        },
        action_url=absolute(f"{list_url}?ends=deputy-soon" if chooses else list_url),
        program=membership.program,
    )
