"""E-mails to the committee about concerns. None of them carries details."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from matches.models import Match
from notifications.kinds import ESSENTIAL, Cancel, Email, kind
from notifications.links import absolute
from notifications.reasons import reason

from .concerns import CHAIR_AFTER, DEPUTY_AFTER
from .models import Concern

CONCERN_TAKEN = reason("concern-taken", gettext_lazy("someone has taken it already"))
CONCERN_NOT_DUE = reason(
    "concern-not-due", gettext_lazy("it need not be looked at again now, or by someone else")
)
OTHER_MEMBER = reason("other-member", gettext_lazy("another member must handle it"))

of_concern = partial(
    kind, about="checkins.Concern", stream=ESSENTIAL, topic="concern", to_members=True
)


@of_concern("concern", label=gettext_lazy("Concern"))
def concern(row: Concern, person: User) -> Email | Cancel:
    """**To**: the carer; the deputy after 4 hours, the chair after 24. **When**: a concern is
    raised that can wait. **Until**: someone has taken it."""
    if row.state != Concern.State.OPEN:
        return Cancel(CONCERN_TAKEN)
    if not row.may_be_handled_by(person):
        return Cancel(OTHER_MEMBER)
    waited = timezone.now() - row.raised_at
    # Whom the escalation has yet to notify. Without a carer the chairs are the first.
    has_carer = row.match is not None and row.match.carer_id is not None
    is_urgent = row.urgency == Concern.Urgency.URGENT  # then the deputy is notified at once
    tells_deputy = has_carer and not is_urgent and waited < DEPUTY_AFTER
    tells_chair = has_carer and waited < CHAIR_AFTER
    return Email(
        context={
            "is_urgent": is_urgent,
            "is_request": row.is_request,
            "tells_deputy": tells_deputy,
            "tells_chair": tells_chair,
            "deputy_hours": DEPUTY_AFTER // timedelta(hours=1),
            "chair_hours": CHAIR_AFTER // timedelta(hours=1),
        },
        action_url=_page(row),
        program=row.program,
        urgent=_cannot_wait(row),
    )


@of_concern(
    "concern-urgent",
    label=gettext_lazy("Urgent concern"),
    always_at_once=True,
)
def concern_urgent(row: Concern, person: User) -> Email | Cancel:
    """**To**: as "concern". **When**: someone asks for help, or an answer needs someone to act; to
    the carer and the deputy together. **Until**: as "concern"."""
    return concern(row, person)


@of_concern("concern-ending", label=gettext_lazy("A pair may end, or has ended"))
def concern_ending(row: Concern, person: User) -> Email | Cancel:
    """**To**: as "concern". **When**: one of a pair asks the committee to join because they may
    want to end, or has ended it. **Until**: as "concern". It names no reason."""
    email = concern(row, person)
    if isinstance(email, Cancel) or row.match is None:
        return email
    more = {
        "is_of_mentee": not row.match.application_of(row.person).is_mentor,
        "has_ended": row.match.state == Match.State.CLOSED,
    }
    return replace(email, context={**email.context, **more})


@of_concern("concern-bounced", label=gettext_lazy("Someone can't be reached by e-mail"))
def concern_bounced(row: Concern, person: User) -> Email | Cancel:
    """**To**: as "concern". **When**: e-mails to one of a pair come back, so that they get no more
    of them. **Until**: as "concern", or e-mails reach the person again. It names no one."""
    return concern(row, person)


@of_concern("concern-rule", label=gettext_lazy("A pair no longer meets a rule"))
def concern_rule(row: Concern, person: User) -> Email | Cancel:
    """**To**: as "concern". **When**: facts about one of a pair have changed, so that it no longer
    meets a rule of the program. **Until**: as "concern", or the pair meets the rule again or ends.
    It names no one and no rule."""
    return concern(row, person)


@of_concern("concern-given-back", label=gettext_lazy("A concern was given back"))
def concern_given_back(row: Concern, person: User) -> Email | Cancel:
    """**To**: the carer, the deputy and the chairs, without who had it. **When**: a member gives a
    concern back, or can no longer handle it. **Until**: as "concern"."""
    return concern(row, person)


@of_concern(
    "concern-again", label=gettext_lazy("A concern to look at again"), topic="concern-again"
)
def concern_again(row: Concern, person: User) -> Email | Cancel:
    """**To**: who has taken a concern. **When**: on the day on which they wanted to look at it
    again. **Until**: it is resolved or given back, or the day was changed."""
    if not row.is_due_again(timezone.now()) or row.taken_by_id != person.pk:
        return Cancel(CONCERN_NOT_DUE)
    if not row.may_be_handled_by(person):
        return Cancel(OTHER_MEMBER)
    return Email(context={}, action_url=_page(row), program=row.program)


def _cannot_wait(row: Concern) -> bool:
    """Return whether someone asks for help or may need it, so that no hour is too early."""
    if row.urgency == Concern.Urgency.URGENT or row.is_request:
        return True
    if row.cause == Concern.Cause.ENDING:
        return row.author_id is not None  # they ask the committee to join
    return row.cause == Concern.Cause.ANSWER


def _page(row: Concern) -> str:
    return absolute(reverse("admin:checkins_concern_change", args=[row.pk]))
