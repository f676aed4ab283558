"""E-mails to committee members about their role. Each docstring says to whom, when, until when."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.models import Notification
from notifications.reasons import reason
from notifications.sender_policy import SenderPolicy, sender_policy_finder

from .models import Membership
from .sender_policy import sender_policy_for
from .setup_checklist import checklist, open_count

Role = Membership.Role
ROLE_ENDED = reason("role-ended", gettext_lazy("the role has ended"))

# What each role does, in words that a new member reads first.
TASKS: dict[str, str | Promise] = {
    Role.READER: gettext_lazy(
        "As a reader you read applications, write notes and suggest decisions."
    ),
    Role.MATCHER: gettext_lazy(
        "As a matcher you read applications and work on the matching rounds."
    ),
    Role.CARER: gettext_lazy(
        "As a carer you look after pairs: you read what they tell the committee, and you help."
    ),
    Role.CHAIR: gettext_lazy(
        "As a chair you set up the program, release decisions and publish matches."
    ),
}


@kind(
    "committee-role",
    label=gettext_lazy("New committee role"),
    about="programs.Membership",
    to_members=True,
)
def committee_role(membership: Membership, member: User) -> Email | Cancel:
    """**To**: the member. **When**: their role begins. **Until**: it has ended."""
    if not membership.is_live:
        return Cancel(ROLE_ENDED)
    program = membership.program
    is_chair = membership.role == Role.CHAIR
    tasks = open_count(checklist(program)) if is_chair else 0
    label, page = _("Open the committee's pages"), "admin:index"
    if tasks:
        label, page = _("Set up the program"), "admin:programs_setup"
    return Email(
        context={
            "program": program,
            "role_tasks": TASKS[membership.role],
            "until": membership.until,
            "tasks": tasks,
            "address": member.email,
        },
        action=(label, absolute(reverse(page))),
        program=program,
    )


@sender_policy_finder
def sender_policy_of_membership(row: Notification) -> SenderPolicy | None:
    """Return the sender policy of an e-mail about a role, None for other e-mails."""
    if row.about_type != Membership._meta.label_lower or row.about_id is None:
        return None
    found = Membership.objects.filter(pk=row.about_id).select_related("program__policy").first()
    return sender_policy_for(found.program) if found else None
