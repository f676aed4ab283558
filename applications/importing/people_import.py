"""Save the people of a roster: accounts and profiles. What people entered is not overwritten."""

from __future__ import annotations

from dataclasses import dataclass, field

from allauth.account.models import EmailAddress

from accounts.models import Employer, Industry, Language, Profile, User
from programs.models import Cohort

from .maps import RosterMap
from .normalization import fold
from .records import ImportResult, Record
from .vocabulary_lookup import VocabularyLookup

BATCH = 500
PERSON = ("name", "pronouns", "language", "time_zone")
PROFILE = ("job_title", "level", "years_experience", "place", "phone", "about")


@dataclass
class PeopleImport:
    """Find or create the people of `records`; problems and counts go to `result`."""

    records: list[Record]
    roster: RosterMap
    cohort: Cohort
    result: ImportResult
    people: dict[str, User] = field(default_factory=dict)  # by e-mail address

    def run(self) -> dict[str, User]:
        """Return the people by e-mail address."""
        self._save_people()
        self._save_profiles()
        return self.people

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
        user = User(email=record.email, **{**defaults, **record.present(PERSON)})
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
            **record.present(PROFILE),
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
            for entry in self.result.found(lookup.entries(record))
        ]
        through.objects.bulk_create(links, BATCH)
