"""E-mails about signatures on paper: that they were recorded, and that one was denied."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from matches.emails import MATCH_ENDED
from matches.models import Match
from notifications.kinds import ESSENTIAL, Cancel, Email, kind
from notifications.reasons import reason

from . import paper
from .emails import NEWER_VERSION, to_one_of
from .models import AgreementVersion, PaperRecord, Signature

SIGNATURES_GONE = reason(
    "signatures-gone", gettext_lazy("the recorded signatures don't count any more")
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
    match = record.version.match
    if match.state == Match.State.CLOSED:
        return Cancel(MATCH_ENDED)
    rows = Signature.objects.valid().filter(paper=record).select_related("paper", "person")
    signed = {row.person_id: row for row in rows}
    if not signed:
        return Cancel(SIGNATURES_GONE)
    mine, theirs = signed.get(person.pk), signed.get(match.partner_of(person).pk)
    may_deny = mine is not None and not paper.refusal_to_deny(mine, at=timezone.now())
    return to_one_of(
        match,
        person,
        "not-signed" if may_deny else "agreement-detail",
        version=record.version,
        mine=mine,
        theirs=theirs,
        deniable_until=mine.deniable_until if mine is not None and may_deny else None,
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
    return to_one_of(version.match, person, "agreement-detail", version=version, in_force=in_force)
