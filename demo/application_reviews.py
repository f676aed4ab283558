"""How applications are read: opinions of two readers, checks of mentors, membership."""

from __future__ import annotations

from datetime import timedelta

from applications import appointments, interviews, opinions, references, screening, standing
from applications.interview_texts import questions_of
from applications.member_lists import MemberList
from applications.models import Application, Reference, ScreeningCheck, Standing
from programs.models import Policy, Program
from programs.spellings import fold

from .setup import DemoCohort

Kind = ScreeningCheck.Kind
READERS = ("Karin Osei", "Benoît Lavoie")
ENDS_SOON_DAYS = 25  # the record check of one mentor: a notice is due
STILL_VALID_DAYS = 900
ROOM = "https://talk.example.org/interviews"  # where a reader interviews


def write_opinions(demo: DemoCohort, *, day: float) -> None:
    """Share out what waits to be read between two readers, who decide together from now on.

    Both have written about the first application, one of them about the second.
    """
    Policy.objects.filter(program=demo.program).update(opinions_needed=len(READERS))
    at = demo.calendar.at(day)
    waiting = demo.cohort.applications.filter(state=Application.State.SUBMITTED)
    rows = list(
        waiting.filter(review_started_at=None)
        .select_related("person", "cohort__program__policy")
        .order_by("submitted_at", "pk")
    )
    readers = [demo.members[name] for name in READERS]
    opinions.share_out(rows, readers, by=demo.chair, at=at)
    texts = demo.texts["opinions"]
    for row, writing in zip(rows, (readers, readers[:1]), strict=False):
        for place, reader in enumerate(writing):
            outcome, text = texts[place]["outcome"], texts[place]["text"]
            opinions.write(row, by=reader, outcome=outcome, text=text, at=at)


def score_interviews(demo: DemoCohort, *, day: float) -> None:
    """Interview mentors, scored by two members: two are done, the third waits for the other."""
    Policy.objects.filter(program=demo.program).update(
        interview_needed=True, interview_scorers=len(READERS)
    )
    program = Program.objects.get(pk=demo.program.pk)
    calendar = demo.calendar
    rows = demo.cohort.applications.mentors().filter(state__in=interviews.HELD_IN)
    readers = [demo.members[name] for name in READERS]
    for row, scorers in zip(rows.order_by("pk"), (readers, readers, readers[:1]), strict=False):
        for place, member in enumerate(scorers):
            asked = enumerate(questions_of(program))
            interviews.send(
                row,
                by=member,
                held_on=calendar.on(day - 1),
                scores=[(question, 2 + (number + place) % 3) for number, question in asked],
                is_passed=True,
                at=calendar.at(day),
            )


def arrange_interviews(demo: DemoCohort, *, day: float) -> None:
    """Suggest times to two mentors who wait: one has chosen, one has not answered yet."""
    waiting = demo.cohort.applications.mentors().filter(state=Application.State.SUBMITTED)
    rows = waiting.select_related("person", "cohort__program__policy").order_by("-pk")[:2]
    calendar, member = demo.calendar, demo.members[READERS[0]]
    for place, row in enumerate(rows):
        first = calendar.now.replace(hour=14, minute=0, second=0, microsecond=0) + timedelta(
            days=3 + place
        )
        times = [first, first + timedelta(days=1)]
        made = appointments.suggest(
            row, by=member, times=times, minutes=30, place=ROOM, at=calendar.at(day)
        )
        if place == 0:
            at = calendar.at(day + 0.5)
            appointments.choose(made, by=row.person, starts_at=first, expected=0, at=at)


def ask_for_references(demo: DemoCohort, *, day: float) -> None:
    """Let two who wait name someone who can speak for them: one has answered, one has time."""
    Policy.objects.filter(program=demo.program).update(references_from=Policy.Screened.EVERYONE)
    waiting = demo.cohort.applications.filter(state=Application.State.SUBMITTED)
    rows = waiting.select_related("person", "cohort__program__policy").order_by("pk")[:2]
    for number, (row, referee) in enumerate(zip(rows, demo.texts["references"], strict=False)):
        asked = references.name_referee(
            row,
            by=row.person,
            name=referee["name"],
            address=f"referee.{number}@example.org",
            relation=referee["relation"],
            at=demo.calendar.at(day),
        )
        if referee["text"]:
            questions = references.questions_of(row.program)
            given = [(question, Reference.Answer.YES) for question in questions]
            at = demo.calendar.at(day + 1)
            references.answer(asked, given, text=referee["text"], at=at)


def compare_with_members(demo: DemoCohort, *, day: float) -> None:
    """Compare applicants with a list of members: one has lapsed, one is not on it."""
    Policy.objects.filter(program=demo.program).update(standing_rule=Policy.StandingRule.WARN)
    people = demo.cohort.applications.select_related("person").order_by("submitted_at", "pk")
    addresses = [row.person.email for row in people.exclude(state=Application.State.DRAFT)]
    lapsed, _not_listed, *members = addresses
    statuses = dict.fromkeys(map(fold, members), Standing.Status.MEMBER)
    statuses[fold(lapsed)] = Standing.Status.LAPSED
    listed = MemberList(statuses, len(statuses))
    program = Program.objects.select_related("policy").get(pk=demo.program.pk)
    standing.use_list(program, listed, by=demo.chair, at=demo.calendar.at(day))


def check_mentors(demo: DemoCohort, *, day: float) -> None:
    """Record a record check and a reference of each accepted mentor; the program needs both."""
    Policy.objects.filter(program=demo.program).update(
        record_check_needed=Policy.Screened.MENTORS, references_needed=1
    )
    rows = demo.cohort.applications.mentors().filter(state=Application.State.ACCEPTED)
    mentors = rows.select_related("person", "cohort__program__policy").order_by("pk")
    calendar, done_on = demo.calendar, demo.calendar.on(day - 4)
    for place, row in enumerate(mentors):
        days = STILL_VALID_DAYS if place else ENDS_SOON_DAYS
        ends = {Kind.RECORD: calendar.on(calendar.today + days), Kind.REFERENCE: None}
        for kind, expires_on in ends.items():
            screening.record(
                row,
                by=demo.chair,
                kind=kind,
                is_passed=True,
                done_on=done_on,
                expires_on=expires_on,
                at=calendar.at(day),
            )
