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
from .models import Closure, FollowUp, Match


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
    is_mentee = match.mentee.person_id == person.pk
    return Email(
        context={
            "match": match,
            "partner_name": partner_name(match, person),
            "is_mentee": is_mentee,
            "may_mentor": _may_mentor(closure, person, is_mentee=is_mentee),
        },
        action=(_("See what comes next"), absolute(reverse("dashboard:alumni"))),
        program=match.program,
    )


def _may_mentor(closure: Closure, person: User, *, is_mentee: bool) -> bool:
    """Return whether the page of the e-mail offers `person` to mentor, or to mentor again."""
    if is_mentee:
        as_mentor = person.applications.mentors().filter(cohort__program=closure.match.program)
        return not as_mentor.exists()
    is_done = closure.follow_ups.filter(person=person, wish=FollowUp.Wish.STOP).exists()
    return not is_done and not Match.objects.open().filter(mentor__person=person).exists()


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
