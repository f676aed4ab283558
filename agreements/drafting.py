"""Writing the agreement together: one part at a time, by either person, without losing an edit.

A save names the revision of the part that its writer had read. If the part has been saved since,
nothing is written and `ConflictingEdit` carries what it says now, so that the page can show both
texts. Every save locks the pair, as signing does: of an edit and a signature at the same moment one
comes first, and the other sees it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from matches.pair_lock import lock_row
from workflow.states import move

from . import changes, reconcilers, text, wording
from .models import (
    AgreedActivity,
    AgreedGoal,
    Agreement,
    AgreementText,
    AgreementVersion,
    Signature,
)

COLUMNS = {
    "rhythm": (
        "rhythm_days",
        "meeting_minutes",
        "mode",
        "scheduler",
        "notice_hours",
        "reply_days",
        "lateness",
    ),
    "term": ("term_months",),
}
TEXTS = {
    "confidentiality": ("confidentiality", "feedback"),
    "term": ("short_term_reason", "ending_rules"),
}

State = AgreementVersion.State
CLOSED = _("This match has ended, so its agreement can no longer be changed.")
DISCARDED = _("This version has been discarded. To change the agreement, start a new version.")
IN_FORCE = _("You have both signed this text. To change it, start a new version.")

# The values of one part by field name: numbers, texts, or the rows of goals and activities.
PartValues = dict[str, Any]


class ConflictingEdit(Exception):
    """The part was saved by someone else since it was read; `version` is the current one."""

    def __init__(self, version: AgreementVersion) -> None:
        super().__init__("this part was saved by someone else meanwhile")
        self.version = version


def default_values(match: Match) -> dict[str, int]:
    """Return the numbers of a new version, from the program's policy."""
    policy = match.program.policy
    return {
        "rhythm_days": policy.rhythm_days,
        "meeting_minutes": policy.meeting_minutes,
        "notice_hours": 24,
        "reply_days": 2,
        "term_months": policy.term_months,
    }


def current_version(match: Match) -> AgreementVersion | None:
    """Return the version that is being written, else the one in force, else None."""
    versions = AgreementVersion.objects.of_match(match).select_related(
        "agreement", "changed_by", "wording"
    )
    # At most one is being written, and one in force.
    rows = versions.filter(state__in=[*AgreementVersion.EDITABLE, State.SIGNED])
    found = max(rows, key=lambda version: version.is_editable, default=None)
    if found is not None:
        found.agreement.match = match
    return found


def part_values(version: AgreementVersion, part: str) -> PartValues:
    """Return the saved values of one part, in the shape that `save_part` takes."""
    values: PartValues = {name: getattr(version, name) for name in COLUMNS.get(part, ())}
    if part in TEXTS:
        texts = AgreementText.system.filter(version=version).first()
        values |= {name: getattr(texts, name, "") for name in TEXTS[part]}
    if part == "goals":
        rows = AgreedGoal.system.filter(version=version)
        values["goals"] = [
            {"key": goal.key, "text": goal.text, "measure": goal.measure} for goal in rows
        ]
    if part == "activities":
        values["activities"] = [row.text for row in AgreedActivity.system.filter(version=version)]
    return values


@transaction.atomic
def save_part(
    match: Match,
    part: str,
    values: PartValues,
    *,
    expected_revision: int,
    by: User,
    at: datetime | None = None,
) -> AgreementVersion:
    """Save one part of the version being written; the first save of all creates the agreement.

    `values` has the shape of `part_values`, `expected_revision` is the revision of the part that
    the writer had read (0: none). A save that changes nothing (a second click) does nothing; any
    other withdraws the signatures. Raises ActionNotAllowed outside the pair, after the end of the
    match and for a version in force; ConflictingEdit when the part has been saved since.
    """
    at = at or timezone.now()
    lock_match(match, by=by)
    version = _version_to_write(match, by=by, at=at)
    if version.revision_of(part) and says_the_same(part_values(version, part), values):
        return version
    columns = {name: values[name] for name in COLUMNS.get(part, ())}
    claim(version, part, expected_revision=expected_revision, by=by, at=at, columns=columns)
    _write(version, part, values)
    withdraw_signatures(version, at)
    return version


def lock_match(match: Match, *, by: User) -> None:
    """Lock an open match until the end of the transaction.

    Raises ActionNotAllowed outside the pair and after its end.
    """
    if by not in match.people:
        raise ActionNotAllowed(_("Only the two people of a match can write its agreement."))
    if lock_row(match.pk) == Match.State.CLOSED:
        raise ActionNotAllowed(CLOSED)


def _version_to_write(match: Match, *, by: User, at: datetime) -> AgreementVersion:
    version = current_version(match)
    if version is None:
        agreement, _created = Agreement.objects.get_or_create(match=match)
        begun = {
            "wording": wording.freeze(match.program, at=at),
            "wording_language": wording.language_for(by, match.program),
        }
        version, _created = AgreementVersion.objects.get_or_create(
            agreement=agreement, number=1, defaults={**default_values(match), **begun}
        )
        AgreementText.system.get_or_create(version=version)
        version.agreement.match = match
    if not version.is_editable:
        raise ActionNotAllowed(IN_FORCE)
    return version


def says_the_same(saved: PartValues, wanted: PartValues) -> bool:
    """Return whether both say the same, whatever the keys of goals and the spaces at line ends."""

    def plain(value: object) -> object:  # walks lists and dicts of whatever a part consists of
        if isinstance(value, list):
            return [plain(row) for row in value]
        if isinstance(value, dict):
            return {key: plain(row) for key, row in value.items() if key != "key"}
        return text.clean(value) if isinstance(value, str) else value

    return bool(plain(saved) == plain(wanted))


def claim(
    version: AgreementVersion,
    part: str,
    *,
    expected_revision: int,
    by: User,
    at: datetime,
    columns: PartValues,
) -> None:
    """Raise the revision of `part` ("": of the whole) if it is the expected one; set `columns`.

    One conditional UPDATE decides who was first. No condition on the version may go through a
    join: the UPDATE would then compare ids from a subquery, which PostgreSQL does not evaluate
    again after waiting for the row, and two writers would both be first.
    """
    revision = f"{part}_revision" if part else "revision"
    # A change of a shared text asks for signatures again.
    next_round = models.When(state=State.SHARED, then=F("signing_round") + 1)
    signing_round = models.Case(
        next_round, default=F("signing_round"), output_field=models.IntegerField()
    )
    mine = AgreementVersion.objects.filter(
        pk=version.pk,
        state__in=AgreementVersion.EDITABLE,
        agreement__in=Agreement.objects.of_open_matches(),
        **{revision: expected_revision},
    )
    numbers = {
        "revision": F("revision") + 1,
        revision: F(revision) + 1,
        "signing_round": signing_round,
    }
    claimed = mine.update(changed_by=by, changed_at=at, **numbers, **columns)
    # All but the agreement, whose match the caller has loaded.
    fields = [f.attname for f in version._meta.concrete_fields if f.name != "agreement"]
    version.refresh_from_db(fields=fields)
    if not claimed:
        _raise_reason(version)


def _raise_reason(version: AgreementVersion) -> NoReturn:
    if version.state == State.DISCARDED:
        raise ActionNotAllowed(DISCARDED)
    if not version.is_editable:
        raise ActionNotAllowed(IN_FORCE)
    if not Match.objects.open().filter(pk=version.agreement.match_id).exists():
        raise ActionNotAllowed(CLOSED)
    raise ConflictingEdit(version)


def _write(version: AgreementVersion, part: str, values: PartValues) -> None:
    if part in TEXTS:
        texts = {name: values[name] for name in TEXTS[part]}
        AgreementText.system.filter(version=version).update(**texts)
    elif part == "goals":
        _write_goals(version, values["goals"])
    elif part == "activities":
        AgreedActivity.system.filter(version=version).delete()
        rows = [
            AgreedActivity(version=version, position=n, text=line)
            for n, line in enumerate(values["activities"])
        ]
        AgreedActivity.objects.bulk_create(rows)


def _write_goals(version: AgreementVersion, goals: list[dict[str, str]]) -> None:
    """Replace the goals; those that keep their key stay the same goal."""
    rows = AgreedGoal.system.filter(version=version)
    known = {goal.key: goal for goal in rows}
    kept = {goal["key"] for goal in goals if goal.get("key") in known}
    rows.exclude(key__in=kept).delete()
    for position, goal in enumerate(goals):
        row = known[goal["key"]] if goal.get("key") in kept else AgreedGoal(version=version)
        row.position, row.text, row.measure = position, goal["text"], goal["measure"]
        row.save()


def withdraw_signatures(version: AgreementVersion, at: datetime) -> None:
    """Let no signature under `version` count any more, because its text does not stand."""
    withdrawn = Signature.objects.valid().filter(version=version).update(withdrawn_at=at)
    if withdrawn:
        AgreementText.system.filter(version=version).update(signed_text="")


@transaction.atomic
def share(version: AgreementVersion, *, by: User, at: datetime | None = None) -> None:
    """Put a complete draft up for signing and ask the partner to sign.

    Sharing it again does nothing. Raises ActionNotAllowed outside the pair, while parts are
    missing, and when it is not a draft of an open match.
    """
    at = at or timezone.now()
    if version.state == State.SHARED and version.is_of(by):
        return
    if version.is_of(by) and version.missing_parts:
        raise ActionNotAllowed(_("Some parts are still empty. Write them, then share the draft."))
    if not version.may_be_shared_by(by) or lock_row(version.match.pk) == Match.State.CLOSED:
        raise ActionNotAllowed(_("This draft cannot be shared now. Please reload the page."))
    next_round = version.signing_round + 1
    move(
        version,
        State.SHARED,
        by=by,
        at=at,
        shared_at=at,
        changed_at=at,
        signing_round=next_round,
    )
    snapshots = changes.snapshots(text.content_for_record(version))
    AgreementText.system.filter(version=version).update(shared_snapshot=snapshots)
    reconcilers.ask_to_sign(version, version.match.partner_of(by), at=at)
