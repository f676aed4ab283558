"""What everybody who is ready has said, as plain values in few queries, and whether they have said something else since."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast, JSONArray

from applications.models import Application
from matches.models import Match
from programs.models import Cohort

# What a person says. Saved pages raise `version`, which stands for all that is not named here.
ANSWERS = (
    "version", "role", "external_key", "mode", "travel_km", "rhythm_days", "capacity", "is_first_time", "person__email",
    "person__time_zone", "person__profile__employer__key", "person__profile__years_experience", "person__profile__level",
    "person__profile__place", "person__profile__availability",
)  # fmt: skip


class Fact(NamedTuple):
    """One person who is ready, in one role. `said` is all their answers as one text."""

    pk: int
    role: str
    external_key: str
    mode: str
    travel_km: int | None
    rhythm_days: int | None
    capacity: int
    is_first_time: bool
    waiting_since: Any
    person: int
    profile: int | None
    email: str
    zone: str
    employer: str | None
    years: int | None
    place: str | None
    slots: str | None  # JSON
    said: str


FIELDS = (
    "pk", "role", "external_key", "mode", "travel_km", "rhythm_days", "capacity", "is_first_time", "waiting_since", "person_id",
    "person__profile", "person__email", "person__time_zone", "person__profile__employer__key",
    "person__profile__years_experience", "person__profile__place",
)  # fmt: skip


def _answers_json() -> Cast:
    return Cast(JSONArray(*ANSWERS), TextField())


def facts(cohort: Cohort) -> list[Fact]:
    """Everybody who is ready, in the order of their ids; one query."""
    ready = Application.objects.ready().filter(cohort=cohort).order_by("pk")
    slots = Cast("person__profile__availability", TextField())
    return list(map(Fact._make, ready.values_list(*FIELDS, slots, _answers_json())))


def fingerprint(said: str) -> str:
    """What a person has said, short: equal texts mean that nothing changed."""
    return hashlib.blake2b(said.encode(), digest_size=6).hexdigest()


def current_fingerprint(application: int) -> str:
    """The fingerprint of one person today."""
    return fingerprint(
        Application.objects.filter(pk=application).values_list(_answers_json(), flat=True).get()
    )


def changed_since(cohort: Cohort, fingerprints: dict[str, str]) -> dict[str, set[int]]:
    """Who has changed an answer, become ready, or left since the fingerprints were taken."""
    ready = Application.objects.ready().filter(cohort=cohort).order_by()
    now = {str(pk): fingerprint(said) for pk, said in ready.values_list("pk", _answers_json())}
    changed = {pk for pk, print_ in now.items() if fingerprints.get(pk, print_) != print_}
    new = {int(pk) for pk in now.keys() - fingerprints.keys()}
    if new:
        new -= set(Match.objects.open().filter(mentee__in=new).values_list("mentee", flat=True))
    return {
        "changed": set(map(int, changed)),
        "new": new,
        "gone": {int(pk) for pk in fingerprints.keys() - now.keys()},
    }
