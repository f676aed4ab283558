"""E-mails about agreements that are owed, for `email_scenarios`."""

from __future__ import annotations

from django.utils import timezone

from agreements import amending, comments, drafting, paper
from matches.models import Match
from testkit import agreements, papers

from .email_cases import Case, Scenario, pair


def shared_agreement() -> Case:
    match = pair()
    return Case(agreements.shared(match), match.mentor.person)


def commented_agreement() -> Case:
    version = agreements.signed(pair())
    ben = version.match.mentee.person
    made = comments.comment(version, "goals", words="Is it too much?", by=ben)
    return Case(made, version.match.mentor.person)


def answered_comment() -> Case:
    case = commented_agreement()
    comments.answer(case.about, words="It is enough.", by=case.to)
    return Case(case.about, case.about.author)


def discarded_version() -> Case:
    match = agreements.signed(pair()).match
    version = amending.amend(match, by=match.mentee.person)
    drafting.share(version, by=match.mentee.person)
    amending.discard(version, by=match.mentee.person)
    return Case(version, match.mentor.person)


def signed_agreement() -> Case:
    match = pair()
    return Case(agreements.signed(match), match.mentor.person)


def recorded_on_paper() -> Case:
    version = agreements.shared(pair())
    ben, ada = version.match.people
    return Case(papers.on_paper(version, ben, ada), ada)


def set_aside() -> Case:
    version = recorded_on_paper().about.version
    ben, ada = version.match.people
    paper.deny(version.signatures.select_related("paper").get(person=ben), by=ben)
    return Case(version, ada)


def _end_pair(case: Case) -> None:
    closed = {"state": "closed", "closed_at": timezone.now(), "closed_kind": "completed"}
    Match.objects.filter(pk=case.about.match.pk).update(**closed)


ON_PAPER = {
    "agreement-on-paper": Scenario(
        recorded_on_paper,
        stop=lambda case: case.about.signatures.update(withdrawn_at=timezone.now()),
        reason="signatures-gone",
    ),
    "agreement-set-aside": Scenario(set_aside, stop=_end_pair, reason="match-ended"),
}
