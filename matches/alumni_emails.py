"""E-mails to people whose pairs have ended some time ago."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.kinds import OPTIONAL, Cancel, Email, kind
from notifications.links import absolute
from notifications.reasons import ANSWERED

from . import mentoring_again
from .models import FollowUp, Match


def may_mentor(match: Match, person: User) -> bool:
    """Return whether the page after mentoring offers `person` to mentor, or to mentor again."""
    if match.mentee.person_id == person.pk:
        as_mentor = person.applications.mentors().filter(cohort__program=match.program)
        return not as_mentor.exists()
    answers = FollowUp.objects.filter(closure__match=match, closure__reopened_at=None)
    is_done = answers.filter(person=person, wish=FollowUp.Wish.STOP).exists()
    return not is_done and not Match.objects.open().filter(mentor__person=person).exists()


@kind(
    mentoring_again.KIND,
    label=gettext_lazy("Will you be a mentor again?"),
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
        action_url=absolute(page),
        program=match.program,
    )
