"""Save records as applications: all or none, and the same file again changes nothing.

What is stored of a row, and what the person's own answer keeps out, is decided in `merging`.
Named wishes are resolved when both people are there, so the order of two imports does not matter.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Employer, User
from applications.models import Application, ImportedRow, RosterJob
from applications.named_wishes import resolve_names, wishes_explained
from programs.models import Cohort
from workflow.models import Transition

from .answer_writing import BATCH, write_answers
from .maps import RosterMap
from .merging import merge
from .offers import Offers
from .people_import import DEFAULTS, PeopleImport
from .records import Change, ImportResult, Record
from .stored_answers import PERSONAL, Answers, read_answers
from .turns import in_turn

State = Application.State
UPDATABLE = {State.SUBMITTED, State.ACCEPTED, State.WAITLISTED}

Pairs = list[tuple[Record, Application]]


def save_records(
    records: list[Record],
    roster: RosterMap,
    *,
    cohort: Cohort,
    by: User | None,
    at: datetime | None = None,
    dry_run: bool = False,
    job: RosterJob | None = None,
    file_name: str = "",
    finish: Callable[[ImportResult], None] | None = None,
    wait: Callable[[], None] = lambda: None,
) -> ImportResult:
    """Save all records, or none if one cannot be saved. `dry_run` saves and rolls back.

    `finish` runs in the same transaction once everything is saved. `wait` is called while another
    import is being saved, see `turns`.
    """
    now = at or timezone.now()

    def save() -> ImportResult:
        result = ImportResult()
        _Import(records, roster, cohort, by, now, result, job, file_name).run()
        if dry_run or result.problems:
            transaction.set_rollback(True)
        elif finish:
            finish(result)
        return result

    return in_turn(save, wait=wait)


@dataclass
class _Import:
    """One import; its steps share the people and vocabularies, which are read once."""

    records: list[Record]
    roster: RosterMap
    cohort: Cohort
    by: User | None
    at: datetime
    result: ImportResult
    job: RosterJob | None
    file_name: str
    people: dict[str, User] = field(default_factory=dict)  # by `Record.identity`
    new_people: set[int] = field(default_factory=set)
    new: set[int] = field(default_factory=set)  # ids of the applications that were created

    def run(self) -> None:
        finding = PeopleImport(self.records, self.cohort, self.result)
        self.people = finding.run()
        self.new_people = finding.new
        if self.result.problems:
            return
        pairs = self._find_applications()
        self._save_answers(pairs)
        if not self.result.problems:
            resolve_names(self.cohort)
            self._add_names()

    def _find_applications(self) -> Pairs:
        """Create what is missing; return the applications to fill, with their records."""
        known = self._known_applications()
        created: list[Application] = []
        pairs: Pairs = []
        for record in self.records:
            person = self.people[record.identity]
            application = known.get((person.pk, record.role))
            if application is None:
                application = self._new_application(record, person)
                created.append(application)
            elif application.state not in UPDATABLE:
                self._skip(record, application)
                continue
            pairs.append((record, application))
        Application.objects.bulk_create(created, BATCH)
        Transition.objects.bulk_create([self._first_transition(one) for one in created], BATCH)
        self.new = {application.pk for application in created}
        self.result.created = len(created)
        return pairs

    def _known_applications(self) -> dict[tuple[int, str], Application]:
        people = {user.pk: user for user in self.people.values()}
        rows = Application.objects.filter(cohort=self.cohort, person__in=people)
        rows = rows.select_for_update(no_key=True, of=("self",)).order_by("pk")
        found = {(row.person_id, row.role): row for row in rows if row.state != State.WITHDRAWN}
        for row in found.values():
            row.person = people[row.person_id]
        return found

    def _skip(self, record: Record, application: Application) -> None:
        why = (
            _("This person is writing an application of their own. It is not changed.")
            if application.state == State.DRAFT
            else _("This application is closed (%(state)s). It is not changed.")
            % {"state": application.get_state_display()}
        )
        self.result.skipped += 1
        self.result.changes.append(self._change(record, application, reason=why))

    def _change(self, record: Record, application: Application, **more: object) -> Change:
        name = str(record.values["name"])
        person = application.person_id
        change = Change(record.row, person, application.pk, name, record.email, record.role)
        for key, value in more.items():
            setattr(change, key, value)
        return change

    def _new_application(self, record: Record, person: User) -> Application:
        is_accepted = self.roster.state == State.ACCEPTED
        is_oriented = self.roster.orientation_passed and record.role == Application.Role.MENTOR
        return Application(
            cohort=self.cohort,
            person=person,
            role=record.role,
            state=self.roster.state,
            external_key=person.email,  # unless the file has ids; stands in where none is known
            submitted_at=self.at,
            review_started_at=self.at if is_accepted else None,
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
        stored = read_answers(application for _record, application in pairs)
        offers = Offers(self.roster, self.cohort.program, self.result, self.records, stored)
        offered = [offers.of(record, application) for record, application in pairs]
        self.result.words = offers.words()
        if self.result.problems:
            return
        earlier = _Earlier(self.cohort, [application for _record, application in pairs])
        to_write: dict[Application, Answers] = {}
        rows: list[ImportedRow] = []
        seen: set[int] = set()  # people whose own facts another row of this file has given
        for (record, application), answers in zip(pairs, offered, strict=True):
            if application.person_id in seen:
                answers = {name: one for name, one in answers.items() if name not in PERSONAL}
            seen.add(application.person_id)
            written = self._written(application, earlier)
            merged = merge(
                stored[application.pk],
                answers,
                written=written,
                untouched=_untouched(application, answers),
            )
            change = self._change(record, application)
            change.is_new = application.pk in self.new
            change.is_new_person = application.person_id in self.new_people
            change.changes, change.kept = merged.changes, merged.kept
            self._count(change)
            if merged.changes:
                to_write[application] = {name: new for name, (_o, new) in merged.changes.items()}
            if merged.changes or change.is_new:
                rows.append(self._imported_row(change, application, merged.written))
        employers = set(Employer.objects.values_list("pk", flat=True))
        write_answers(to_write, at=self.at)
        self.result.added = offers.added() | {
            "employers": dict(Employer.objects.exclude(pk__in=employers).values_list("pk", "name"))
        }
        ImportedRow.objects.bulk_create(rows, BATCH)

    def _written(self, application: Application, earlier: _Earlier) -> Answers:
        if application.person_id not in self.new_people:
            return earlier.of(application)
        return {name: getattr(application.person, name) for name in DEFAULTS}

    def _count(self, change: Change) -> None:
        self.result.changes.append(change)
        if not change.is_new:
            self.result.updated += bool(change.changes)
            self.result.unchanged += not change.changes

    def _imported_row(
        self, change: Change, application: Application, written: dict[str, object]
    ) -> ImportedRow:
        changes = {
            "is_new": change.is_new,
            "is_new_person": change.is_new_person,
            "answers": change.changes,
        }
        return ImportedRow(
            job=self.job,
            file_name=self.file_name[:120],
            application=application,
            row=change.row,
            written_json=json.dumps(written, ensure_ascii=False),
            changes_json=json.dumps(changes, ensure_ascii=False),
            at=self.at,
        )

    def _add_names(self) -> None:
        """Tell for each person of the file whom their wishes name, and which are not certain."""
        changes = {change.application: change for change in self.result.changes}
        for wish, message, people in wishes_explained(self.cohort):
            if change := changes.get(wish.application_id):
                text = f"{wish.get_kind_display()}: {message}"
                change.names.append((text, people, wish.is_open))


def _untouched(application: Application, answers: Answers) -> frozenset[str]:
    """Return the fields that are no answer of the person: no page of theirs has been saved yet.

    An address is offered only to someone who has none.
    """
    own = answers.keys() - PERSONAL if not application.version else {"key"}
    return frozenset(own | {"email"})


class _Earlier:
    """What earlier imports of the program wrote about these people."""

    def __init__(self, cohort: Cohort, applications: list[Application]) -> None:
        people = {application.person_id for application in applications}
        rows = ImportedRow.system.filter(
            application__person__in=people, application__cohort__program=cohort.program_id
        ).order_by("pk")
        self._own: dict[int, Answers] = {}
        self._personal: dict[int, Answers] = {}
        for pk, person, text in rows.values_list(
            "application", "application__person", "written_json"
        ):
            written = json.loads(text)
            self._own[pk] = written
            personal = {name: value for name, value in written.items() if name in PERSONAL}
            self._personal.setdefault(person, {}).update(personal)

    def of(self, application: Application) -> Answers:
        own = self._own.get(application.pk, {})
        return {**own, **self._personal.get(application.person_id, {})}
