"""Records become applications: all or nothing, and the second time nothing new.

A person is found by e-mail address. An application that its person has edited since is left as it is. Names of
wishes are recognised by key, address or name once both sides are there, so the order of two imports does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import Employer, Industry, Language, Profile, User
from applications.models import (
    Application,
    ApplicationExperience,
    ApplicationTopic,
    NamedWish,
    PrivateAnswers,
)
from applications.named_preferences import recognise
from programs.models import Cohort, Experience, Topic
from workflow.models import Transition

from .maps import FieldMap, RosterMap
from .normalization import fold, nearest
from .records import Problem, Record

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


@dataclass
class Outcome:
    """What an import did, or would do."""

    created: int = 0
    updated: int = 0
    unchanged_by_choice: int = 0  # edited by the person since: left alone
    people_created: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems


class _Undo(Exception):
    pass


def save_records(
    records: list[Record],
    roster: RosterMap,
    *,
    cohort: Cohort,
    by: Any,
    at: datetime | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Save all records, or none when one of them cannot be saved. With `dry_run` everything is tried and undone."""
    outcome = Outcome()
    try:
        with transaction.atomic():
            _Save(records, roster, cohort, at or timezone.now(), outcome, by).run()
            if dry_run or outcome.problems:
                raise _Undo
    except _Undo:
        pass
    return outcome


@dataclass
class _Save:
    """One import. The steps share the people and vocabularies that were read once."""

    records: list[Record]
    roster: RosterMap
    cohort: Cohort
    at: datetime
    outcome: Outcome
    by: Any

    def run(self) -> None:
        self.people = self._people()
        self._profiles()
        applications = self._applications()
        self._answers(applications)
        if not self.outcome.problems:
            recognise(self.cohort)

    # --- people

    def _people(self) -> dict[str, User]:
        wanted = {record.email: record for record in reversed(self.records)}
        found = {user.email: user for user in User.objects.filter(email__in=wanted)}
        fresh = []
        for email, record in wanted.items():
            if email not in found:
                user = User(
                    email=email,
                    **{"time_zone": self.cohort.program.time_zone, **_given(record.values, PERSON)},
                )
                user.set_unusable_password()
                fresh.append(user)
            elif not found[email].name:
                found[email].name = record.values["name"]
                found[email].save(update_fields=["name"])
        User.objects.bulk_create(fresh, BATCH)
        self.outcome.people_created = len(fresh)
        found |= {user.email: user for user in fresh}
        EmailAddress.objects.bulk_create(
            [
                EmailAddress(user=user, email=user.email, primary=True, verified=False)
                for user in fresh
            ],
            BATCH,
        )
        return found

    def _profiles(self) -> None:
        """Profiles of new people; facts that a person has already given are not overwritten."""
        by_email = {record.email: record for record in self.records}
        have = set(
            Profile.objects.filter(user__in=self.people.values()).values_list("user_id", flat=True)
        )
        employers = {one.key: one for one in Employer.objects.all()}
        new = []
        for email, user in self.people.items():
            if user.pk in have:
                continue
            values = by_email[email].values
            profile = Profile(
                user=user,
                availability=by_email[email].lists.get("availability", []),
                **_given(values, PROFILE),
            )
            if name := values.get("employer"):
                profile.employer = employers.get(fold(name)) or Employer.objects.named(name)
                employers[profile.employer.key] = profile.employer
            new.append(profile)
        Profile.objects.bulk_create(new, BATCH)
        self._profile_words(new, by_email, "industries", Industry)
        self._profile_words(new, by_email, "languages", Language)

    def _profile_words(
        self, profiles: list[Profile], by_email: dict[str, Record], name: str, model: Any
    ) -> None:
        if name not in self.roster.fields:
            return
        words = _Words(
            model.objects.current(),
            self.roster.fields[name],
            lambda code, text: model.objects.create(code=code, names={"en": text}),
        )
        through = getattr(Profile, name).through
        column = f"{model._meta.model_name}_id"
        rows = [
            through(**{"profile_id": profile.pk, column: entry.pk})
            for profile in profiles
            for entry in self._entries(words, by_email[profile.user.email], name)
        ]
        through.objects.bulk_create(rows, BATCH)

    def _entries(self, words: _Words, record: Record, name: str) -> list[Any]:
        entries = []
        for text in record.lists.get(name, []):
            entry, hint = words.find(text)
            if entry is None:
                message = _("“%(text)s” is not in the vocabulary.") % {"text": text[:80]}
                if hint:
                    message += " " + _("Did you mean “%(hint)s”?") % {"hint": hint}
                self.outcome.problems.append(Problem(record.row, name, message))
            else:
                entries.append(entry)
        return list(dict.fromkeys(entries))

    # --- applications

    def _applications(self) -> list[tuple[Record, Application]]:
        have = {
            (one.person_id, one.role): one
            for one in Application.objects.filter(
                cohort=self.cohort, person__in=self.people.values()
            )
        }
        new: list[Application] = []
        changed: list[Application] = []
        pairs: list[tuple[Record, Application]] = []
        for record in self.records:
            application = have.get((self.people[record.email].pk, record.role))
            if application and (
                application.version or application.state not in ("submitted", "accepted")
            ):
                self.outcome.unchanged_by_choice += 1
                continue
            (changed if application else new).append(
                application := application or self._blank(record)
            )
            self._fill(application, record)
            pairs.append((record, application))
        Application.objects.bulk_create(new, BATCH)
        Application.objects.bulk_update(changed, [*APPLICATION, "external_key"], BATCH)
        Transition.objects.bulk_create([self._arrival(one) for one in new], BATCH)
        self.outcome.created, self.outcome.updated = len(new), len(changed)
        return pairs

    def _blank(self, record: Record) -> Application:
        accepted = self.roster.state == "accepted"
        return Application(
            cohort=self.cohort,
            person=self.people[record.email],
            role=record.role,
            state=self.roster.state,
            submitted_at=self.at,
            review_started_at=self.at if accepted else None,
            committed_at=self.at if record.values.get("commitment") else None,
            code_accepted_at=self.at if self.roster.code_accepted else None,
            orientation_passed_at=self.at
            if self.roster.orientation_passed and record.role == "mentor"
            else None,
        )

    def _arrival(self, application: Application) -> Transition:
        return Transition(
            about_type=application._meta.label_lower,
            about_id=application.pk,
            from_state="",
            to_state=application.state,
            by=self.by,
            at=self.at,
            why="imported from a roster",
        )

    def _fill(self, application: Application, record: Record) -> None:
        application.external_key = record.key
        for name, value in _given(record.values, APPLICATION).items():
            setattr(application, name, value)

    def _answers(self, pairs: list[tuple[Record, Application]]) -> None:
        """Topics, experiences, private answers and wishes are written anew for every imported application."""
        mine = [application.pk for _record, application in pairs]
        for rows in (ApplicationTopic.objects, ApplicationExperience.objects):
            rows.filter(application__in=mine).delete()
        for private in (PrivateAnswers.system, NamedWish.system):
            private.filter(application__in=mine).delete()
        self._through(pairs, "topics", Topic, ApplicationTopic)
        self._through(pairs, "experiences", Experience, ApplicationExperience)
        PrivateAnswers.objects.bulk_create([_private(record, one) for record, one in pairs], BATCH)
        NamedWish.objects.bulk_create(
            [wish for record, one in pairs for wish in _wishes(record, one)], BATCH
        )

    def _through(
        self, pairs: list[tuple[Record, Application]], name: str, model: Any, through: Any
    ) -> None:
        if name not in self.roster.fields:
            return
        one, program = self.roster.fields[name], self.cohort.program
        words = _Words(
            model.objects.current(program),
            one,
            lambda code, text: model.objects.create(program=program, code=code, names={"en": text}),
        )
        rows = []
        for record, application in pairs:
            depth = one.depth or ("now" if application.role == "mentee" else "lived")
            extra = {"weight": one.weight} if through is ApplicationTopic else {"depth": depth}
            column = model._meta.model_name
            rows += [
                through(application=application, **{column: entry}, **extra)
                for entry in self._entries(words, record, name)
            ]
        through.objects.bulk_create(rows, BATCH)


class _Words:
    """A vocabulary for one import: found by code or by name in any language; made new only where the map says so."""

    def __init__(self, entries: Iterable[Any], one: FieldMap, make: Any) -> None:
        self.by_text: dict[str, Any] = {}
        self.make = make if one.create else None
        for entry in entries:
            for text in (entry.code, *entry.names.values()):
                self.by_text.setdefault(fold(text), entry)

    def find(self, text: str) -> tuple[Any, str]:
        """The entry of that name, or None and the nearest name that there is."""
        entry = self.by_text.get(fold(text))
        if entry is None and self.make and slugify(text):
            entry = self.by_text[fold(text)] = self.make(slugify(text)[:60], text[:120])
        return entry, "" if entry else nearest(text, self.by_text)


def _given(values: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if values.get(name) is not None}


def _private(record: Record, application: Application) -> PrivateAnswers:
    private = PrivateAnswers(application=application, **_given(record.values, PRIVATE))
    private.attributes = {name: values for name, values in record.attributes.items() if values}
    return private


def _wishes(record: Record, application: Application) -> list[NamedWish]:
    return [
        NamedWish(application=application, kind=kind, rank=rank, written=written[:200])
        for kind in NamedWish.Kind.values
        for rank, written in enumerate(record.lists.get(kind, []), start=1)
    ]
