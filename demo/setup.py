"""Programs, people, applications, and what the committee decides about them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import User
from applications import applicant_questions, mentor_invitations, orientation, reviewing, submission
from applications.models import Application, Decision
from checkins import theme_seeds
from checkins.seeds import seed_surveys
from learning import seeding, touch_seeding
from programs import opening_requests, program_kinds, seeds
from programs.models import (
    Cohort,
    Conflict,
    Objective,
    Policy,
    Program,
    ProgramActivity,
    ProgramQuestion,
)
from programs.orientation_texts import orientation_of

from . import personas
from .calendar import Calendar
from .personas import TEXTS, ProgramVocabulary

Outcome, Reason = Decision.Outcome, Decision.Reason

WAITLISTED = {
    "Callum Fraser",
    "Divya Raman",
    "Elise Fontaine",
}  # accepted only in the second half of the year
DECLINED = {"Noah Petrosyan": Reason.OTHER_HELP}
CONFLICT_OF_INTEREST = (
    "Alice Whitlock",
    "Leah Feldman",
)  # a committee member, and the person she knows
WITHOUT_ORIENTATION = {"Stephen Ouellette"}  # accepted as a mentor, has not done the orientation


# What each program says itself; the rest is the wording of its kind.
PROGRAM_TEXTS = ("name", "purpose", "audience", "faq", "other_help", "emergency_note")


def load_texts() -> dict[str, object]:
    return tomllib.loads((TEXTS / "sentences.toml").read_text(encoding="utf-8"))


@dataclass
class DemoCohort:
    """A program with its cohort and people; `members` by name, `texts` is what people write."""

    program: Program
    cohort: Cohort
    calendar: Calendar
    members: dict[str, User]
    texts: dict[str, Any]

    @property
    def chair(self) -> User:
        return self.members["Nadia Petrov"]

    @property
    def reader(self) -> User:
        return self.members["Karin Osei"]

    def applications(self) -> dict[str, Application]:
        rows = self.cohort.applications.select_related("person", "cohort__program__policy")
        return {row.person.name: row for row in rows}


def make_programs(texts: dict[str, Any], calendar: Calendar) -> dict[str, Program]:
    """Create three kinds of program, each with its own topics and experiences."""
    seeds.load_shared_vocabulary()
    seed_surveys(at=calendar.at(-400))
    made = {}
    for slug, starter in (("hr", "hr"), ("community", "community"), ("volunteers", "volunteers")):
        content = texts["programs"][slug]
        program = Program(
            slug={
                "hr": "lakeshore-hr",
                "community": "neighbours-bridge",
                "volunteers": "maple-grove",
            }[slug],
            contact_email="committee@example.org",
            contact_phone="+1 416 555 0142",
            time_zone="America/Toronto",
            translations={name: {"fr": text} for name, text in content["french"].items()},
            **{name: content[name] for name in PROGRAM_TEXTS},
        )
        kind = program_kinds.kind_of(starter)
        program_kinds.set_texts(program, kind)
        program.save()
        program_kinds.start(program, kind)
        Objective.objects.bulk_create(
            Objective(program=program, text=text) for text in content["objectives"]
        )
        Policy.objects.create(program=program, **kind.settings)
        seeds.load_vocabulary(starter, program)
        seeding.load(program)
        theme_seeds.load(program)
        touch_seeding.load(program, at=calendar.at(-40))
        made[slug] = program
    _add_first_weeks(made["hr"])
    # The ward: its rounds propose to match people of the same one.
    asked = made["volunteers"].questions.filter(kind=ProgramQuestion.Kind.ONE)
    asked.update(criterion=ProgramQuestion.Mark.SAME)
    return made


FIRST_WEEKS = (
    ("person", 1, {"en": "The chapter's secretary", "fr": "Le secrétariat de la section"}),
    ("place", 2, {"en": "The library of the chapter", "fr": "La bibliothèque de la section"}),
    ("rule", 3, {"en": "What stays in the room", "fr": "Ce qui reste dans la salle"}),
)


def _add_first_weeks(program: Program) -> None:
    """Give a program a list for the first weeks of people who are new to it."""
    for kind, week, names in FIRST_WEEKS:
        ProgramActivity.objects.create(
            program=program, kind=kind, week=week, names=names, code=f"first-week-{week}"
        )


def open_cohort(program: Program, name: str, slug: str, opens_on: date, **days: date) -> Cohort:
    return Cohort.objects.create(program=program, name=name, slug=slug, opens_on=opens_on, **days)


def close_applications(demo: DemoCohort, *, day: float) -> None:
    Cohort.objects.filter(pk=demo.cohort.pk).update(closes_on=demo.calendar.on(day))
    demo.cohort.refresh_from_db()


WAITING_VISITORS = ("mentee", "mentee", "mentor", "mentee")


def add_waiting_visitors(demo: DemoCohort, *, first_day: float) -> None:
    """Let visitors ask to be told of the next opening; the last one has not confirmed yet."""
    for number, role in enumerate(WAITING_VISITORS, 1):
        at = demo.calendar.at(first_day + number / 10)
        address = f"visitor.{number}@example.org"
        opening_requests.ask(demo.program, address, role, at=at)
        if number < len(WAITING_VISITORS):
            for row in opening_requests.rows_with([address]):
                opening_requests.confirm(row, at=at)


INVITED = (("Nadia Petrov", "full", "not_now"), ("Karin Osei", "first", ""))


def invite_mentors(demo: DemoCohort, *, day: float) -> None:
    """Let members invite people to mentor; one has answered, the other has still time."""
    for number, (name, named, given) in enumerate(INVITED):
        at, address = demo.calendar.at(day + number), f"invited.{number}@example.org"
        row = mentor_invitations.invite(
            demo.program, address, by=demo.members[name], named=named, at=at
        )
        if given:
            mentor_invitations.answer(row, given, at=demo.calendar.at(day + number + 1))


def apply_all(demo: DemoCohort, file: str, role: str, *, first_day: float, last_day: float) -> None:
    """Let everyone of a file start an application between two days, and submit it a day later.

    Days that have not come yet are left out.
    """
    rows = personas.read(file)
    vocabulary, calendar = ProgramVocabulary.of(demo.program), demo.calendar
    step = (last_day - first_day) / len(rows)
    for place, row in enumerate(rows):
        day = first_day + place * step
        if not calendar.is_past(day):
            continue
        begun_at = calendar.at(day, hour=19)
        user = personas.participant(row, begun_at)
        made = personas.application(row, user, demo.cohort, role, vocabulary, begun_at)
        personas.private_rows(made, demo.texts["private"].get(row["name"], {}))
        personas.own_answers(made, place)
        if calendar.is_past(day + 1):
            submission.send(made, by=user, at=calendar.at(day + 1, hour=20))


def review(
    demo: DemoCohort, *, first_day: float, release_day: float, until: int | None = None
) -> None:
    """Decide on submitted applications and release the decisions on `release_day`.

    `until` leaves all but the first ones unread.
    """
    calendar = demo.calendar
    sent = [row for row in demo.applications().values() if row.state == Application.State.SUBMITTED]
    sent.sort(key=lambda row: row.submitted_at or calendar.now)
    for place, row in enumerate(sent[:until]):
        day = first_day + place * 0.15
        if not calendar.is_past(day):
            return
        name = row.person.name
        outcome = (
            Outcome.WAITLIST
            if name in WAITLISTED
            else Outcome.DECLINE
            if name in DECLINED
            else Outcome.ACCEPT
        )
        reason = DECLINED.get(name, Reason.NO_PLACE) if outcome != Outcome.ACCEPT else ""
        if place % 7 == 0:
            notes = demo.texts["notes"]["reading"]
            reviewing.add_note(
                row, by=demo.reader, text=notes[place // 7 % len(notes)], at=calendar.at(day)
            )
        reviewing.decide(row, by=demo.reader, outcome=outcome, reason=reason, at=calendar.at(day))
    if calendar.is_past(release_day):
        mine = reviewing.pending_decisions(demo.chair).filter(application__cohort=demo.cohort)
        reviewing.release(mine, by=demo.chair, at=calendar.at(release_day))


def ask_applicants(demo: DemoCohort, *, day: float) -> None:
    """Ask two applicants about whom nothing is decided; the first one has answered."""
    calendar, texts = demo.calendar, demo.texts["questions"]
    pending = Decision.system.filter(released_at=None).values("application")
    waiting = demo.cohort.applications.filter(state=Application.State.SUBMITTED)
    rows = waiting.exclude(pk__in=pending).select_related("person").order_by("submitted_at", "pk")
    for place, row in enumerate(rows[: len(texts["asked"])]):
        question = applicant_questions.ask(
            row,
            by=demo.reader,
            text=texts["asked"][place],
            answer_by_on=calendar.on(day + applicant_questions.USUAL_DAYS),
            at=calendar.at(day, hour=11),
        )
        if place == 0:
            applicant_questions.answer(
                question, by=row.person, text=texts["answer"], at=calendar.at(day + 1, hour=12)
            )


def prepare_mentors(demo: DemoCohort, *, first_day: float) -> None:
    """Let accepted mentors complete the orientation; one attends a session instead."""
    calendar = demo.calendar
    questions = orientation_of(demo.cohort.program, "mentor").questions
    right_answers = {question.code: question.parts.right for question in questions}
    mentors = [
        row
        for row in demo.applications().values()
        if row.is_mentor and row.state == Application.State.ACCEPTED
    ]
    for place, row in enumerate(mentors):
        at = calendar.at(first_day + place * 0.25, hour=21)
        if row.person.name in WITHOUT_ORIENTATION:
            continue
        if place == len(mentors) - 1:
            orientation.mark_attended(
                row, by=demo.reader, reason=demo.texts["texts"]["session"], at=at
            )
        else:
            orientation.submit_answers(row, by=row.person, answers=right_answers, at=at)


def accept_waitlisted(demo: DemoCohort, *, day: float) -> None:
    """Accept the people on the waiting list on `day`."""
    if not demo.calendar.is_past(day):
        return
    rows = demo.applications()
    for name in sorted(WAITLISTED):
        reviewing.decide(
            rows[name], by=demo.reader, outcome=Outcome.ACCEPT, at=demo.calendar.at(day)
        )
    mine = reviewing.pending_decisions(demo.chair).filter(application__cohort=demo.cohort)
    reviewing.release(mine, by=demo.chair, at=demo.calendar.at(day + 1))


def declare_conflict(demo: DemoCohort, member: str, person: str) -> None:
    """Declare a conflict of interest of a committee member with a person."""
    Conflict.objects.create(
        member=demo.members[member],
        person=demo.applications()[person].person,
        since=demo.calendar.on(-60),
    )
