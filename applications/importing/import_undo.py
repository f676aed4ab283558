"""Undo an import within a day: put back exactly what was.

1. Of a person who has acted since, or whom the committee has worked on, nothing is undone; the
   report says why.
2. New applications and people are deleted; changed answers get their old values back.
3. Words, questions and employers that the import added go too, unless someone uses them by now.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from allauth.account.models import EmailAddress
from django.db import models, transaction
from django.db.models import Count, ProtectedError
from django.utils.translation import gettext as _

from accounts.models import Employer, Industry, Language, Profile, User
from applications.models import (
    Application,
    CommitteeNote,
    Decision,
    ImportedRow,
    QuestionAnswer,
    ReviewStep,
    RosterJob,
)
from applications.named_wishes import resolve_names
from applications.review_steps import add_steps
from programs.models import Cohort, Experience, ProgramQuestion, Topic
from programs.word_merging import merged_into
from workflow.models import Transition

from .answer_writing import write_answers
from .own_questions import ASKED
from .stored_answers import PERSONAL, Answers, read_answers
from .turns import in_turn
from .vocabulary_lookup import MODELS, stand_ins

UNDO_WINDOW = timedelta(hours=24)
BATCH = 1000  # rows that are deleted together
Deleted = TypeVar("Deleted")
ADDED: dict[str, type[models.Model]] = {
    "topics": Topic,
    "experiences": Experience,
    "industries": Industry,
    "languages": Language,
    "employers": Employer,
    "questions": ProgramQuestion,
}


@dataclass
class UndoResult:
    """How many applications were put back, and (application id, reason) of those that were not."""

    undone: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class _Row:
    """One imported row with what it changed."""

    row: ImportedRow
    is_new: bool
    is_new_person: bool
    changes: dict[str, list[object]]

    @classmethod
    def of(cls, row: ImportedRow) -> _Row:
        stored = json.loads(row.changes_json or "{}")
        return cls(
            row,
            bool(stored.get("is_new")),
            bool(stored.get("is_new_person")),
            stored.get("answers", {}),
        )

    @property
    def application(self) -> Application:
        return self.row.application


def may_be_undone(job: RosterJob, at: datetime) -> bool:
    """Return whether an import is done, not undone yet, and less than a day old."""
    is_done = job.purpose == RosterJob.Purpose.IMPORT and job.state == RosterJob.State.DONE
    return is_done and not job.undone_at and at < job.created_at + UNDO_WINDOW


def undo_import(
    job: RosterJob, *, cohort: Cohort, at: datetime, wait: Callable[[], None] = lambda: None
) -> UndoResult | None:
    """Undo an import and return what could not be undone. The job remembers that it was undone.

    Returns None if it has been undone already. `wait` is called while an import is being saved.
    """
    return in_turn(lambda: _undo(job, cohort, at), wait=wait)


def _undo(job: RosterJob, cohort: Cohort, at: datetime) -> UndoResult | None:
    if RosterJob.system.filter(pk=job.pk, undone_at__isnull=False).exists():
        return None
    rows = ImportedRow.system.filter(job=job).select_related("application__person").order_by("-pk")
    found = [_Row.of(row) for row in rows]
    stored = read_answers(one.application for one in found)
    worked_on = _worked_on(cohort)
    reasons = {one.row.pk: _why_not(one, stored[one.application.pk], worked_on) for one in found}
    for one in _delete_new([one for one in found if one.is_new and not reasons[one.row.pk]]):
        reasons[one.row.pk] = _("This person is in a pair or a round by now.")
    undone = [one for one in found if not reasons[one.row.pk]]
    result = UndoResult(undone=len(undone))
    result.refused = [
        (one.application.pk, reasons[one.row.pk]) for one in found if reasons[one.row.pk]
    ]
    back: dict[Application, Answers] = {
        one.application: {
            name: old
            for name, (old, _new) in one.changes.items()
            if name in PERSONAL or not one.is_new
        }
        for one in undone
        if not one.is_new_person
    }
    write_answers(back, at=at)
    # Those of new applications were deleted with them.
    kept = [one for one in undone if not one.is_new]
    ImportedRow.system.filter(pk__in=[one.row.pk for one in kept]).delete()
    ids = sorted({one.application.pk for one in kept})
    add_steps(ids, ReviewStep.Kind.IMPORT_UNDONE, by=_who_undoes(job), at=at)
    resolve_names(cohort)  # so that no wish refers to a person who goes
    _delete_people([one.application.person for one in undone if one.is_new_person])
    _delete_added(job)
    _narrow_questions(job)
    RosterJob.system.filter(pk=job.pk).update(undone_at=at)
    return result


def _who_undoes(job: RosterJob) -> User:
    """Return the member who asked for the undoing of an import."""
    asked = RosterJob.system.filter(undoes=job).select_related("created_by").order_by("-pk").first()
    return (asked or job).created_by


def _worked_on(cohort: Cohort) -> set[int]:
    """Return the ids of the cohort's applications on which the committee has worked."""
    of_cohort = {"application__cohort": cohort}
    decided = Decision.system.filter(**of_cohort).values_list("application", flat=True)
    noted = CommitteeNote.system.filter(**of_cohort).values_list("application", flat=True)
    steps = Transition.system.about_any(Application.objects.filter(cohort=cohort))
    moved = steps.order_by().values("about_id").annotate(steps=Count("pk")).filter(steps__gt=1)
    return {*decided, *noted, *moved.values_list("about_id", flat=True)}


def _why_not(one: _Row, stored: Answers, worked_on: Collection[int]) -> str:
    """Return why a person stays as they are; "" if they can be put back."""
    has_new_access = one.is_new_person or "email" in one.changes
    if one.application.person.last_login and has_new_access:
        return _("This person has signed in since.")
    if any(_differs(name, stored.get(name, []), new) for name, (_o, new) in one.changes.items()):
        return _("The answers have been changed since.")
    if not one.is_new:
        return ""
    if one.application.version:
        return _("This person has worked on the application since.")
    if one.application.pk in worked_on:
        return _("The committee has worked on this application since.")
    return ""


def _differs(name: str, stored: object, new: object) -> bool:
    """Return whether an answer was changed since; merging words is no change by its person."""
    if stored == new or name not in MODELS or not (merged := stand_ins(name)):
        return stored != new
    now, then = ({_key(one) for one in answers} for answers in (_list(stored), _list(new)))
    return now != {merged.get(key, key) for key in then}


def _list(answers: object) -> list[object]:
    return answers if isinstance(answers, list) else []


def _key(answer: object) -> object:
    """Return the key of a word: the id of [id, weight], or the code."""
    return answer[0] if isinstance(answer, list) else answer


def _delete_new(rows: Sequence[_Row]) -> list[_Row]:
    """Delete new applications with their history; return those for which that is not possible."""

    def delete(batch: Sequence[_Row]) -> None:
        applications = Application.objects.filter(pk__in=[one.application.pk for one in batch])
        Transition.system.about_any(applications).delete()
        applications.delete()

    return _delete_unless_protected(rows, delete)


def _delete_people(people: Sequence[User]) -> None:
    """Delete people whom the import made and whom nothing refers to any more.

    One for whom a member has a role, for example, stays.
    """
    ids = [person.pk for person in people]
    applied = set(Application.objects.filter(person__in=ids).values_list("person", flat=True))

    def delete(batch: Sequence[User]) -> None:
        users = [person.pk for person in batch]
        EmailAddress.objects.filter(user__in=users).delete()
        Profile.objects.filter(user__in=users).delete()
        User.objects.filter(pk__in=users).delete()

    _delete_unless_protected([person for person in people if person.pk not in applied], delete)


def _delete_unless_protected(
    rows: Sequence[Deleted], delete: Callable[[Sequence[Deleted]], None], size: int = BATCH
) -> list[Deleted]:
    """Delete rows in batches; return those to which something else refers.

    A batch with such a row is deleted in smaller ones, down to single rows.
    """
    kept: list[Deleted] = []
    for start in range(0, len(rows), size):
        batch = rows[start : start + size]
        try:
            with transaction.atomic():
                delete(batch)
        except ProtectedError:
            smaller = size // 10
            kept += _delete_unless_protected(batch, delete, smaller) if smaller else batch
    return kept


def _delete_added(job: RosterJob) -> None:
    for name, ids in job.added.items():
        if name not in ADDED:
            continue
        merged = merged_into(MODELS[name]) if name in MODELS else {}
        in_merges = {*merged, *merged.values()}  # the committee has worked with them since
        for row in ADDED[name]._default_manager.filter(pk__in=set(ids) - in_merges):
            try:
                with transaction.atomic():
                    row.delete()
            except ProtectedError:  # someone has chosen it since
                continue


def _narrow_questions(job: RosterJob) -> None:
    """Ask questions of one role again, unless someone in the other role has answered since."""
    for one in job.report.get("added", []):
        if one["field"] != ASKED:
            continue
        question, asked = int(str(one["pk"])), str(one["word"])
        others = QuestionAnswer.system.filter(question=question).exclude(application__role=asked)
        if not others.exists():
            ProgramQuestion.objects.filter(pk=question).update(asked=asked)
