"""Save records as applications: all or none, and the same file again changes nothing.

A person is found by e-mail address. An application that its person has edited since is skipped.
Named wishes are resolved when both people are there, so the order of two imports does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from applications.models import (
    Application,
    ApplicationExperience,
    ApplicationTopic,
    NamedWish,
    PrivateAnswers,
)
from applications.named_wishes import resolve_names
from programs.models import Cohort, Experience, Topic
from workflow.models import Transition

from .maps import RosterMap
from .people_import import PeopleImport
from .records import ImportResult, Record
from .vocabulary_lookup import VocabularyLookup

BATCH = 500
APPLICATION = (
    "situation",
    "hopes",
    "mode",
    "travel_km",
    "rhythm_days",
    "capacity",
    "is_first_time",
)
PRIVATE = ("needs", "limits", "accommodations")
UPDATABLE = {Application.State.SUBMITTED, Application.State.ACCEPTED}

Pairs = list[tuple[Record, Application]]


class _Rollback(Exception):
    pass


def save_records(
    records: list[Record],
    roster: RosterMap,
    *,
    cohort: Cohort,
    by: User | None,
    at: datetime | None = None,
    dry_run: bool = False,
) -> ImportResult:
    """Save all records, or none if one cannot be saved. `dry_run` saves and rolls back."""
    result = ImportResult()
    try:
        with transaction.atomic():
            _Import(records, roster, cohort, by, at or timezone.now(), result).run()
            if dry_run or result.problems:
                raise _Rollback
    except _Rollback:
        pass
    return result


@dataclass
class _Import:
    """One import; its steps share the people and vocabularies, which are read once."""

    records: list[Record]
    roster: RosterMap
    cohort: Cohort
    by: User | None
    at: datetime
    result: ImportResult
    people: dict[str, User] = field(default_factory=dict)  # by e-mail address

    def run(self) -> None:
        self.people = PeopleImport(self.records, self.roster, self.cohort, self.result).run()
        self._save_answers(self._save_applications())
        if not self.result.problems:
            resolve_names(self.cohort)

    def _save_applications(self) -> Pairs:
        """Create and update applications; return those that were, with their records."""
        known = self._known_applications()
        new: list[Application] = []
        updated: list[Application] = []
        pairs: Pairs = []
        for record in self.records:
            application = known.get((self.people[record.email].pk, record.role))
            if application is None:
                application = self._new_application(record)
                new.append(application)
            elif application.version or application.state not in UPDATABLE:
                self.result.skipped += 1
                continue
            else:
                updated.append(application)
            _set_answers(application, record)
            pairs.append((record, application))
        Application.objects.bulk_create(new, BATCH)
        Application.objects.bulk_update(updated, [*APPLICATION, "external_key"], BATCH)
        Transition.objects.bulk_create([self._first_transition(one) for one in new], BATCH)
        self.result.created, self.result.updated = len(new), len(updated)
        return pairs

    def _known_applications(self) -> dict[tuple[int, str], Application]:
        people = self.people.values()
        applications = Application.objects.filter(cohort=self.cohort, person__in=people)
        return {
            (application.person_id, application.role): application for application in applications
        }

    def _new_application(self, record: Record) -> Application:
        is_accepted = self.roster.state == Application.State.ACCEPTED
        is_oriented = self.roster.orientation_passed and record.role == Application.Role.MENTOR
        return Application(
            cohort=self.cohort,
            person=self.people[record.email],
            role=record.role,
            state=self.roster.state,
            submitted_at=self.at,
            review_started_at=self.at if is_accepted else None,
            committed_at=self.at if record.values.get("commitment") else None,
            code_accepted_at=self.at if self.roster.code_accepted else None,
            orientation_passed_at=self.at if is_oriented else None,
        )

    def _first_transition(self, application: Application) -> Transition:
        return Transition(
            about_type=application._meta.label_lower,
            about_id=application.pk,
            from_state="",
            to_state=application.state,
            by=self.by,
            at=self.at,
            why="imported from a roster",
        )

    def _save_answers(self, pairs: Pairs) -> None:
        """Replace topics, experiences, private answers and wishes of the imported applications."""
        imported = [application.pk for _record, application in pairs]
        for rows in (
            ApplicationTopic.objects,
            ApplicationExperience.objects,
            PrivateAnswers.system,
            NamedWish.system,
        ):
            rows.filter(application__in=imported).delete()
        self._save_topics(pairs)
        self._save_experiences(pairs)
        PrivateAnswers.objects.bulk_create([_private(record, one) for record, one in pairs], BATCH)
        NamedWish.objects.bulk_create(
            [wish for record, one in pairs for wish in _named_wishes(record, one)], BATCH
        )

    def _save_topics(self, pairs: Pairs) -> None:
        if "topics" not in self.roster.fields:
            return
        weight = self.roster.fields["topics"].weight
        lookup = self._program_lookup("topics", Topic)
        ApplicationTopic.objects.bulk_create(
            [
                ApplicationTopic(application=application, topic_id=entry.pk, weight=weight)
                for record, application in pairs
                for entry in self.result.found(lookup.entries(record))
            ],
            BATCH,
        )

    def _save_experiences(self, pairs: Pairs) -> None:
        if "experiences" not in self.roster.fields:
            return
        depth = self.roster.fields["experiences"].depth
        lookup = self._program_lookup("experiences", Experience)
        ApplicationExperience.objects.bulk_create(
            [
                ApplicationExperience(
                    application=application,
                    experience_id=entry.pk,
                    depth=depth or _default_depth(application),
                )
                for record, application in pairs
                for entry in self.result.found(lookup.entries(record))
            ],
            BATCH,
        )

    def _program_lookup(self, name: str, model: type[Topic] | type[Experience]) -> VocabularyLookup:
        program = self.cohort.program
        return VocabularyLookup(
            name,
            self.roster.fields[name],
            model.objects.current(program),
            lambda code, text: model.objects.create(program=program, code=code, names={"en": text}),
        )


def _set_answers(application: Application, record: Record) -> None:
    application.external_key = record.key
    for name, value in record.present(APPLICATION).items():
        setattr(application, name, value)


def _default_depth(application: Application) -> str:
    Depth = ApplicationExperience.Depth
    return Depth.LIVED if application.is_mentor else Depth.GOING_THROUGH


def _private(record: Record, application: Application) -> PrivateAnswers:
    private = PrivateAnswers(application=application, **record.present(PRIVATE))
    private.attributes = {name: values for name, values in record.attributes.items() if values}
    return private


def _named_wishes(record: Record, application: Application) -> list[NamedWish]:
    return [
        NamedWish(application=application, kind=kind, rank=rank, written=written[:200])
        for kind in NamedWish.Kind.values
        for rank, written in enumerate(record.lists.get(kind, []), start=1)
    ]
