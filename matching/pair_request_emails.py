"""E-mails about a pair that two people ask for: to whom they name, and the committee's decision."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from applications.orientation import orientation_figures
from notifications.kinds import OPTIONAL, Cancel, Email, kind
from notifications.links import absolute, guest_link, one_click_link
from notifications.models import Notification
from notifications.reasons import reason
from notifications.recipients import Recipient
from notifications.rendering import UNSUBSCRIBE_DAYS
from notifications.sender_policy import SenderPolicy, sender_policy_finder
from programs.sender_policy import sender_policy_for

from .models import PairInvitation, PairRequest
from .models.pair_requests import OPEN_DAYS
from .rounds import found_each_other
from .rounds.found_each_other import INVITED, REMIND_DAYS
from .rounds.pair_requests import DECIDED

SEE, STOP = "pair-invitation", "pair-invitation-stop"  # what its links do
LINK_DAYS = 30  # after the last day to answer: the page then says that it is over
State = PairRequest.State
CHANGED = reason("pair-request-changed", gettext_lazy("the request has changed since"))


@kind(
    INVITED,
    label=gettext_lazy("Question whether two people are to be a pair"),
    about="matching.PairInvitation",
    stream=OPTIONAL,
    expires_after=timedelta(days=REMIND_DAYS),
)
def pair_invitation(invitation: PairInvitation, recipient: Recipient) -> Email | Cancel:
    """**To**: an address that someone has named with whom they would like to be a pair. **When**:
    at once; once more after 7 days. **Until**: it is answered or over, the request is taken back,
    or its owner wants no such e-mails."""
    now = timezone.now()
    if refusal := found_each_other.why_not(invitation, now):
        return Cancel(refusal)
    until = now + timedelta(days=UNSUBSCRIBE_DAYS)
    request = invitation.request
    return Email(
        context={
            "program": invitation.program,
            "asker_name": request.by.name,
            "is_asker_mentor": request.asker_role == "mentor",
            "is_reminder": now >= invitation.asked_at + timedelta(days=REMIND_DAYS),
            "closes_at": invitation.closes_at,
        },
        action_url=guest_link(
            SEE, subject=invitation, until=now + timedelta(days=OPEN_DAYS + LINK_DAYS)
        ),
        program=invitation.program,
        unsubscribe_url=one_click_link(STOP, subject=invitation, until=until),
    )


@kind(
    DECIDED,
    label=gettext_lazy("Decision about a pair that two people asked for"),
    about="matching.PairRequest",
)
def pair_request_decided(request: PairRequest, person: User) -> Email | Cancel:
    """**To**: both who asked to be a pair. **When**: the committee accepts it and something is
    still missing, or turns it down. **Until**: they are a pair, or the request is taken back."""
    if request.state not in {State.APPROVED, State.DECLINED}:
        return Cancel(CHANGED)
    mine = request.application_of(person)
    other = next((one for one in request.both if one != mine), None)
    needs_orientation = mine is not None and mine.is_mentor and not mine.orientation_passed_at
    return Email(
        context={
            "program": request.program,
            "is_accepted": request.state == State.APPROVED,
            "partner": other.person if other else person,
            "needs_orientation": needs_orientation,
            "may_apply": mine is not None and mine.is_for_pair,  # an ordinary one goes on
            "words": request.words,
            "other_help": request.program.other_help_lines,
            **(orientation_figures(mine) if mine else {}),
        },
        action_url=absolute(reverse("matching:pair-request", args=[request.public_id])),
        program=request.program,
    )


@sender_policy_finder
def sender_policy_of_pair_request(row: Notification) -> SenderPolicy | None:
    """Return the sender policy of an e-mail about a request or an invitation, else None."""
    if row.about_id is None:
        return None
    requests = PairRequest.system.select_related("cohort__program__policy")
    if row.about_type == PairRequest._meta.label_lower:
        found = requests.filter(pk=row.about_id).first()
    elif row.about_type == PairInvitation._meta.label_lower:
        asked = PairInvitation.system.filter(pk=row.about_id).values("request")
        found = requests.filter(pk__in=asked).first()
    else:
        return None
    return sender_policy_for(found.program) if found else None
