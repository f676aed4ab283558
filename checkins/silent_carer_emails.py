"""E-mails about a carer who has gone silent, and about pairs that were taken over from them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.reasons import reason
from programs.models import Membership

from .models import CarerSilence
from .silent_carers import NOTICE, TAKEN_OVER

HEARD_OF = reason("carer-heard-of", gettext_lazy("the carer is in touch, or has no pairs any more"))
NO_MEMBER = reason("no-member", gettext_lazy("they are no longer in the committee"))


@kind(
    NOTICE,
    label=gettext_lazy("A carer has gone silent"),
    about="checkins.CarerSilence",
    to_members=True,
)
def carer_silent(silence: CarerSilence, member: User) -> Email | Cancel:
    """**To**: the carer, the deputy and the chairs. **When**: contacts are overdue or concerns wait
    for longer than the program's `care_silent_days`, once. **Until**: nothing waits so long, or the
    pairs have another carer."""
    if silence.ended_at is not None:
        return Cancel(HEARD_OF)
    is_own = member.pk == silence.carer_id
    page = reverse("admin:checkins_carersilence_change", args=[silence.pk])
    return Email(
        context={
            "carer": silence.carer,
            "is_own": is_own,
            "program": silence.program,
            "since": silence.since,
            "days": silence.program.policy.care_silent_days,
        },
        action_url=absolute(reverse("admin:index") if is_own else page),
        program=silence.program,
    )


@kind(
    TAKEN_OVER,
    label=gettext_lazy("Pairs taken over by another carer"),
    about="checkins.CarerSilence",
    to_members=True,
)
def pairs_taken_over(silence: CarerSilence, carer: User) -> Email | Cancel:
    """**To**: the carer who had gone silent. **When**: the deputy or a chair has taken their pairs
    over. **Until**: they have no role in the committee."""
    if not Membership.objects.live().of(carer).filter(program=silence.program_id).exists():
        return Cancel(NO_MEMBER)
    return Email(
        context={
            "n": silence.pairs_taken,
            "taken_by": silence.taken_by,
            "program": silence.program,
        },
        action_url=absolute(reverse("admin:dashboard_pair_changelist")),
        program=silence.program,
    )
