"""E-mails about the agreement. None of them carries any of its text."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from matches.emails import MATCH_ENDED
from matches.models import Match
from matches.pauses import PAIR_PAUSED
from notifications.kinds import ESSENTIAL, OPTIONAL, Cancel, Email, kind
from notifications.links import absolute
from notifications.reasons import reason

from . import default_texts, text
from .goals.goal_states import NOT_REACHED
from .goals.reviews import REVIEWED
from .models import (
    PARTS,
    AgreementVersion,
    Goal,
    GoalReview,
    PaperRecord,
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
SIGNATURES_GONE = reason(
    "signatures-gone", gettext_lazy("the recorded signatures don't count any more")
)
NEWER_VERSION = reason("newer-version", gettext_lazy("a newer version is in force"))


def page(name: str, match: Match) -> str:
    """Return the absolute address of a page of this app about `match`."""
    return absolute(reverse(f"agreements:{name}", args=[match.public_id]))


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
    return Email(
        context={
            "match": match,
            "partner": match.partner_of(person),
            "parts": [text.PART_TITLES[part] for part in PARTS],
            "minutes": default_texts.MINUTES_TO_DRAFT,
        },
        action=(_("Open the agreement"), page("agreement-detail", match)),
        program=match.program,
        thread=match,
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
    return Email(
        context={
            "match": version.match,
            "partner": partner,
            "partner_has_signed": has_signed,
            "version": version,
        },
        action=(_("Read and sign"), page("agreement-review", version.match)),
        program=version.program,
        thread=version.match,
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
    return Email(
        context={
            "match": version.match,
            "partner": version.match.partner_of(person),
            "version": version,
            "in_force": in_force,
        },
        action=(_("View our agreement"), page("agreement-detail", version.match)),
        program=version.program,
        thread=version.match,
    )


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
    return Email(
        context={
            "match": version.match,
            "partner": version.match.partner_of(person),
            "version": version,
        },
        action=(_("View our agreement"), page("agreement-detail", version.match)),
        program=version.program,
        thread=version.match,
    )


@kind(
    "agreement-on-paper",
    label=gettext_lazy("Signatures on paper recorded"),
    about="agreements.PaperRecord",
    stream=ESSENTIAL,
    urgent=True,
)
def agreement_on_paper(record: PaperRecord, person: User) -> Email | Cancel:
    """**To**: both people. **When**: the committee has recorded that one or both signed on paper.
    **Until**: none of these signatures counts any more, or the match has ended."""
    version = record.version
    if version.match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    rows = Signature.objects.valid().filter(paper=record).select_related("paper", "person")
    signed = {row.person_id: row for row in rows}
    if not signed:
        return Cancel(SIGNATURES_GONE)
    partner, mine = version.match.partner_of(person), signed.get(person.pk)
    name = "not-signed" if mine is not None else "agreement-detail"
    words = _("I did not sign this") if mine is not None else _("View our agreement")
    return Email(
        context={
            "partner": partner,
            "version": version,
            "mine": mine,
            "theirs": signed.get(partner.pk),
            "deniable_until": mine.deniable_until if mine is not None else None,
        },
        action=(words, page(name, version.match)),
        program=version.program,
        thread=version.match,
    )


@kind(
    "agreement-set-aside",
    label=gettext_lazy("Signature on paper set aside"),
    about="agreements.AgreementVersion",
    stream=ESSENTIAL,
    urgent=True,
)
def agreement_set_aside(version: AgreementVersion, person: User) -> Email | Cancel:
    """**To**: the partner of who denies it. **When**: someone says that they did not sign what the
    committee recorded. **Until**: both have signed this version or a newer one, or the match has
    ended."""
    if version.match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    in_force = AgreementVersion.objects.of_match(version.match).signed().first()
    if in_force is not None and in_force.number >= version.number:
        return Cancel(NEWER_VERSION)
    return Email(
        context={
            "partner": version.match.partner_of(person),
            "version": version,
            "in_force": in_force,
        },
        action=(_("View our agreement"), page("agreement-detail", version.match)),
        program=version.program,
        thread=version.match,
    )


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
        action=(_("See it"), absolute(reverse("agreements:goal-detail", args=[goal.public_id]))),
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
    waiting = PartComment.objects.visible_to(person).of_match(match).open()
    count = waiting.exclude(author=person).count()
    if not count:
        return Cancel(NOTHING_TO_ANSWER)
    return Email(
        context={"match": match, "partner": match.partner_of(person), "count": count},
        action=(_("Read and answer"), page("agreement-review", match)),
        program=match.program,
        thread=match,
    )


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
    return Email(
        context={"match": match, "partner": match.partner_of(person)},
        action=(_("Read the answers"), page("agreement-review", match)),
        program=match.program,
        thread=match,
    )


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
    return Email(
        context={
            "partner": match.partner_of(person),
            "is_mentee": match.mentee.person == person,
            "month": review.month,
        },
        action=(_("Review our goals"), page("goal-review", match)),
        program=match.program,
        thread=match,
    )
