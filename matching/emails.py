"""Letters of this app. Each names who gets it, when, and until when it makes sense."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Application
from matches.models import Match
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.sender_policy import SenderPolicy, sender_policy_finder
from programs.sender_policy import sender_policy_for

from .models import Proposal, Round

UNDER_WAY = {Round.State.DRAFT, Round.State.REVIEW, Round.State.APPROVED}


def _is_matched(application: Application) -> bool:
    return (
        Match.objects.open().filter(mentee=application).exists()
        or Match.objects.open().filter(mentor=application).exists()
    )


def reason_code(why: dict[str, Any]) -> str:
    """Why nobody was found, as the letter says it: "fit" when every mentor was closed, else "places"."""
    return "fit" if why.get("kind") == "none" else "places"


def unmatched_email(application: Application, reason: str) -> Email:
    """The letter itself; the publish page shows it beforehand."""
    program = application.cohort.program
    context = {"application": application, "cohort": application.cohort, "reason_code": reason}
    return Email(
        context={**context, "other_help": program.other_help_lines}, action=_home(), program=program
    )


@kind("round-unmatched", about="applications.Application")
def round_unmatched(application: Application, person: Any) -> Email | Cancel:
    """**To**: a mentee whom the round left out. **When**: it is released. **Until**: they have a match or withdrew."""
    if application.state != Application.State.ACCEPTED or _is_matched(application):
        return Cancel("matched or withdrawn meanwhile")
    rows = Proposal.system.filter(mentee=application, mentor=None)
    row = rows.filter(round__state=Round.State.PUBLISHED).order_by("-round__published_at").first()
    return unmatched_email(application, reason_code(row.why if row else {}))


@kind("round-no-mentee", about="applications.Application")
def round_no_mentee(application: Application, person: Any) -> Email | Cancel:
    """**To**: a mentor without a mentee after the round. **When**: it is released. **Until**: matched or withdrawn."""
    if application.state != Application.State.ACCEPTED or _is_matched(application):
        return Cancel("matched or withdrawn meanwhile")
    context = {"application": application, "cohort": application.cohort}
    return Email(context=context, action=_home(), program=application.cohort.program)


def _home() -> tuple[str, str]:
    return (_("Open my page"), absolute(reverse("dashboard:home")))


def _workbench(round_: Round, label: str) -> tuple[str, str]:
    return (label, absolute(reverse("admin:matching_round_workbench", args=[round_.public_id])))


@kind("round-review-request", about="matching.Round", expires_after=timedelta(days=14))
def round_review_request(round_: Round, person: Any) -> Email | Cancel:
    """**To**: the members who may approve. **When**: a round is sent for the second look. **Until**: it is looked at."""
    if round_.state != Round.State.REVIEW:
        return Cancel("somebody has looked at it")
    context = {
        "round": round_,
        "prepared_by": round_.prepared_by,
        "matching_on": round_.cohort.matching_on,
    }
    return Email(
        context=context,
        action=_workbench(round_, _("Look at the proposed pairs")),
        program=round_.program,
    )


@kind("round-ready", about="matching.Round", urgent=True, expires_after=timedelta(days=2))
def round_ready(round_: Round, person: Any) -> Email | Cancel:
    """**To**: the member who asked for a long run. **When**: it is done. **Until**: the round is closed."""
    if round_.state not in UNDER_WAY:
        return Cancel("the round is closed")
    return Email(
        context={"round": round_},
        action=_workbench(round_, _("Open the round")),
        program=round_.program,
    )


@kind("round-held-back", about="matching.Round", urgent=True)
def round_held_back(round_: Round, person: Any) -> Email | Cancel:
    """**To**: who prepared and who released it. **When**: a release could not be made. **Until**: the round moves on."""
    if round_.state != Round.State.DRAFT:
        return Cancel("the round has moved on")
    return Email(
        context={"round": round_},
        action=_workbench(round_, _("Open the round")),
        program=round_.program,
    )


@sender_policy_finder
def sender_policy_of_round(row: Any) -> SenderPolicy | None:
    """For letters about a round."""
    if row.about_type == Round._meta.label_lower:
        rounds = Round.system.filter(pk=row.about_id)
        found = rounds.select_related("cohort__program__policy").first()
        return sender_policy_for(found.program) if found else None
    return None
