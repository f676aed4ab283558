"""People of the demo: accounts, profiles, and what they answer when they apply."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

from allauth.account.models import EmailAddress
from django.db.models import prefetch_related_objects

from accounts.models import Employer, Industry, Language, Profile, User
from applications import completeness, suitability
from applications.models import (
    WAY_QUESTIONS,
    Application,
    ApplicationExperience,
    ApplicationTopic,
    NamedWish,
    PrivateAnswers,
)
from applications.program_questions import asked_on_form, save_answers
from notifications.models import Notification
from notifications.models.outbox_access import ACCOUNT_EMAIL
from programs.models import Cohort, Experience, Membership, Program, Topic

TEXTS = Path(__file__).parent / "texts"
PASSWORD = "walk-a-calm-mile-together"  # noqa: S105  (the demo's, printed on the screen)
SIGN_INS = {
    "mentee": "Amina Farah",
    "mentor": "Ruth Adeyemi",
    "committee": "Karin Osei",
    "chair": "Nadia Petrov",
}


def sign_in_address(role: str) -> str:
    """Return the e-mail address of the demo's person in one of `SIGN_INS`."""
    return f"{role}@example.org"


ADDRESS_OF = {name: sign_in_address(role) for role, name in SIGN_INS.items()}
Depth = ApplicationExperience.Depth


# What matters most to one person after the other; most of them mark nothing.
MARKS = ("", "understands", "", "can_help", "", "", "practical", "way_of_working", "", "")


def ways_of(name: str) -> dict[str, str]:
    """Return how a person likes to work together: the same at every run, some without answer."""
    found = {}
    for question in WAY_QUESTIONS:
        number = crc32(f"{name} {question.code}".encode()) % (len(question.answers) + 1)
        if number:
            found[question.code] = question.answers[number - 1].code
    return found


def read(name: str) -> list[dict[str, str]]:
    """Return the rows of one CSV file of people, by column name."""
    with (TEXTS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=";"))


def email_address(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ADDRESS_OF.get(name) or f"{re.sub('[^a-z]+', '.', plain).strip('.')}@example.org"


def account(
    name: str,
    *,
    zone: str = "America/Toronto",
    language: str = "en",
    joined_at: datetime | None = None,
) -> User:
    """Create a person with a confirmed address; those of `SIGN_INS` also get the password."""
    fields = {"joined_at": joined_at} if joined_at else {}
    password = PASSWORD if name in ADDRESS_OF else None
    user = User.objects.create_user(
        email_address(name), password, name=name, time_zone=zone, language=language, **fields
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


# Some people say when to call, in their own language.
CALL_HOURS = {
    "en": ("weekdays after 5 p.m.", "", "Saturday mornings"),
    "fr": ("en semaine après 17 h", "", "le samedi matin"),
}


def participant(row: dict[str, str], joined_at: datetime) -> User:
    """Create an account and a profile from one row of a file."""
    languages = row["languages"].split()
    user = account(
        row["name"],
        zone=row["zone"],
        language="fr" if languages[0] == "fr" else "en",
        joined_at=joined_at,
    )
    employer = Employer.objects.named(row["employer"]) if row["employer"] else None
    profile = Profile.objects.create(
        user=user,
        employer=employer,
        job_title=row["job_title"],
        level=int(row["level"]),
        years_experience=int(row["years"]),
        place=row["place"],
        phone=f"+1 555 01{user.pk % 100:02d}",
        call_hours=CALL_HOURS[user.language][user.pk % 3],
        availability=row["slots"].split(),
    )
    profile.industries.set(Industry.objects.filter(code=row["industry"]))
    profile.languages.set(Language.objects.filter(code__in=languages))
    return user


@dataclass(frozen=True)
class ProgramVocabulary:
    """The topics and experiences of a program by code."""

    topics: dict[str, Topic]
    experiences: dict[str, Experience]

    @classmethod
    def of(cls, program: Program) -> ProgramVocabulary:
        topics = {row.code: row for row in Topic.objects.current(program)}
        return cls(topics, {row.code: row for row in Experience.objects.current(program)})


def application(
    row: dict[str, str],
    user: User,
    cohort: Cohort,
    role: str,
    vocabulary: ProgramVocabulary,
    begun_at: datetime,
) -> Application:
    """Create a complete draft application, as the pages would leave it."""
    made = Application.objects.create(
        cohort=cohort,
        person=user,
        role=role,
        external_key=user.email,
        situation=row["situation"],
        hopes=row["hopes"],
        mode=row["mode"],
        travel_km=20 if row["mode"] != "online" else None,
        rhythm_days=Application.Rhythm.MONTHLY,
        way_of_working=ways_of(user.name),
        matters_most=MARKS[crc32(user.name.encode()) % len(MARKS)],
        capacity=int(row.get("capacity") or 1),
        is_first_time=role == "mentor" and row.get("capacity") == "1" and int(row["years"]) < 13,
        suitability=dict.fromkeys(suitability.CODES[role], True),
        committed_at=begun_at,
        code_accepted_at=begun_at,
    )
    _topics(made, row, vocabulary)
    _experiences(made, row, vocabulary)
    prefetch_related_objects([made], "topic_rows__topic")
    made.saved_pages = [page.code for page in completeness.pages(made)]
    Application.objects.filter(pk=made.pk).update(created_at=begun_at, saved_pages=made.saved_pages)
    return made


def _topics(made: Application, row: dict[str, str], vocabulary: ProgramVocabulary) -> None:
    weights = {code: 3 if place == 0 else 2 for place, code in enumerate(row["goals"].split())}
    for entry in row["subjects"].split():
        code, _colon, weight = entry.partition(":")
        weights[code] = int(weight or 2)
    weights |= dict.fromkeys(row["skills"].split(), 2)
    first = [code for code, weight in weights.items() if weight == ApplicationTopic.TOP_LEVEL]
    places = dict(zip(first, ApplicationTopic.RANKS, strict=False))
    ApplicationTopic.objects.bulk_create(
        ApplicationTopic(
            application=made,
            topic=vocabulary.topics[code],
            weight=weight,
            rank=places.get(code),
        )
        for code, weight in weights.items()
    )


def _experiences(made: Application, row: dict[str, str], vocabulary: ProgramVocabulary) -> None:
    """Add experiences: shared, except the last of several, which only the committee sees."""
    rows: list[ApplicationExperience] = []
    for column, depth in (
        ("experiences", Depth.GOING_THROUGH),
        ("lived", Depth.LIVED),
        ("accompanied", Depth.ACCOMPANIED),
    ):
        codes = (row.get(column) or "").split()
        for place, code in enumerate(codes):
            is_shared = place == 0 or place < len(codes) - 1
            rows.append(
                ApplicationExperience(
                    application=made,
                    experience=vocabulary.experiences[code],
                    depth=depth,
                    is_shared=is_shared,
                )
            )
    ApplicationExperience.objects.bulk_create(rows)


def private_rows(made: Application, private: dict[str, Any]) -> None:
    """Add what a few people tell the committee only, and whom they name."""
    answers = {
        name: private[name] for name in ("needs", "limits", "accommodations") if name in private
    }
    if answers:
        PrivateAnswers.objects.create(application=made, **answers)
    for kind in ("prefer", "avoid"):
        for rank, written in enumerate(private.get(kind, []), start=1):
            NamedWish.objects.create(application=made, kind=kind, rank=rank, written=written)


def own_answers(made: Application, place: int) -> None:
    """Answer the questions of the program as it offers; `place` is that in the file."""
    given = {}
    for number, question in enumerate(asked_on_form(made)):
        first, last = question.least or 0, question.most or 9
        options = question.options or [str(one) for one in range(first, last + 1)]
        given[question.pk] = [options[(place + number) % len(options)]]
    save_answers(made, given)


def committee(programs: Iterable[Program], since: date) -> dict[str, User]:
    """Create the members, each with the same roles in every program."""
    roles = {
        "Nadia Petrov": ("chair",),
        "Karin Osei": ("reader", "matcher", "carer"),
        "Benoît Lavoie": ("matcher", "carer"),
        "Alice Whitlock": ("carer",),
    }
    members = {
        name: account(name, language="fr" if name == "Benoît Lavoie" else "en") for name in roles
    }
    deputy = members["Benoît Lavoie"]
    for program in programs:
        for name, held in roles.items():
            for role in held:
                cover = deputy if role == "carer" and name != deputy.name else None
                Membership.objects.create(
                    user=members[name], program=program, role=role, since=since, deputy=cover
                )
    return members


CODE = re.compile(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", re.MULTILINE)


def last_code(email: str) -> str:
    """Return the sign-in code that was last sent to `email`; "" if there is none."""
    emails = Notification.system.filter(kind=ACCOUNT_EMAIL).order_by("-pk")
    for row in emails[:20]:  # addresses are encrypted: a query cannot compare them
        if row.body and (row.address or "") == email.strip().lower():
            found = CODE.search(json.loads(row.body)["text"])
            return found[1] if found else ""
    return ""
