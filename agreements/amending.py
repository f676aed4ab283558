"""Changing an agreement in force: a new version, written and signed like the first."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from notifications.outbox import cancel_about, enqueue
from notifications.reasons import reason
from workflow.states import move

from . import drafting, text, wording
from .models import AgreedActivity, AgreedGoal, AgreementText, AgreementVersion

State = AgreementVersion.State
WAS_DISCARDED = reason("version-discarded", _("the new version has been discarded"))


@transaction.atomic
def amend(match: Match, *, by: User, at: datetime | None = None) -> AgreementVersion:
    """Start a new version as a copy of the one in force, which applies until the new one is signed.

    It has the program's newest wording. Return it, or the one that is being written already.
    Raises ActionNotAllowed outside the pair, after the end of the match, and while there is no
    agreement.
    """
    drafting.lock_match(match, by=by)
    current = drafting.current_version(match)
    if current is None:
        raise ActionNotAllowed(_("There is no signed agreement to change yet."))
    if current.is_editable:
        return current
    return _copy(current, by=by, at=at or timezone.now())


@transaction.atomic
def discard(version: AgreementVersion, *, by: User, at: datetime | None = None) -> None:
    """Drop a new version that is being written; the signed one stays in force.

    The partner is told if it was shared. Discarding it again does nothing. Raises ActionNotAllowed
    outside the pair, after the end of the match, for a first agreement, and once it is signed.
    """
    at, match = at or timezone.now(), version.match
    drafting.lock_match(match, by=by)
    if version.state == State.DISCARDED:
        return
    if not version.is_editable:
        raise ActionNotAllowed(drafting.IN_FORCE)
    if not AgreementVersion.objects.of_match(match).signed().exists():
        raise ActionNotAllowed(
            _("There is no signed agreement to go back to. Change the parts of this draft instead.")
        )
    was_shared = version.state == State.SHARED
    move(version, State.DISCARDED, by=by, at=at)
    drafting.withdraw_signatures(version, at)
    cancel_about(version, why=WAS_DISCARDED, at=at)
    if was_shared:
        enqueue("agreement-discarded", to=match.partner_of(by), about=version, at=at)


def _copy(signed: AgreementVersion, *, by: User, at: datetime) -> AgreementVersion:
    numbers = [name for names in drafting.COLUMNS.values() for name in names]
    columns = {name: getattr(signed, name) for name in numbers}
    written = {f"{part}_revision": 1 for part in text.PART_TITLES}
    versions = AgreementVersion.objects.filter(agreement=signed.agreement)
    last = versions.latest("number").number  # of one that was discarded, perhaps
    new, created = AgreementVersion.objects.get_or_create(
        agreement=signed.agreement,
        number=last + 1,
        defaults={
            **columns,
            **written,
            "wording": wording.freeze(signed.program, at=at),
            "wording_language": signed.wording_language or wording.language_for(by, signed.program),
            "revision": 1,
            "changed_by": by,
            "changed_at": at,
        },
    )
    if created:
        _copy_content(text.content_for_record(signed), new)
    return new


def _copy_content(content: text.Content, new: AgreementVersion) -> None:
    written = [name for names in drafting.TEXTS.values() for name in names]
    texts = {name: getattr(content.text, name) for name in written}
    AgreementText.objects.create(version=new, **texts)
    for goal in content.goals:
        AgreedGoal.objects.create(
            version=new,
            key=goal.key,
            position=goal.position,
            text=goal.text,
            measure=goal.measure,
        )
    AgreedActivity.objects.bulk_create(
        AgreedActivity(version=new, position=row.position, text=row.text)
        for row in content.activities
    )
