"""What a member reads about the people of an import: only those whom they may see.

Old answers of someone who is known elsewhere are shown only to members who may read an application
of theirs; nobody learns from a file who has an account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from applications.models import Application, RosterJob, RosterUpload
from applications.models.imports import RETENTION
from programs.models import conflicts_with

from .field_labels import AnswerTexts, in_order, label


@dataclass(frozen=True)
class AnswerLine:
    """One answer: what is stored and what the file says, in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class PersonReport:
    """What an import does to one person."""

    row: int
    name: str
    email: str
    role: str
    is_new: bool
    reason: str = ""
    changes: list[AnswerLine] = field(default_factory=list)
    kept: list[AnswerLine] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # whom the wishes name


def people_for(user: User, job: RosterJob) -> list[PersonReport]:
    """Return the people of a job's report whom `user` may see, those with questions first."""
    people = job.report.get("people", [])
    ids = {person_id(one) for one in people}
    named = {pk for one in people for _text, found, _open in _names(one) for pk in found}
    hidden = _conflicts(user, ids | named)
    seen = set(
        Application.objects.for_committee(user)
        .filter(person__in=ids, cohort__program=job.upload.cohort.program_id)
        .values_list("person", flat=True)
    )
    added: dict[str, dict[object, str]] = defaultdict(dict)
    for word in job.report.get("added", []):
        added[str(word["field"])][word["pk"]] = str(word["word"])
    texts = AnswerTexts(added)
    return [_person(one, seen, hidden, texts) for one in people if person_id(one) not in hidden]


def refused_for(user: User, job: RosterJob) -> list[tuple[Application, str]]:
    """Return (application, why it was not undone) for those that the member may see."""
    refused = job.report.get("people", [])
    reasons = {int(str(one["application"])): str(one["reason"]) for one in refused}
    seen = Application.objects.for_committee(user).filter(pk__in=reasons)
    return [(one, reasons[one.pk]) for one in seen.select_related("person")]


def person_id(person: dict[str, object]) -> int:
    return int(str(person["person"]))


def _names(person: dict) -> list[tuple[str, list[int], bool]]:
    return person["names"]


def _conflicts(user: User, people: Collection[int]) -> set[int]:
    """Return those of the people whom the member must not read about, and the member."""
    found = User.objects.filter(conflicts_with(user, "pk"), pk__in=people)
    return set(found.values_list("pk", flat=True))


def _person(one: dict, seen: set[int], hidden: set[int], texts: AnswerTexts) -> PersonReport:
    is_known_elsewhere = not one["is_new_person"] and person_id(one) not in seen
    changes, kept = one["changes"], one["kept"]
    reason = one["reason"]
    if is_known_elsewhere:
        changes = {name: (None, new) for name, (_old, new) in changes.items()}
        kept = {}
        reason = reason or _("Facts that this person has given themself stay as they are.")
    return PersonReport(
        row=one["row"],
        name=one["name"],
        email=one["email"],
        role=str(Application.Role(one["role"]).label),
        is_new=one["is_new"],
        reason=reason,
        changes=_lines(changes, texts),
        kept=_lines(kept, texts),
        names=[text for text, found, _open in _names(one) if not hidden & set(found)],
    )


def _lines(answers: dict[str, tuple[object, object]], texts: AnswerTexts) -> list[AnswerLine]:
    return [
        AnswerLine(label(name), *(texts.text(name, one) for one in answers[name]))
        for name in in_order(answers)
    ]


def upload_stage(upload: RosterUpload, at: datetime) -> str:
    """Say how far an import is, from the latest job that `with_last_job` has found."""
    purpose, state = upload.last_purpose, upload.last_state  # type: ignore[attr-defined]  # annotated
    is_over = upload.created_at <= at - RETENTION
    if purpose is None or state in (RosterJob.State.QUEUED, RosterJob.State.RUNNING):
        return _("Being read") if purpose == RosterJob.Purpose.READ else _("Under way")
    if purpose == RosterJob.Purpose.UNDO:
        return _("Undone")
    problems = (upload.last_counts or {}).get("problems")  # type: ignore[attr-defined]  # annotated
    if purpose == RosterJob.Purpose.IMPORT and state == RosterJob.State.DONE and not problems:
        return _("Imported")
    if is_over:
        return _("Not imported, rows deleted")
    if state in (RosterJob.State.FAILED, RosterJob.State.CANCELLED):
        return _("Not read: open it to see why")
    if purpose == RosterJob.Purpose.READ:
        return _("Go on: map the columns")
    return _("Go on: fix what the check found") if problems else _("Go on: import")
