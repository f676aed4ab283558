"""Who may read a planted word: the roles that the rules of a column allow for one row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import models

from applications.models import Application
from events.audience import people_of
from learning.models import Touch
from programs.models import Conflict, Program

from .access_roles import COMMITTEE, OWNERS, AccessFixtures
from .canary_fields import (
    ADDRESS,
    ANNOUNCED,
    ASKED_TO_BE_PAIR,
    CARE,
    CARE_ONLY,
    CHANGE,
    COMMITTEE_ONLY,
    EVENT,
    GOAL,
    LIBRARY,
    MATCHERS,
    NAME,
    NOBODY,
    OPEN,
    OWN,
    PAIR,
    PERSON,
    PRIVATE,
    REFEREED,
    REVIEWED,
    SURVEY,
    TOUCHED,
    VERSIONS,
    WRITERS,
)


def readers_of(world: AccessFixtures, readers: str, row: Any) -> frozenset[str]:
    """The roles that may read a word of `row` which belongs to `readers`."""
    rule: dict[str, Callable[[], set[str]]] = {
        OPEN: lambda: set(world.people),
        SURVEY: lambda: survey_readers(world, row),
        NOBODY: set,
        EVENT: lambda: event_readers(world, row),
        LIBRARY: lambda: library_readers(world, row),
        VERSIONS: lambda: members(world, written_for(row), set()),
        TOUCHED: lambda: touched(world, row),
        PERSON: lambda: persons(world, row) | partners(world, row) | committee(world, row),
        ADDRESS: lambda: (
            persons(world, row)
            | partners(world, row)
            | committee(world, row)
            | colleagues(world, row)
        ),
        NAME: lambda: set(readers_of(world, ADDRESS, row)) | declarers(world, row),
        PRIVATE: lambda: persons(world, row) | committee(world, row),
        REVIEWED: lambda: persons(world, row) | reviewers(world, row),
        REFEREED: lambda: reviewers(world, row),
        COMMITTEE_ONLY: lambda: committee(world, row),
        ASKED_TO_BE_PAIR: lambda: asking(world, row) | committee(world, row),
        MATCHERS: lambda: (
            committee(world, row) & {"matcher", "chair", "conflicted", "maintainer", "outsider"}
        ),
        PAIR: lambda: set(OWNERS[pair_of(world, row)]),
        GOAL: lambda: goal_readers(world, getattr(row, "goal", row)),
        OWN: lambda: {role for role, who in world.people.items() if who == row.author},
        CARE: lambda: persons(world, row) | carers(world, row),
        CARE_ONLY: lambda: carers(world, row),
        ANNOUNCED: lambda: announced(world, row),
        CHANGE: lambda: change_readers(world, row),
        WRITERS: lambda: members(world, row.program, set()) - {"reader", "matcher"},
    }
    return frozenset(rule[readers]())


def written_for(row: Any) -> Program:
    """The program whose words `row` has: itself, or that of a version's item."""
    return row if isinstance(row, Program) else getattr(row, "item", row).program


def asking(world: AccessFixtures, request: Any) -> set[str]:
    """The two who ask to be a pair; nobody where a member of the committee registers them."""
    both = [one.person for one in (request.mentee, request.mentor) if one]
    people = [request.by, *both] if request.is_of_people else []
    return {role for role, who in world.people.items() if who in people}


def event_readers(world: AccessFixtures, row: Any) -> set[str]:
    """Everyone whom it is for, once it is published, and the committee of its program."""
    people = people_of(row) if row.published_at else ()
    mine = {role for role, who in world.people.items() if who in people}
    return mine | members(world, row.program, set())


def library_readers(world: AccessFixtures, row: Any) -> set[str]:
    """Everyone who was accepted in a role that it is for, and the committee of its program."""
    accepted = Application.objects.filter(cohort__program=row.program, state="accepted")
    people = set(accepted.filter(role__in=["mentee", "mentor"]).values_list("person", flat=True))
    mine = {role for role, who in world.people.items() if who.pk in people}
    return mine | members(world, row.program, set())


def touched(world: AccessFixtures, version: Any) -> set[str]:
    """Whoever was sent this version of a short text, and the committee of its program."""
    people = set(Touch.objects.filter(version=version).values_list("person", flat=True))
    mine = {role for role, who in world.people.items() if who.pk in people}
    return mine | members(world, version.text.program, set())


def survey_readers(world: AccessFixtures, row: Any) -> set[str]:
    """Everyone; of a survey that is no more than a draft, the committee of its program."""
    survey = getattr(row, "survey", row)
    return set(world.people) if survey.published_at else members(world, survey.program, set())


def change_readers(world: AccessFixtures, row: Any) -> set[str]:
    """Who takes part in the program, once it is published, and the committee of the program."""
    accepted = Application.objects.filter(state="accepted", cohort__program=row.program)
    people = set(accepted.values_list("person", flat=True)) if row.published_at else set()
    mine = {role for role, user in world.people.items() if user.pk in people}
    return mine | members(world, row.program, set())


def announced(world: AccessFixtures, row: Any) -> set[str]:
    """Who got an announcement, and the chairs; its author is one of them."""
    got = set(row.recipients.values_list("person", flat=True))
    chairs = members(world, row.program, set()) - {"reader", "matcher", "carer"}
    return chairs | {role for role, user in world.people.items() if user.pk in got}


def goal_readers(world: AccessFixtures, goal: Any) -> set[str]:
    """The pair, or the one whose private goal it is."""
    return set(OWNERS[pair_of(world, goal)]) if goal.is_shared else persons(world, goal)


def about(row: Any, *names: str) -> Any:
    """The first of the named rows that `row` hangs on, looked for downwards."""
    if hasattr(row, "about_type"):
        subject = subject_of(row)
        return subject if subject is None else about(subject, *names)
    for name in names:
        if getattr(row, name, None) is not None:
            return getattr(row, name)
    for step in (
        "closure",
        "pause",
        "application",
        "checkin",
        "concern",
        "meeting",
        "version",
        "agreement",
        "round",
        "upload",
        "request",
    ):
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


def pair_of(world: AccessFixtures, row: Any) -> str:
    match = match_of(row)
    return next(pair for pair in OWNERS if world.row("match", pair).pk == match.pk)


def person_of(row: Any) -> Any:
    if row._meta.label == "notifications.Notification":
        return row.recipient
    return row if row._meta.label == "accounts.User" else about(row, "person", "user", "recipient")


def persons(world: AccessFixtures, row: Any) -> set[str]:
    person = person_of(row)
    return {role for role, user in world.people.items() if person and user == person}


def partners(world: AccessFixtures, row: Any) -> set[str]:
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


def program_of(world: AccessFixtures, row: Any) -> Any:
    """The program whose committee is responsible for `row`."""
    cohort = about(row, "cohort")
    if cohort:
        return cohort.program
    match = match_of(row)
    return match.program if match else about(row, "program")


def committee(world: AccessFixtures, row: Any) -> set[str]:
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


def members(world: AccessFixtures, program: Any, people: set[Any]) -> set[str]:
    if program == world.other_program:
        return {"outsider", "maintainer"}
    near = world.people["mentee"] in people
    return set(COMMITTEE) - ({"conflicted"} if near else set())


def carers(world: AccessFixtures, row: Any) -> set[str]:
    match = match_of(row)
    chairs = committee(world, row) & {"chair", "conflicted", "maintainer", "outsider"}
    return chairs | ({"carer"} if match and match.carer == world.people["carer"] else set())


def reviewers(world: AccessFixtures, row: Any) -> set[str]:
    """A carer without another role reads the private answers of the people in their care."""
    carer = world.people["carer"]
    in_care = any(
        row.application_id in {match.mentee_id, match.mentor_id}
        for match in carer.matches_cared_for.all()
    )
    return committee(world, row) - (set() if in_care else {"carer"})


def declarers(world: AccessFixtures, row: Any) -> set[str]:
    """Who has said "I know this person" keeps knowing the name."""
    declared = set(Conflict.objects.filter(person=row).values_list("member", flat=True))
    return {role for role, user in world.people.items() if user.pk in declared}


def colleagues(world: AccessFixtures, row: Any) -> set[str]:
    """Names of committee members are no secret to those whom they look after."""
    return set(world.people) if persons(world, row) & {*COMMITTEE, "outsider"} else set()


# --- what an answer shows
