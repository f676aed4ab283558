"""E-mails about rounds. Each docstring says to whom, when, and until when it makes sense."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from applications.models import Application
from matches.edited_texts import USUAL, EditedWords, edited_context, introduction_words
from matches.models import Match
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.models import Notification
from notifications.reasons import reason
from notifications.sender_policy import SenderPolicy, sender_policy_finder
from programs.sender_policy import sender_policy_for

from .models import Offer, Proposal, Round, RoundText
from .rounds.round_texts import sort_of_left_out, words_for

MATCHED_OR_GONE = reason("matched-or-gone", gettext_lazy("they have a match or withdrew"))
NOT_IN_REVIEW = reason("not-in-review", gettext_lazy("the round is no longer in review"))
ROUND_CLOSED = reason("round-closed", gettext_lazy("the round is closed"))
NO_ROLE = reason("no-role", gettext_lazy("the member no longer works on rounds"))
ASKED_IN_VAIN = "asked"  # no mentor is left; the letter says no more
NOT_A_DRAFT = reason("not-a-draft", gettext_lazy("the round is no longer a draft"))


def _is_matched(application: Application) -> bool:
    open_ = Match.objects.open()
    return (open_.filter(mentee=application) | open_.filter(mentor=application)).exists()


def unmatched_email(application: Application, sort: str, edited: EditedWords = USUAL) -> Email:
    """Return the content for a `RoundText.Sort`, also for samples; `edited`: committee's words."""
    program, cohort = application.cohort.program, application.cohort
    values = _values(application) | {"other_help": "\n- ".join(program.other_help_lines)}
    context = {
        "application": application,
        "cohort": cohort,
        "reason_code": sort,
        "other_help": program.other_help_lines,
    }
    return Email(
        context=context | edited_context(edited, values), action_url=_home(), program=program
    )


def no_mentee_email(application: Application, edited: EditedWords = USUAL) -> Email:
    """Return the content, also for samples; `edited` are words of the committee."""
    context = {"application": application, "cohort": application.cohort}
    return Email(
        context=context | edited_context(edited, _values(application)),
        action_url=_home(),
        program=application.cohort.program,
    )


def _values(application: Application) -> dict[str, str]:
    person, cohort = application.person, application.cohort
    return {
        "first_name": person.first_name or person.email,
        "program": cohort.program.name,
        "cohort": cohort.name,
    }


@kind(
    "round-unmatched",
    label=gettext_lazy("No mentor in this round"),
    about="applications.Application",
    topic="round-result",
)
def round_unmatched(application: Application, person: User) -> Email | Cancel:
    """**To**: a mentee without a match in the round. **When**: it is published.

    **Until**: they have a match or withdraw.
    """
    if application.state != Application.State.ACCEPTED or _is_matched(application):
        return Cancel(MATCHED_OR_GONE)
    rows = Proposal.system.filter(mentee=application, mentor=None)
    published = rows.filter(round__state=Round.State.PUBLISHED).select_related("round")
    row = published.order_by("-round__published_at").first()
    asked = Offer.system.filter(mentee=application)
    if row is not None:  # what was asked for an earlier round is told
        asked = asked.filter(opened_at__gte=row.round.published_at)
    if asked.exists():
        return unmatched_email(application, ASKED_IN_VAIN)
    if row is None:
        return unmatched_email(application, RoundText.Sort.OTHERS)
    sort = sort_of_left_out(row)
    edited = words_for(row.round_id, sort, application, language=person.language)
    return unmatched_email(application, sort, edited)


@kind(
    "round-no-mentee",
    label=gettext_lazy("No mentee in this round"),
    about="applications.Application",
    topic="round-result",
)
def round_no_mentee(application: Application, person: User) -> Email | Cancel:
    """**To**: a mentor without a mentee after the round. **When**: it is published.

    **Until**: they have a match or withdraw.
    """
    if application.state != Application.State.ACCEPTED or _is_matched(application):
        return Cancel(MATCHED_OR_GONE)
    published = Round.system.filter(cohort=application.cohort_id, state=Round.State.PUBLISHED)
    latest = published.order_by("-published_at").values_list("pk", flat=True).first()
    sort = RoundText.Sort.NO_MENTEE
    edited = words_for(latest, sort, application, language=person.language) if latest else USUAL
    return no_mentee_email(application, edited)


@introduction_words
def words_of_introduction(match: Match, person: User) -> EditedWords:
    """Return the committee's words for an introduction, from the round that made the match."""
    rows = Proposal.system.filter(
        mentee=match.mentee_id, mentor=match.mentor_id, state=Proposal.State.CHOSEN
    )
    round_id = rows.order_by("-round__published_at").values_list("round", flat=True).first()
    if round_id is None:  # a pair that came together by itself
        return USUAL
    is_mentee = match.mentee.person_id == person.pk
    mine, partner = (match.mentee, match.mentor) if is_mentee else (match.mentor, match.mentee)
    sort = RoundText.Sort.TO_MENTEE if is_mentee else RoundText.Sort.TO_MENTOR
    return words_for(round_id, sort, mine, partner, language=person.language)


def _home() -> str:
    return absolute(reverse("dashboard:home"))


def _workbench(round_: Round) -> str:
    return absolute(reverse("admin:matching_round_workbench", args=[round_.public_id]))


@kind(
    "round-review-request",
    label=gettext_lazy("Round to review"),
    about="matching.Round",
    to_members=True,
    expires_after=timedelta(days=14),
    topic="round",
)
def round_review_request(round_: Round, person: User) -> Email | Cancel:
    """**To**: members who may approve. **When**: a round is sent to review. **Until**: it ends."""
    if round_.state != Round.State.REVIEW:
        return Cancel(NOT_IN_REVIEW)
    if not round_.may_be_changed_by(person):
        return Cancel(NO_ROLE)
    day = round_.cohort.matching_on
    context = {
        "round": round_,
        "prepared_by": round_.prepared_by,
        "matching_on": day if day and day >= timezone.localdate() else None,
    }
    return Email(
        context=context,
        action_url=_workbench(round_),
        program=round_.program,
    )


@kind(
    "round-ready",
    label=gettext_lazy("Run of a round is done"),
    about="matching.Round",
    to_members=True,
    expires_after=timedelta(days=2),
    topic="round",
)
def round_ready(round_: Round, person: User) -> Email | Cancel:
    """**To**: who started a long run. **When**: it ends. **Until**: the round is closed."""
    if not round_.is_under_way:
        return Cancel(ROUND_CLOSED)
    if not round_.may_be_changed_by(person):
        return Cancel(NO_ROLE)
    return Email(
        context={"round": round_},
        action_url=_workbench(round_),
        program=round_.program,
    )


@kind(
    "round-held-back",
    label=gettext_lazy("Round not published"),
    about="matching.Round",
    to_members=True,
    topic="round",
)
def round_held_back(round_: Round, person: User) -> Email | Cancel:
    """**To**: the members who prepared and published it. **When**: it could not be published.

    **Until**: the round is no longer a draft.
    """
    if round_.state != Round.State.DRAFT:
        return Cancel(NOT_A_DRAFT)
    if not round_.may_be_changed_by(person):
        return Cancel(NO_ROLE)
    return Email(
        context={"round": round_},
        action_url=_workbench(round_),
        program=round_.program,
    )


@sender_policy_finder
def sender_policy_of_round(row: Notification) -> SenderPolicy | None:
    """Return the sender policy of an e-mail about a round, None for other e-mails."""
    if row.about_type == Round._meta.label_lower and row.about_id is not None:
        rounds = Round.system.filter(pk=row.about_id)
        found = rounds.select_related("cohort__program__policy").first()
        return sender_policy_for(found.program) if found else None
    return None
