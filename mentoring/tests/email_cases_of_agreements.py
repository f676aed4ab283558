"""E-mails about agreements that are owed, for `email_scenarios`."""

from __future__ import annotations

from agreements import amending, comments, drafting
from testkit import agreements

from .email_cases import Case, pair


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
