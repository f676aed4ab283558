"""Save records as applications: all or none, and the same file again changes nothing.

A person is found by e-mail address. An application that its person has edited since is skipped.
Named wishes are resolved when both people are there, so the order of two imports does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.models import Employer, Industry, Language, Profile, User
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
from .normalization import fold
from .parsers import Value
from .records import Problem, Record
from .vocabulary_lookup import Entry, VocabularyLookup

BATCH = 500
PERSON = ("name", "pronouns", "language", "time_zone")
PROFILE = ("job_title", "level", "years_experience", "place", "phone", "about")
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


@dataclass
class ImportResult:
    """What an import did, or would do."""

    created: int = 0
    updated: int = 0
    skipped: int = 0  # edited by their person since
    people_created: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems


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
        self._save_people()
        self._save_profiles()
        self._save_answers(self._save_applications())
        if not self.result.problems:
            resolve_names(self.cohort)

    # --- people

    def _save_people(self) -> None:
        # The first row of a person counts.
        first_rows = {record.email: record for record in reversed(self.records)}
        self.people = {user.email: user for user in User.objects.filter(email__in=first_rows)}
        new = []
        for email, record in first_rows.items():
            known = self.people.get(email)
            if known is None:
                new.append(self._new_person(record))
            elif not known.name:
                known.name = str(record.values["name"])
                known.save(update_fields=["name"])
        User.objects.bulk_create(new, BATCH)
        EmailAddress.objects.bulk_create(
            [EmailAddress(user=user, email=user.email, primary=True) for user in new], BATCH
        )
        self.people |= {user.email: user for user in new}
        self.result.people_created = len(new)

    def _new_person(self, record: Record) -> User:
        defaults = {"time_zone": self.cohort.program.time_zone}
        user = User(email=record.email, **{**defaults, **_present(record.values, PERSON)})
        user.set_unusable_password()
        return user

    def _save_profiles(self) -> None:
        """Create the profiles of people who have none; what people entered is not overwritten."""
        by_email = {record.email: record for record in self.records}
        profiles = Profile.objects.filter(user__in=self.people.values())
        known = set(profiles.values_list("user_id", flat=True))
        employers = {employer.key: employer for employer in Employer.objects.all()}
        new = [
            self._new_profile(user, by_email[email], employers)
            for email, user in self.people.items()
            if user.pk not in known
        ]
        Profile.objects.bulk_create(new, BATCH)
        rows = [(by_email[profile.user.email], profile) for profile in new]
        self._link_to_profiles(rows, "industries", Industry)
        self._link_to_profiles(rows, "languages", Language)

    def _new_profile(self, user: User, record: Record, employers: dict[str, Employer]) -> Profile:
        profile = Profile(
            user=user,
            availability=record.lists.get("availability", []),
            **_present(record.values, PROFILE),
        )
        if name := str(record.values.get("employer") or ""):
            profile.employer = employers.get(fold(name)) or Employer.objects.named(name)
            employers[profile.employer.key] = profile.employer
        return profile

    def _link_to_profiles(
        self,
        rows: list[tuple[Record, Profile]],
        name: str,
        model: type[Industry] | type[Language],
    ) -> None:
        if name not in self.roster.fields:
            return
        lookup = VocabularyLookup(
            name,
            self.roster.fields[name],
            model.objects.current(),
            lambda code, text: model.objects.create(code=code, names={"en": text}),
        )
        through = getattr(Profile, name).through
        column = f"{model._meta.model_name}_id"
        links = [
            through(**{"profile_id": profile.pk, column: entry.pk})
            for record, profile in rows
            for entry in self._find(lookup, record)
        ]
        through.objects.bulk_create(links, BATCH)

    def _find(self, lookup: VocabularyLookup, record: Record) -> list[Entry]:
        entries, problems = lookup.entries(record)
        self.result.problems += problems
        return entries

    # --- applications

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
                for entry in self._find(lookup, record)
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
                for entry in self._find(lookup, record)
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


def _present(values: dict[str, Value | None], names: Iterable[str]) -> dict[str, Value]:
    return {name: value for name in names if (value := values.get(name)) is not None}


def _set_answers(application: Application, record: Record) -> None:
    application.external_key = record.key
    for name, value in _present(record.values, APPLICATION).items():
        setattr(application, name, value)


def _default_depth(application: Application) -> str:
    Depth = ApplicationExperience.Depth
    return Depth.LIVED if application.is_mentor else Depth.GOING_THROUGH


def _private(record: Record, application: Application) -> PrivateAnswers:
    private = PrivateAnswers(application=application, **_present(record.values, PRIVATE))
    private.attributes = {name: values for name, values in record.attributes.items() if values}
    return private


def _named_wishes(record: Record, application: Application) -> list[NamedWish]:
    return [
        NamedWish(application=application, kind=kind, rank=rank, written=written[:200])
        for kind in NamedWish.Kind.values
        for rank, written in enumerate(record.lists.get(kind, []), start=1)
    ]
