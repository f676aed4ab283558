"""Factories: each makes one realistic object with what it needs; fields can be overridden."""

from __future__ import annotations

import itertools
from datetime import date

from django.utils import timezone

from accounts.models import Employer, Profile, User
from applications.models import Application
from matches.models import Match
from matches.signals import pair_changed
from programs import opening_requests
from programs.models import (
    Cohort,
    EmailText,
    Membership,
    OpeningRequest,
    Policy,
    Program,
    TextVersion,
)

_number = itertools.count(1_000_000)  # of one length: "Person 9" would sort after "Person 10"


def person(name: str = "", *, employer: str = "", email: str = "", **fields: object) -> User:
    n = next(_number)
    name = name or f"Person {n}"
    email = email or f"{name.split()[0].lower()}.{n}@example.org"
    user = User.objects.create_user(email, None, name=name, **fields)
    place = Employer.objects.named(employer) if employer else None
    Profile.objects.create(user=user, employer=place, level=3, availability=["tue-evening"])
    verify(user)
    return user


def verify(user: User) -> None:
    """allauth lets only proven addresses in."""
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def program(**fields: object) -> Program:
    n = next(_number)
    fields = {
        "name": f"Program {n}",
        "slug": f"program-{n}",
        "purpose": "To grow.",
        "code_of_conduct": "Be kind.",
        **fields,
    }
    made = Program.objects.create(**fields)
    Policy.objects.create(program=made)
    return made


def cohort(**fields: object) -> Cohort:
    n = next(_number)
    if "program" not in fields:
        fields["program"] = program()
    fields = {"name": f"Cohort {n}", "slug": f"cohort-{n}", "opens_on": date(2020, 1, 1), **fields}
    return Cohort.objects.create(**fields)


def member(name: str = "", *, program: Program, role: str = "chair", **fields: object) -> User:
    user = person(name or f"Member {next(_number)}")
    Membership.objects.create(
        user=user, program=program, role=role, since=date(2020, 1, 1), **fields
    )
    return user


def text_version(program: Program) -> TextVersion:
    """A version of the program's questions and answers."""
    return TextVersion.objects.create(program=program, name="faq", language="en", text="Why?\nA.")


def email_text(program: Program, kind: str = "match-introduced", **fields: object) -> EmailText:
    """Version 1 of the program's own texts of an e-mail in English."""
    by = Membership.objects.filter(program=program).first() or member(program=program)
    values: dict[str, object] = {
        "language": "en",
        "number": 1,
        "texts": {"greeting": "Dear {name},"},
        "defaults": {"greeting": "Hello {name},"},
        "by": getattr(by, "user", by),
        **fields,
    }
    return EmailText.objects.create(program=program, kind=kind, **values)


def waiting_visitor(program: Program, **fields: object) -> OpeningRequest:
    """An address that wants to be told when the program opens; not confirmed by default."""
    address = f"visitor.{next(_number)}@example.org"
    opening_requests.ask(program, address, "mentee")
    OpeningRequest.system.filter(program=program).update(**{"role": "mentee", **fields})
    return OpeningRequest.system.filter(program=program).latest("pk")


def application(user: User, cohort: Cohort, role: str = "mentee", **fields: object) -> Application:
    """A complete, accepted application by default, ready to match."""
    now = timezone.now()
    fields = {
        "state": Application.State.ACCEPTED,
        "submitted_at": now,
        "review_started_at": now,
        "situation": f"What {user.name} is going through.",
        "hopes": f"What {user.name} hopes for.",
        "mode": Application.Mode.EITHER,
        "rhythm_days": Application.Rhythm.MONTHLY,
        "capacity": 1,
        "is_first_time": False,
        "committed_at": now,
        "code_accepted_at": now,
        "orientation_passed_at": now if role == "mentor" else None,
        "external_key": user.email,
        **fields,
    }
    return Application.objects.create(cohort=cohort, person=user, role=role, **fields)


def match(mentee: User, mentor: User, cohort: Cohort, **fields: object) -> Match:
    """A published pair; makes the two applications."""
    made = Match.objects.create(
        mentee=application(mentee, cohort, "mentee"),
        mentor=application(mentor, cohort, "mentor"),
        **fields,
    )
    pair_changed.send(Match, matches=[made.pk])
    return made
