"""Find or create the people of a roster, by any address that they have verified."""

from __future__ import annotations

from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _

from accounts.models import Profile, User
from programs.models import Cohort

from .records import ImportResult, Problem, Record
from .stored_answers import BATCH

DEFAULTS = ("language", "time_zone")


@dataclass
class PeopleImport:
    """Find or create the people of `records`; problems and counts go to `result`."""

    records: list[Record]
    cohort: Cohort
    result: ImportResult
    people: dict[str, User] = field(default_factory=dict)  # by e-mail address
    new: set[int] = field(default_factory=set)  # ids of the people who were created

    def run(self) -> dict[str, User]:
        """Return the people by the address in the file. All of them have profiles afterwards."""
        self.people = _known_people({record.email for record in self.records})
        self._report_same_people()
        addresses = dict.fromkeys(record.email for record in self.records)
        new = [self._new_person(email) for email in addresses if email not in self.people]
        User.objects.bulk_create(new, BATCH)
        EmailAddress.objects.bulk_create(
            [EmailAddress(user=user, email=user.email, primary=True) for user in new], BATCH
        )
        self.people |= {user.email: user for user in new}
        self.new = {user.pk for user in new}
        self.result.people_created = len(new)
        self._add_profiles()
        return self.people

    def _new_person(self, email: str) -> User:
        program = self.cohort.program
        user = User(email=email, time_zone=program.time_zone, language=program.language)
        user.set_unusable_password()
        return user

    def _report_same_people(self) -> None:
        """Two addresses in the file may be one person, who cannot apply twice in one role."""
        rows: dict[tuple[int, str], int] = {}
        for record in self.records:
            person = self.people.get(record.email)
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


def _known_people(addresses: set[str]) -> dict[str, User]:
    """Return {address: person} for sign-in addresses and for further, verified ones."""
    found = {user.email: user for user in User.objects.filter(email__in=addresses)}
    others = EmailAddress.objects.filter(email__in=addresses - found.keys(), verified=True)
    found |= {row.email.lower(): row.user for row in others.select_related("user")}
    return found
