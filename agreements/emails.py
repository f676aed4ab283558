"""E-mails about the agreement. None of them carries any of its text."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from matches.emails import MATCH_ENDED
from matches.models import Match
from matches.pauses import PAIR_PAUSED
from notifications.kinds import ESSENTIAL, OPTIONAL, Cancel, Email, kind
from notifications.links import absolute
from notifications.reasons import reason

from . import comments, default_texts, text
from .goals.goal_states import NOT_REACHED
from .goals.reviews import REVIEWED
from .models import (
    PARTS,
    AgreementVersion,
    Goal,
    GoalReview,
    PartComment,
    Signature,
)

State = AgreementVersion.State

DRAFT_SHARED = reason("draft-shared", gettext_lazy("a draft has been shared"))
NOTHING_TO_SIGN = reason("nothing-to-sign", gettext_lazy("there is nothing left to sign"))
NOTHING_TO_ANSWER = reason(
    "nothing-to-answer", gettext_lazy("no comment waits for an answer any more")
)
REVIEW_PASSED = reason("review-passed", gettext_lazy("it is no longer the time for this review"))
NEWER_VERSION = reason("newer-version", gettext_lazy("a newer version is in force"))


def page(name: str, match: Match) -> str:
    """Return the absolute address of a page of this app about `match`."""
    return absolute(reverse(f"agreements:{name}", args=[match.public_id]))


def to_one_of(match: Match, person: User, name: str, **more: object) -> Email:
    """Return an e-mail to `person` about `match`; its button opens page `name`."""
    return Email(
        context={"match": match, "partner": match.partner_of(person), **more},
        action_url=page(name, match),
        program=match.program,
        thread=match,
    )


@kind(
    "agreement-to-draft",
    label=gettext_lazy("Agreement to write"),
    about="matches.Match",
    stream=ESSENTIAL,
    needs_answer=True,
)
def agreement_to_draft(match: Match, person: User) -> Email | Cancel:
    """**To**: the mentee. **When**: the first meeting was held, or on day 14; again after 7 and
    14 days. **Until**: a draft is shared, or the match is paused or has ended."""
    if match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    if match.is_paused(timezone.now()):
        return Cancel(PAIR_PAUSED)
    if AgreementVersion.objects.of_match(match).exclude(state=State.DRAFT).exists():
        return Cancel(DRAFT_SHARED)
    return to_one_of(
        match,
        person,
        "agreement-detail",
        parts=[text.PART_TITLES[part] for part in PARTS],
        minutes=default_texts.MINUTES_TO_DRAFT,
    )


@kind(
    "agreement-to-sign",
    label=gettext_lazy("Agreement to sign"),
    about="agreements.AgreementVersion",
    stream=ESSENTIAL,
    urgent=True,
    needs_answer=True,
    topic="agreement",
)
def agreement_to_sign(version: AgreementVersion, person: User) -> Email | Cancel:
    """**To**: whoever of the pair has not signed. **When**: a draft is shared or changed, or the
    partner has signed; again after 3 and 7 days. **Until**: this person has signed, or the match
    has ended."""
    if not version.may_be_signed_by(person):
        return Cancel(NOTHING_TO_SIGN)
    partner = version.match.partner_of(person)
    has_signed = Signature.objects.valid().filter(version=version, person=partner).exists()
    return to_one_of(
        version.match,
        person,
        "agreement-review",
        partner_has_signed=has_signed,
        version=version,
    )


@kind(
    "agreement-discarded",
    label=gettext_lazy("New version of an agreement discarded"),
    about="agreements.AgreementVersion",
    stream=ESSENTIAL,
    topic="agreement",
)
def agreement_discarded(version: AgreementVersion, person: User) -> Email | Cancel:
    """**To**: the partner of who discarded it. **When**: a new version that was shared has been
    discarded. **Until**: another new version is shared or signed, or the match has ended."""
    if version.match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    newer = AgreementVersion.objects.of_match(version.match).filter(number__gt=version.number)
    if newer.filter(shared_at__isnull=False).exists():
        return Cancel(NEWER_VERSION)
    in_force = AgreementVersion.objects.of_match(version.match).signed().first()
    return to_one_of(version.match, person, "agreement-detail", version=version, in_force=in_force)


@kind(
    "agreement-signed",
    label=gettext_lazy("Agreement signed"),
    about="agreements.AgreementVersion",
    stream=ESSENTIAL,
    urgent=True,
    topic="agreement",
)
def agreement_signed(version: AgreementVersion, person: User) -> Email | Cancel:
    """**To**: both people. **When**: both have signed. **Until**: a newer version is in force, or
    the match has ended."""
    if version.state != State.SIGNED:
        return Cancel(NEWER_VERSION)
    if version.match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    return to_one_of(version.match, person, "agreement-detail", version=version)


@kind(
    "goal-reached",
    label=gettext_lazy("Goal reached"),
    about="agreements.Goal",
    stream=OPTIONAL,
    tells=lambda goal, person: (goal.state,),
)
def goal_reached(goal: Goal, person: User) -> Email | Cancel:
    """**To**: the partner of who marked it. **When**: ten minutes after a goal was marked as
    reached. **Until**: that is taken back, the goal is made private, or the match has ended."""
    if goal.match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    if goal.state != Goal.State.REACHED or not goal.is_shared:
        return Cancel(NOT_REACHED)
    return Email(
        context={"partner": goal.match.partner_of(person), "is_of_pair": goal.is_of_pair},
        action_url=absolute(reverse("agreements:goal-detail", args=[goal.public_id])),
        program=goal.match.program,
        thread=goal.match,
    )


@kind(
    "agreement-comment",
    label=gettext_lazy("Comments on the agreement"),
    about="agreements.PartComment",
    stream=ESSENTIAL,
)
def agreement_comment(comment: PartComment, person: User) -> Email | Cancel:
    """**To**: the partner of who commented. **When**: 15 minutes after a comment on the agreement
    or a suggested change; it counts all that wait. **Until**: none waits for an answer, or the
    match has ended."""
    match = comment.match
    if match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    count = comments.count_waiting(match, person)
    if not count:
        return Cancel(NOTHING_TO_ANSWER)
    return to_one_of(match, person, "agreement-review", count=count)


@kind(
    "agreement-comment-answered",
    label=gettext_lazy("Answers to comments on the agreement"),
    about="agreements.PartComment",
    stream=ESSENTIAL,
)
def agreement_comment_answered(comment: PartComment, person: User) -> Email | Cancel:
    """**To**: who commented on the agreement. **When**: 15 minutes after the partner has answered,
    set aside or accepted something; one for all. **Until**: the match has ended."""
    match = comment.match
    if match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    return to_one_of(match, person, "agreement-review")


@kind(
    "goal-review",
    label=gettext_lazy("Goals to review"),
    about="agreements.GoalReview",
    stream=OPTIONAL,
)
def goal_review(review: GoalReview, person: User) -> Email | Cancel:
    """**To**: the mentee; a copy to the mentor. **When**: 3, 6 and 9 months of the term have
    passed; the mentee again after 7 days. **Until**: one of them has done it, a later one is due,
    or the match is paused, closing or has ended."""
    match = review.match
    if match.is_paused(timezone.now()):
        return Cancel(PAIR_PAUSED)
    if review.done_at is not None:
        return Cancel(REVIEWED)
    if not GoalReview.objects.waiting().filter(pk=review.pk).exists():
        return Cancel(MATCH_ENDED if match.state == Match.State.CLOSED else REVIEW_PASSED)
    is_mentee = match.mentee.person == person
    return to_one_of(match, person, "goal-review", is_mentee=is_mentee, month=review.month)
