"""Erasure of what rounds hold about a person.

Scores, prices and plans stay, by application id: with them a stored round can be solved again and
its input hash checked. The answers behind them go, and so does what they explained.
"""

from __future__ import annotations

from django.db.models import Q

from accounts.column_rules import erased, impersonal, kept, rules
from accounts.mentions import Mentions
from accounts.models import User
from accounts.privacy import register
from applications import retention
from applications.models import Application
from applications.models.applications import ApplicationQuerySet
from workflow.models import Transition

from .models import (
    BrokenRule,
    KeepApart,
    Offer,
    Override,
    PairRequest,
    Proposal,
    Round,
    RoundEntry,
    RoundJob,
    RoundText,
)
from .rounds import found_each_other
from .storage import snapshots


def export(user: User) -> dict[str, object]:
    """Return the pairs they asked for, and when pairs of theirs broke a rule."""
    rows = BrokenRule.system.filter(person=user).order_by("since", "pk")
    return {
        "pairs_asked_for": found_each_other.export(user),
        "changes_that_broke_a_rule": list(rows.values("since", "ended_at")),
    }


def erase(user: User) -> None:
    """Empty answers, reasons and the committee's comments about `user` in every round."""
    found_each_other.forget_person(user)
    mine = Application.objects.of(user)
    cohorts = set(mine.values_list("cohort", flat=True))
    about = Q(mentee__in=mine) | Q(mentor__in=mine)
    Proposal.system.filter(about).update(parts={}, why={}, cautions=[])
    Offer.system.filter(about).update(why={}, reason="")
    PairRequest.system.filter(about).update(reason="", decision_reason="", words="")
    RoundEntry.system.filter(about).update(why="")
    Override.system.filter(about).update(reason="")
    RoundText.system.filter(Q(application__in=mine) | Q(partner__in=mine)).delete()
    KeepApart.system.filter(Q(first=user) | Q(second=user)).delete()
    rounds = Round.system.filter(cohort__in=cohorts)
    for round_ in rounds:
        snapshots.erase_answers(round_, set(mine.values_list("pk", flat=True)))
    mentions, of_rounds = Mentions.of(user), {"round__in": rounds}
    mentions.replace_in(RoundEntry.system.filter(**of_rounds), "why")
    mentions.replace_in(Override.system.filter(**of_rounds), "reason")
    mentions.replace_in(RoundText.system.filter(**of_rounds), "subject", "text")
    mentions.replace_in(RoundJob.system.filter(**of_rounds), "error")
    requests = PairRequest.system.filter(cohort__in=cohorts)
    mentions.replace_in(requests, "reason", "decision_reason", "words")
    programs = KeepApart.system.filter(program__cohorts__in=cohorts).distinct()
    mentions.replace_in(programs, "reason")
    mentions.replace_in(Transition.system.about_any(rounds), "why")


@retention.register
def erase_old_comments(applications: ApplicationQuerySet) -> None:
    """Erase comments and reasons in rounds about applications whose time is over."""
    about = Q(mentee__in=applications) | Q(mentor__in=applications)
    Offer.system.filter(about).update(reason="")
    PairRequest.system.filter(about).update(reason="", decision_reason="", words="")
    RoundEntry.system.filter(about).update(why="")
    Override.system.filter(about).update(reason="")
    to_them = Q(application__in=applications) | Q(partner__in=applications)
    RoundText.system.filter(to_them).delete()


NUMBERS = kept(
    "numbers and ids by which a stored round can be solved again",
    not_exported="scores are known to the committee only",
    mentions="numbers and ids",
)
REASONS = erased(not_exported="your own part of it is with your match", mentions="codes and ids")
COMMENT = erased(not_exported="comments of the committee; ask it for them")
COLUMNS = rules(
    "matching",
    {
        "Round": {
            "public_id name engine_version criteria": impersonal("a round as a whole"),
            "input_hash": impersonal("a hash of numbers"),
        },
        "Snapshot": {
            "key figures": impersonal("a hash, and counts of a whole round"),
            "fingerprints": erased(not_exported="hashes of your answers", mentions="hashes"),
            "columns scores": NUMBERS,
            "people": erased(
                not_exported="your answers as numbers; the answers are in your copy",
                mentions="numbers",
            ),
        },
        "RoundPlan": {
            "snapshot_key digest": impersonal("a hash of numbers"),
            "plan score_overrides": NUMBERS,
            "acknowledged_changes": erased(
                not_exported="hashes of your answers", mentions="hashes"
            ),
        },
        "RoundJob": {
            "public_id stage": impersonal("the progress of a run"),
            "error": kept("what went wrong; the name is replaced in it", not_exported="a log"),
        },
        "Proposal": {"public_id": impersonal("a random id"), "parts why cautions": REASONS},
        "Offer": {"public_id": impersonal("a random id"), "why": REASONS},
        "PairRequest": {
            "public_id": impersonal("a random id"),
            "reason words": erased(),
            "decision_reason": COMMENT,
        },
        "PairInvitation": {
            "public_id": impersonal("a random id"),
            "address_key": impersonal("a keyed hash, deleted with its row"),
            "language": impersonal("one of the languages of the site"),
            "address": erased(
                not_exported="an own address, which the account's part has",
                mentions="the address of its owner",
            ),
        },
        "RoundEntry": {"why": COMMENT, "moved facts plan_before": NUMBERS},
        "RoundText": {
            "language": impersonal("which e-mail a text is for"),
            "subject text": erased(not_exported="it reached you as an e-mail"),
        },
        "Override": {"codes": NUMBERS, "reason": COMMENT},
        "BrokenRule": {"code": impersonal("the code of a rule")},
        "KeepApart": {"reason": COMMENT},
    },
)

register("matching", export=export, erase=erase, columns=COLUMNS)
