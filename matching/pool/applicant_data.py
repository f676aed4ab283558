"""Load the answers of everyone who is ready for a round in one query, and detect later changes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import NamedTuple, TypedDict

from django.db.models import OuterRef, Subquery, TextField
from django.db.models.functions import Cast, JSONArray

from applications.models import Application, QuestionAnswer
from applications.models.applications import ApplicationQuerySet
from matches.models import Match
from programs.models import Cohort

from ..models import Round, RoundPlan, Snapshot

# Answers that a fingerprint covers. Saved pages of the form raise `version`, which stands for
# everything that is not named here.
ANSWERS = (
    "version",
    "role",
    "external_key",
    "mode",
    "travel_km",
    "rhythm_days",
    "capacity",
    "is_first_time",
    "person__email",
    "person__time_zone",
    "person__profile__employer__key",
    "person__profile__years_experience",
    "person__profile__level",
    "person__profile__place",
    "person__profile__availability",
)


class ApplicantData(NamedTuple):
    """One person who is ready, in one role; `answers_json` holds all of ANSWERS as one text."""

    pk: int
    role: str
    external_key: str
    mode: str
    travel_km: int | None
    rhythm_days: int | None
    capacity: int | None
    is_first_time: bool | None
    waiting_since: date | None
    person: int
    profile: int | None
    email: str
    zone: str
    employer: str | None
    years: int | None
    place: str | None
    matters_most: str
    slots: str | None  # a JSON list
    ways: str | None  # a JSON object
    answers_json: str
    own_changed_at: datetime | None


FIELDS = (
    "pk",
    "role",
    "external_key",
    "mode",
    "travel_km",
    "rhythm_days",
    "capacity",
    "is_first_time",
    "waiting_since",
    "person_id",
    "person__profile",
    "person__email",
    "person__time_zone",
    "person__profile__employer__key",
    "person__profile__years_experience",
    "person__profile__place",
    "matters_most",
)


class Changes(TypedDict):
    """Applications that changed since a run."""

    changed: set[int]  # have other answers
    new: set[int]  # became ready, and have no match yet
    gone: set[int]  # are no longer ready


def _answers_json() -> Cast:
    return Cast(JSONArray(*ANSWERS), TextField())


def _own_changed_at() -> Subquery:
    """Return when a person's answers to the program's own questions changed last."""
    rows = QuestionAnswer.system.filter(application=OuterRef("pk")).order_by("-changed_at")
    return Subquery(rows.values("changed_at")[:1])


def read_applicants(cohort: Cohort) -> list[ApplicantData]:
    """Return everyone who is ready, by application id; one query."""
    return _read(Application.objects.ready().for_rounds().filter(cohort=cohort))


def read_some(applications: Collection[int]) -> list[ApplicantData]:
    """Return these applications, ready or not, by id; one query."""
    return _read(Application.objects.filter(pk__in=applications))


def _read(applications: ApplicationQuerySet) -> list[ApplicantData]:
    ready = applications.order_by("pk")
    slots = Cast("person__profile__availability", TextField())
    ways = Cast("way_of_working", TextField())
    rows = ready.values_list(*FIELDS, slots, ways, _answers_json(), _own_changed_at())
    return list(map(ApplicantData._make, rows))


def fingerprint(answers_json: str, own_changed_at: datetime | None = None) -> str:
    """Return a short hash: equal fingerprints mean that no answer has changed."""
    text = f"{answers_json} {own_changed_at.isoformat()}" if own_changed_at else answers_json
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def current_fingerprint(application: int) -> str:
    """Return the fingerprint of one person's answers today."""
    rows = Application.objects.filter(pk=application)
    return fingerprint(*rows.values_list(_answers_json(), _own_changed_at()).get())


def changed_since(cohort: Cohort, fingerprints: Mapping[str, str]) -> Changes:
    """Compare today's applicants with fingerprints {application id: fingerprint} of a run."""
    ready = Application.objects.ready().for_rounds().filter(cohort=cohort).order_by()
    rows = ready.values_list("pk", _answers_json(), _own_changed_at())
    current = {str(pk): fingerprint(text, at) for pk, text, at in rows}
    changed = {int(pk) for pk, value in current.items() if fingerprints.get(pk, value) != value}
    new = {int(pk) for pk in current.keys() - fingerprints.keys()}
    if new:
        new -= set(Match.objects.open().filter(mentee__in=new).values_list("mentee", flat=True))
    gone = {int(pk) for pk in fingerprints.keys() - current.keys()}
    return {"changed": changed, "new": new, "gone": gone}


def left_since_run(round_: Round) -> set[int]:
    """Return the applications that were in the last run of the round and are no longer ready."""
    snapshots = Snapshot.system.filter(round=round_).values_list("fingerprints", flat=True)
    plans = RoundPlan.system.filter(round=round_).values_list("acknowledged_changes", flat=True)
    return changed_since(round_.cohort, {**snapshots.get(), **plans.get()})["gone"]
