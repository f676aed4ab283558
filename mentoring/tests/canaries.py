"""A canary in every text of the world: a word that occurs nowhere else, and the answer to who may read it.

`FIELDS` names every column that can hold words and says to whom they belong, after section 4 of the domain's page; a column
without a line fails the tests. `plant` writes the canaries, `leaks` says which words of an answer its reader may not know.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import models

from access.ids import PublicIdField
from accounts.models import User
from applications.models import Application
from programs.models import Conflict

from .access_fixtures import COMMITTEE, OWNERS, World

OUR_APPS = (
    "access",
    "workflow",
    "notifications",
    "accounts",
    "programs",
    "applications",
    "matches",
    "matching",
    "agreements",
    "meetings",
    "checkins",
)
WORD = re.compile(r"zq[a-z]{5}qz", re.IGNORECASE)

# Whose words they are.
OPEN = "everybody"  # published by the program, or a word of the installation
PERSON = "the person, the partner, the committee"
PRIVATE = "the person and the committee"
NAME = "as an address, and a member who has declared a conflict with the person"
ADDRESS = "the person, the partner, the committee; members' own addresses, their colleagues"
COMMITTEE_ONLY = "the committee, never the person"
MATCHERS = "chairs and matchers"
PAIR = "the two people"
CARE = "the writer, the carer, the chair"
CARE_ONLY = "the carer and the chair"
NOBODY = "nobody: machinery"
NO_WORDS = None  # codes, numbers, keys: no canary fits

FIELDS: dict[str, str | None] = {
    "accounts.Employer.aliases": OPEN,
    "accounts.Employer.key": NO_WORDS,
    "accounts.Employer.name": OPEN,
    "accounts.Industry.names": OPEN,
    "accounts.Language.names": OPEN,
    "accounts.Profile.about": PERSON,
    "accounts.Profile.availability": NO_WORDS,
    "accounts.Profile.job_title": PERSON,
    "accounts.Profile.phone": PERSON,
    "accounts.Profile.place": PERSON,
    "accounts.User.email": ADDRESS,
    "accounts.User.language": NO_WORDS,
    "accounts.User.name": NAME,
    "accounts.User.password": NO_WORDS,
    "accounts.User.pronouns": PERSON,
    "accounts.User.time_zone": NO_WORDS,
    "agreements.Activity.text": PAIR,
    "agreements.AgreementText.confidentiality": PAIR,
    "agreements.AgreementText.ending_rules": PAIR,
    "agreements.AgreementText.feedback": PAIR,
    "agreements.AgreementText.shared_lines": NO_WORDS,
    "agreements.AgreementText.short_term_reason": PAIR,
    "agreements.AgreementText.signed_text": PAIR,
    "agreements.Goal.key": NO_WORDS,
    "agreements.Goal.measure": PAIR,
    "agreements.Goal.text": PAIR,
    "agreements.Signature.sha256": NO_WORDS,
    "agreements.Signature.typed_name": PAIR,
    "checkins.Answer.choice": NO_WORDS,
    "checkins.Answer.text": CARE,
    "checkins.Concern.nonce": NO_WORDS,
    "checkins.Concern.reach": CARE,
    "checkins.Concern.resolution": CARE_ONLY,
    "checkins.Concern.text": CARE,
    "checkins.ContactLog.note": CARE_ONLY,
    "checkins.Question.alarms": NO_WORDS,
    "checkins.Question.choices": NO_WORDS,
    "checkins.Question.texts": OPEN,
    "checkins.Survey.intros": OPEN,
    "checkins.Survey.titles": OPEN,
    "checkins.Wave.figures": NO_WORDS,
    "matching.KeepApart.reason": COMMITTEE_ONLY,
    "matches.Match.why_codes": NO_WORDS,
    "matching.Override.codes": NO_WORDS,
    "matching.Override.reason": COMMITTEE_ONLY,
    "matching.Proposal.cautions": NO_WORDS,
    "matching.Proposal.parts": NO_WORDS,
    "matching.Proposal.why": NO_WORDS,
    "matching.Round.engine_version": NO_WORDS,
    "matching.Round.input_hash": NO_WORDS,
    "matching.Round.name": COMMITTEE_ONLY,
    "matching.Round.terms": NO_WORDS,
    "matching.RoundEntry.facts": NO_WORDS,
    "matching.RoundEntry.moved": NO_WORDS,
    "matching.RoundEntry.why": COMMITTEE_ONLY,
    "matching.RoundJob.error": NOBODY,
    "matching.RoundJob.stage": COMMITTEE_ONLY,
    "matching.RoundPlan.cells": NO_WORDS,
    "matching.RoundPlan.digest": NO_WORDS,
    "matching.RoundPlan.known": NO_WORDS,
    "matching.RoundPlan.snapshot_key": NO_WORDS,
    "matching.Snapshot.columns": NO_WORDS,
    "matching.Snapshot.figures": NO_WORDS,
    "matching.Snapshot.fingerprints": NO_WORDS,
    "matching.Snapshot.key": NO_WORDS,
    "meetings.Agenda.place": PAIR,
    "meetings.Agenda.points": PAIR,
    "meetings.LogEntry.learned": PAIR,
    "meetings.LogEntry.next_step": PAIR,
    "meetings.Meeting.zone": NO_WORDS,
    "notifications.Notification.about_type": NO_WORDS,
    "notifications.Notification.address": NOBODY,
    "notifications.Notification.body": NOBODY,
    "notifications.Notification.error": PRIVATE,
    "notifications.Notification.key": NO_WORDS,
    "notifications.Notification.kind": NO_WORDS,
    "notifications.Notification.lease_token": NO_WORDS,
    "notifications.Notification.message_id": NO_WORDS,
    "notifications.Notification.reason": PRIVATE,
    "notifications.OutboxState.failing_planners": NO_WORDS,
    "notifications.OutboxState.instance_id": NO_WORDS,
    "notifications.OutboxState.pause_reason": NO_WORDS,
    "notifications.OutboxState.refused": NO_WORDS,
    "applications.Application.external_key": NOBODY,
    "applications.Application.hopes": PERSON,
    "applications.Application.saved_pages": NO_WORDS,
    "applications.Application.situation": PERSON,
    "applications.Application.suitability": NO_WORDS,
    "programs.Cohort.name": OPEN,
    "applications.CommitteeNote.text": COMMITTEE_ONLY,
    "applications.Decision.note": COMMITTEE_ONLY,
    "programs.Experience.names": OPEN,
    "applications.NamedWish.written": PRIVATE,
    "programs.Objective.text": OPEN,
    "programs.PlaceDistance.one": COMMITTEE_ONLY,
    "programs.PlaceDistance.other": COMMITTEE_ONLY,
    "applications.PrivateAnswers.accommodations": PRIVATE,
    "applications.PrivateAnswers.attributes_json": NO_WORDS,
    "applications.PrivateAnswers.limits": PRIVATE,
    "applications.PrivateAnswers.needs": PRIVATE,
    "programs.Program.audience": OPEN,
    "programs.Program.code_of_conduct": OPEN,
    "programs.Program.contact_email": OPEN,
    "programs.Program.emergency_note": OPEN,
    "programs.Program.is_not": OPEN,
    "programs.Program.language": NO_WORDS,
    "programs.Program.name": OPEN,
    "programs.Program.other_help": OPEN,
    "programs.Program.purpose": OPEN,
    "programs.Program.time_zone": NO_WORDS,
    "applications.RosterJob.counts": NO_WORDS,
    "applications.RosterJob.error": NOBODY,
    "applications.RosterJob.problems_json": NO_WORDS,
    "applications.RosterJob.stage": MATCHERS,
    "applications.RosterUpload.file_name": MATCHERS,
    "applications.RosterUpload.map_text": NO_WORDS,
    "applications.RosterUpload.table_json": NO_WORDS,
    "programs.Topic.names": OPEN,
    "workflow.Transition.about_type": NO_WORDS,
    "workflow.Transition.from_state": NO_WORDS,
    "workflow.Transition.to_state": NO_WORDS,
    "workflow.Transition.why": COMMITTEE_ONLY,
}
PLANTED_SHAPE = {
    "names": lambda word: {"en": word},
    "texts": lambda word: {"en": word},
    "titles": lambda word: {"en": word},
}


def fields_with_words() -> Iterator[models.Field]:
    """Every column of ours that could hold words: texts, JSON and encrypted ones; not choices, slugs and public ids."""
    for model in apps.get_models():
        for field in model._meta.local_fields if model._meta.app_label in OUR_APPS else ():
            is_text = isinstance(field, (models.CharField, models.TextField, models.JSONField))
            if (
                is_text
                and not field.choices
                and not isinstance(field, (PublicIdField, models.SlugField))
            ):
                yield field


def name_of(field: models.Field) -> str:
    return f"{field.model._meta.label}.{field.name}"


@dataclass(frozen=True)
class Canary:
    field: str
    readers: frozenset[str]  # role names


def plant(world: World) -> None:
    """Put a word of its own into every text of every row, and remember who may read it."""
    world.canaries = {}
    wordy: dict[type[models.Model], list[models.Field]] = {}
    for field in fields_with_words():
        if FIELDS.get(name_of(field)) is not None:
            wordy.setdefault(field.model, []).append(field)
    for model, fields in wordy.items():
        for row in model._base_manager.order_by("pk"):
            model._base_manager.filter(pk=row.pk).update(**plant_row(world, row, fields))
    for user in User.objects.all():  # sign-in knows the address as well
        EmailAddress.objects.filter(user=user).update(email=user.email)
    for thing in {id(thing.row): thing.row for thing in world.things.values()}.values():
        thing.refresh_from_db()


def plant_row(world: World, row: Any, fields: list[models.Field]) -> dict[str, Any]:
    """The values to write: a new word for each field."""
    values, readers = {}, {}
    for field in fields:
        kind = str(FIELDS[name_of(field)])
        if kind not in readers:
            readers[kind] = readers_of(world, kind, row)
        word = new_word(len(world.canaries))
        world.canaries[word] = Canary(name_of(field), readers[kind])
        values[field.name] = shaped(field, word)
    return values


def shaped(field: models.Field, word: str) -> Any:
    if isinstance(field, models.EmailField):
        return f"{word}@example.org"
    if isinstance(field, models.JSONField):
        return {"en": word}
    return word


def new_word(number: int) -> str:
    letters = ""
    for _place in range(5):
        number, letter = divmod(number, 26)
        letters = chr(ord("a") + letter) + letters
    return f"zq{letters}qz"


# --- who may read


def readers_of(world: World, readers: str, row: Any) -> frozenset[str]:
    """The roles that may read a word of `row` which belongs to `readers`."""
    rule: dict[str, Callable[[], set[str]]] = {
        OPEN: lambda: set(world.people),
        NOBODY: set,
        PERSON: lambda: persons(world, row) | partners(world, row) | committee(world, row),
        ADDRESS: lambda: (
            persons(world, row)
            | partners(world, row)
            | committee(world, row)
            | colleagues(world, row)
        ),
        NAME: lambda: set(readers_of(world, ADDRESS, row)) | declarers(world, row),
        PRIVATE: lambda: persons(world, row) | committee(world, row),
        COMMITTEE_ONLY: lambda: committee(world, row),
        MATCHERS: lambda: (
            committee(world, row) & {"matcher", "chair", "conflicted", "maintainer", "outsider"}
        ),
        PAIR: lambda: set(OWNERS[pair_of(world, row)]),
        CARE: lambda: persons(world, row) | carers(world, row),
        CARE_ONLY: lambda: carers(world, row),
    }
    return frozenset(rule[readers]())


def about(row: Any, *names: str) -> Any:
    """The first of the named rows that `row` hangs on, looked for downwards."""
    if hasattr(row, "about_type"):
        subject = subject_of(row)
        return subject if subject is None else about(subject, *names)
    for name in names:
        if getattr(row, name, None) is not None:
            return getattr(row, name)
    for step in ("application", "checkin", "meeting", "version", "agreement", "round", "upload"):
        if isinstance(getattr(row, step, None), models.Model):
            return about(getattr(row, step), *names)
    return None


def subject_of(row: Any) -> Any:
    """What a transition or a letter is about."""
    return (
        apps.get_model(row.about_type)._base_manager.filter(pk=row.about_id).first()
        if row.about_type
        else None
    )


def match_of(row: Any) -> Any:
    row = subject_of(row) if hasattr(row, "about_type") else row
    if row is None or row._meta.label == "matches.Match":
        return row
    return about(row, "match")


def pair_of(world: World, row: Any) -> str:
    match = match_of(row)
    return next(pair for pair in OWNERS if world.row("match", pair).pk == match.pk)


def person_of(row: Any) -> Any:
    if row._meta.label == "notifications.Notification":
        return row.recipient
    return row if row._meta.label == "accounts.User" else about(row, "person", "user", "recipient")


def persons(world: World, row: Any) -> set[str]:
    person = person_of(row)
    return {role for role, user in world.people.items() if person and user == person}


def partners(world: World, row: Any) -> set[str]:
    """The other halves of the person's pairs; for an application those of this application only."""
    own = persons(world, row)
    found = set()
    for pair, roles in OWNERS.items():
        applications = {world.row("match", pair).mentee_id, world.row("match", pair).mentor_id}
        if row._meta.label == "applications.Application" and row.pk not in applications:
            continue
        if own & set(roles):
            found |= set(roles) - own
    return found


def program_of(world: World, row: Any) -> Any:
    """The program whose committee is responsible for `row`."""
    cohort = about(row, "cohort")
    if cohort:
        return cohort.program
    match = match_of(row)
    return match.program if match else about(row, "program")


def committee(world: World, row: Any) -> set[str]:
    """Members of the programs concerned, without those with a conflict of interest."""
    person, match = person_of(row), match_of(row)
    people = set(match.people) if match else {person} - {None}
    if row._meta.label in {"accounts.User", "accounts.Profile"}:
        sent = (
            Application.objects.filter(person=person)
            .exclude(state="draft")
            .select_related("cohort__program")
        )
        programs = {application.cohort.program for application in sent}
    else:
        programs = {program_of(world, row)}
    if row._meta.label == "applications.Application" and row.state == "draft":
        return set()
    return {role for program in programs for role in members(world, program, people)}


def members(world: World, program: Any, people: set[Any]) -> set[str]:
    if program == world.other_program:
        return {"outsider", "maintainer"}
    near = world.people["mentee"] in people
    return set(COMMITTEE) - ({"conflicted"} if near else set())


def carers(world: World, row: Any) -> set[str]:
    match = match_of(row)
    chairs = committee(world, row) & {"chair", "conflicted", "maintainer", "outsider"}
    return chairs | ({"carer"} if match and match.carer == world.people["carer"] else set())


def declarers(world: World, row: Any) -> set[str]:
    """Who has said "I know this person" keeps knowing the name."""
    declared = set(Conflict.objects.filter(person=row).values_list("member", flat=True))
    return {role for role, user in world.people.items() if user.pk in declared}


def colleagues(world: World, row: Any) -> set[str]:
    """Names of committee members are no secret to those whom they look after."""
    return set(world.people) if persons(world, row) & {*COMMITTEE, "outsider"} else set()


# --- what an answer shows


def leaks(world: World, role: str, response: Any) -> list[str]:
    """The fields whose words stand in `response` though `role` may not read them."""
    found = {word.lower() for word in WORD.findall(text_of(response))}
    shown = (world.canaries[word] for word in found if word in world.canaries)
    return sorted({canary.field for canary in shown if role not in canary.readers})


def text_of(response: Any) -> str:
    """Headers and body; what is packed (XLSX) is unpacked."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"\n".join(archive.read(name) for name in archive.namelist())
    return "\n".join(
        [*(f"{name}: {value}" for name, value in response.items()), body.decode("utf-8", "replace")]
    )
