"""E-mails to committee members about the pairs in their care: new ones, and those they leave."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.models import Notification
from notifications.outbox import enqueue
from notifications.reasons import reason
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails
from programs.committee import chairs_by_program
from programs.models import Membership, Program

from .models import Match, MatchQuerySet

Role = Membership.Role
NEW_PAIRS, ROLE_ENDS = "pairs-in-care", "carer-leaves"

NO_PAIRS = reason("no-pairs", gettext_lazy("no pair is in this member's care"))
ROLE_GOES_ON = reason("role-goes-on", gettext_lazy("the role does not end soon, or has ended"))


def pairs_of(membership: Membership) -> MatchQuerySet:
    """Return the open pairs of the program whose carer is the member."""
    found = Match.objects.filter(
        carer=membership.user_id, mentee__cohort__program=membership.program_id
    )
    return found.open()


def tell_carer(carer: User, program: Program, *, at: datetime | None = None) -> None:
    """Tell a member that pairs are in their care now, in one e-mail for all assigned at once."""
    roles = Membership.objects.live().of(carer, *Membership.CARERS).filter(program=program)
    role = roles.order_by("pk").first()
    if role is not None:
        told = Notification.system.about(role).filter(kind=NEW_PAIRS).count()
        enqueue(NEW_PAIRS, to=carer, about=role, ordinal=told + 1, at=at)


@reconciler
def tell_of_ending_roles(at: datetime) -> None:
    """Ask for another carer, a month before the role of one ends."""
    in_care = Match.objects.open().filter(
        carer=OuterRef("user"), mentee__cohort__program=OuterRef("program")
    )
    ending = Membership.objects.ending(timezone.localdate(at)).filter(Exists(in_care))
    rows = list(ending.select_related("user", "program").order_by("pk"))
    if not rows:
        return
    pending = PendingEmails([ROLE_ENDS], rows)
    chairs = chairs_by_program(row.program_id for row in rows)
    for row in rows:
        carer = [row.user] if row.user.is_active else []
        for member in dict.fromkeys([*carer, *chairs.get(row.program_id, [])]):
            pending.enqueue(ROLE_ENDS, to=member, about=row, at=at)


@kind(
    NEW_PAIRS,
    label=gettext_lazy("Pairs to look after"),
    about="programs.Membership",
    to_members=True,
)
def pairs_in_care(membership: Membership, member: User) -> Email | Cancel:
    """**To**: the carer. **When**: another member assigns pairs to them, they take them over, or
    nobody else can; one e-mail for all at once. **Until**: no pair is in their care."""
    count = pairs_of(membership).count()
    if not count or not membership.is_live:
        return Cancel(NO_PAIRS)
    return Email(
        context={"count": count, "program": membership.program},
        action_url=absolute(f"{reverse('admin:dashboard_pair_changelist')}?carer=me"),
        program=membership.program,
    )


@kind(
    ROLE_ENDS,
    label=gettext_lazy("A carer's role ends soon"),
    about="programs.Membership",
    to_members=True,
)
def carer_leaves(membership: Membership, member: User) -> Email | Cancel:
    """**To**: the carer and the chairs. **When**: 30 days before the carer's role ends, while pairs
    are in their care. **Until**: the pairs have another carer, or the role goes on."""
    count = pairs_of(membership).count()
    if not count:
        return Cancel(NO_PAIRS)
    ends = Membership.objects.ending(timezone.localdate())
    if not ends.filter(pk=membership.pk).exists():
        return Cancel(ROLE_GOES_ON)
    is_own = member.pk == membership.user_id
    chairs = Membership.objects.live().of(member, Role.CHAIR).filter(program=membership.program_id)
    chooses = chairs.exists()  # a chair may be the carer who leaves
    page = "admin:matches_match_hand-over" if chooses else "admin:dashboard_pair_changelist"
    url = reverse(page, args=[membership.pk] if chooses else [])
    return Email(
        context={
            "n": count,
            "carer": membership.user,
            "is_own": is_own,
            "chooses": chooses,
            "until": membership.until,
            "program": membership.program,
        },
        action_url=absolute(url if chooses else f"{url}?carer=me"),
        program=membership.program,
    )
