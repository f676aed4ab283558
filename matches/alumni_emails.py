"""E-mails to people whose pairs have ended some time ago."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import OPTIONAL, Cancel, Email, kind
from notifications.links import absolute
from notifications.reasons import ANSWERED

from . import alumni_reminders, mentoring_again
from .ending_texts import REOPENED, partner_name
from .models import Closure, FollowUp


@kind(
    alumni_reminders.KIND,
    label=gettext_lazy("Half a year after the end"),
    about="matches.Closure",
    stream=OPTIONAL,
    expires_after=timedelta(days=14),
)
def six_months_on(closure: Closure, person: User) -> Email | Cancel:
    """**To**: both people of a completed pair. **When**: half a year after it was completed, once.
    **Until**: it was reopened."""
    if closure.reopened_at:
        return Cancel(REOPENED)
    match = closure.match
    return Email(
        context={
            "match": match,
            "partner_name": partner_name(match, person),
            "is_mentee": match.mentee.person_id == person.pk,
        },
        action=(_("See what comes next"), absolute(reverse("dashboard:alumni"))),
        program=match.program,
    )


@kind(
    mentoring_again.KIND,
    label=gettext_lazy("Will you mentor again?"),
    about="matches.FollowUp",
    stream=OPTIONAL,
    expires_after=timedelta(days=mentoring_again.LAST_DAYS),
)
def mentor_again(follow_up: FollowUp, person: User) -> Email | Cancel:
    """**To**: a mentor whose pairs in the program have ended. **When**: its next cohort opens for
    applications; again after 7 days. **Until**: they have answered or applied, they are in a pair
    again, or applications are closed."""
    if not mentoring_again.is_wanted(follow_up, timezone.now()):
        return Cancel(ANSWERED)
    match = follow_up.closure.match
    cohort = mentoring_again.open_cohort(follow_up, timezone.now())
    page = reverse("matches:match-mentor-again", args=[match.public_id])
    return Email(
        context={"match": match, "cohort": cohort},
        action=(_("Choose"), absolute(page)),
        program=match.program,
    )
