"""Find or create the people of a roster.

1. By any address that they have verified.
2. Rows without an address: by the id of an earlier file of the program, else by the name, if it is
   the name of one person of the program alone.
3. Who has no address yet gets the one of the file, found by id or name in the same way.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _

from access.placeholder_address import NO_ADDRESS_DOMAIN
from accounts.models import Profile, User
from applications.models import Application
from applications.name_matching import name_words
from programs.models import Cohort, Program
from programs.spellings import fold

from .answer_writing import BATCH
from .records import ImportResult, Problem, Record

DEFAULTS = ("language", "time_zone")


@dataclass
class PeopleImport:
    """Find or create the people of `records`; problems and counts go to `result`."""

    records: list[Record]
    cohort: Cohort
    result: ImportResult
    people: dict[str, User] = field(default_factory=dict)  # by `Record.identity`
    new: set[int] = field(default_factory=set)  # ids of the people who were created

    def run(self) -> dict[str, User]:
        """Return the people by identity in the file. All of them have profiles afterwards."""
        self.people = _known_people({record.email for record in self.records} - {""})
        self._find_by_id_or_name()
        self._report_same_people()
        first = {record.identity: record for record in reversed(self.records)}
        new = {
            identity: self._new_person(record)
            for identity, record in reversed(first.items())
            if identity not in self.people
        }
        User.objects.bulk_create(new.values(), BATCH)
        EmailAddress.objects.bulk_create(
            [
                EmailAddress(user=user, email=user.email, primary=True)
                for user in new.values()
                if user.has_address
            ],
            BATCH,
        )
        self.people |= new
        self.new = {user.pk for user in new.values()}
        self.result.people_created = len(new)
        self._add_profiles()
        return self.people

    def _new_person(self, record: Record) -> User:
        program = self.cohort.program
        address = record.email or placeholder(program, record.identity)
        user = User(email=address, time_zone=program.time_zone, language=program.language)
        user.set_unusable_password()
        return user

    def _find_by_id_or_name(self) -> None:
        """Find those whom no address tells, and say so."""
        unknown = [one for one in self.records if one.identity not in self.people]
        with_address = any(one.email for one in unknown)
        if not unknown:
            return
        known = _PeopleOfProgram(self.cohort.program, unknown, with_address=with_address)
        for record in unknown:
            found, message = known.find(record)
            if len(found) > 1:
                text = _("Several people have this name. Add an id or an e-mail address.")
                self.result.problems.append(Problem(record.row, "name", text))
            elif found:
                self.people[record.identity] = found[0]
                self.result.notes.append(Problem(record.row, "", message))

    def _report_same_people(self) -> None:
        """Two addresses in the file may be one person, who cannot apply twice in one role."""
        rows: dict[tuple[int, str], int] = {}
        for record in self.records:
            person = self.people.get(record.identity)
            if person is None:
                continue
            first = rows.setdefault((person.pk, record.role), record.row)
            if first != record.row:
                message = _("This address belongs to the same person as the one in row %(row)d.")
                self.result.problems.append(Problem(record.row, "", message % {"row": first}))

    def _add_profiles(self) -> None:
        people = {user.pk: user for user in self.people.values()}
        known = set(Profile.objects.filter(user__in=people).values_list("user_id", flat=True))
        missing = [Profile(user=user) for pk, user in people.items() if pk not in known]
        Profile.objects.bulk_create(missing, BATCH)


def placeholder(program: Program, identity: str) -> str:
    """Return what stands for the address of a person without one: the same at every import."""
    digest = hashlib.blake2b(f"{program.pk} {identity}".encode(), digest_size=10).hexdigest()
    return digest + NO_ADDRESS_DOMAIN


class _PeopleOfProgram:
    """The people of a program by the ids of earlier files and by name.

    Rows with an unknown address can only be people who have none yet.
    """

    def __init__(self, program: Program, records: Iterable[Record], *, with_address: bool) -> None:
        rows = Application.objects.filter(cohort__program=program).select_related("person")
        rows = rows.exclude(person__name="")
        if with_address and all(record.email for record in records):
            rows = rows.filter(person__email__endswith=NO_ADDRESS_DOMAIN)
        self._by_id: dict[str, dict[int, User]] = defaultdict(dict)
        self._by_name: dict[str, dict[int, User]] = defaultdict(dict)
        self._has_own_id: set[int] = set()
        for row in rows:
            self._by_name[_name_key(row.person.name)][row.person_id] = row.person
            if "@" not in row.external_key:
                self._by_id[fold(row.external_key)][row.person_id] = row.person
                self._has_own_id.add(row.person_id)

    def find(self, record: Record) -> tuple[list[User], str]:
        """Return who a row may be, and how that is known."""
        has_id = bool(record.key) and record.key != record.email
        if has_id and (found := self._allowed(record, self._by_id.get(fold(record.key), {}))):
            return found, self._message(record, _("Known by the id as %(name)s.")) % {
                "name": found[0].name
            }
        named = self._by_name.get(_name_key(str(record.values.get("name") or "")), {})
        found = self._allowed(record, named)
        if has_id:  # someone with another id is someone else
            found = [one for one in found if one.pk not in self._has_own_id]
        name = found[0].name if found else ""
        return found, self._message(record, _("Known by the name as %(name)s.")) % {"name": name}

    def _allowed(self, record: Record, people: dict[int, User]) -> list[User]:
        return [one for one in people.values() if not (record.email and one.has_address)]

    def _message(self, record: Record, text: str) -> str:
        return f"{text} {_('The e-mail address is new.')}" if record.email else text


def _name_key(name: str) -> str:
    return " ".join(sorted(name_words(name)))


def _known_people(addresses: set[str]) -> dict[str, User]:
    """Return {address: person} for sign-in addresses and for further, verified ones."""
    found = {user.email: user for user in User.objects.filter(email__in=addresses)}
    others = EmailAddress.objects.filter(email__in=addresses - found.keys(), verified=True)
    found |= {row.email.lower(): row.user for row in others.select_related("user")}
    return found
