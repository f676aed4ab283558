"""E-mails about committee roles, and to visitors who wait for a program to open.

Each docstring says to whom, when, until when.
"""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import OPTIONAL, Cancel, Email, kind
from notifications.links import absolute, guest_link, one_click_link
from notifications.models import Notification
from notifications.reasons import reason
from notifications.recipients import Account, GuestRecipient, Recipient, guest_finder
from notifications.rendering import UNSUBSCRIBE_DAYS
from notifications.sender_policy import SenderPolicy, sender_policy_finder
from notifications.work_hours import member_check

from . import opening_requests
from .models import GuestAddress, Membership, OpeningRequest
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


@member_check
def works_on_a_committee(person: Account) -> bool:
    """Return whether a person has a role, and so gets e-mails about work that waits for them."""
    return Membership.objects.live().filter(user=person.pk).exists()


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
    page = "admin:programs_setup" if tasks else "admin:index"
    return Email(
        context={
            "program": program,
            "role_tasks": TASKS[membership.role],
            "until": membership.until,
            "tasks": tasks,
            "address": member.email,
        },
        action_url=absolute(reverse(page)),
        program=program,
    )


@sender_policy_finder
def sender_policy_of_membership(row: Notification) -> SenderPolicy | None:
    """Return the sender policy of an e-mail about a role, None for other e-mails."""
    if row.about_type != Membership._meta.label_lower or row.about_id is None:
        return None
    found = Membership.objects.filter(pk=row.about_id).select_related("program__policy").first()
    return sender_policy_for(found.program) if found else None


# --- visitors who want to know when applications open

CONFIRM, STOP = "opening-confirm", "opening-stop"  # what their links do


def _link(purpose: str, request: OpeningRequest, days: int) -> str:
    until = timezone.now() + timedelta(days=days)
    return guest_link(purpose, subject=request, until=until)


@kind(
    opening_requests.ASK,
    label=gettext_lazy("Confirmation: tell me when applications open"),
    about="programs.OpeningRequest",
    urgent=True,  # its reader waits for it, in front of our page
    expires_after=timedelta(days=1),
)
def opening_confirm(request: OpeningRequest, recipient: Recipient) -> Email | Cancel:
    """**To**: an address that a visitor entered on a program's page. **When**: at once.

    **Until**: applications are open.
    """
    if opening_requests.open_cohorts(request.program, timezone.now()).exists():
        return Cancel(opening_requests.IS_OPEN)
    if request.confirmed_at:
        address = _link(STOP, request, UNSUBSCRIBE_DAYS)
    else:
        address = _link(CONFIRM, request, opening_requests.UNCONFIRMED_DAYS)
    return Email(
        context={
            "program": request.program,
            "is_confirmed": request.confirmed_at is not None,
            "days": opening_requests.UNCONFIRMED_DAYS,
        },
        action_url=address,
        program=request.program,
    )


@kind(
    opening_requests.TELL,
    label=gettext_lazy("Applications are open"),
    about="programs.OpeningRequest",
    stream=OPTIONAL,
    expires_after=timedelta(days=14),
)
def opening_open(request: OpeningRequest, recipient: Recipient) -> Email | Cancel:
    """**To**: an address that was confirmed by its owner. **When**: the program opens for
    applications; once. **Until**: applications are closed, or the address is off the list.
    """
    cohort = opening_requests.open_cohorts(request.program, timezone.now()).first()
    if cohort is None or request.confirmed_at is None:
        return Cancel(opening_requests.NOT_OPEN)
    page = reverse("programs:program-detail", args=[request.program.slug])
    until = timezone.now() + timedelta(days=UNSUBSCRIBE_DAYS)
    return Email(
        context={"program": request.program, "cohort": cohort},
        action_url=absolute(page),
        program=request.program,
        unsubscribe_url=one_click_link(STOP, subject=request, until=until),
    )


@guest_finder
def visitor_of(row: Notification) -> GuestRecipient | None:
    """Return who reads an e-mail to a guest of a program, None for other e-mails."""
    guest = row.get_about()
    if not isinstance(guest, GuestAddress):
        return None
    return GuestRecipient(
        email=row.address or "", time_zone=guest.program.time_zone, language=guest.language
    )
