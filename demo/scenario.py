"""One story in four phases: each tells it up to its own day."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from matches.models import Match
from programs.models import Cohort

from . import cleanup, pairs, personas, setup, year
from .calendar import TODAY, Calendar
from .setup import Stage

PHASES = tuple(TODAY)


@transaction.atomic
def tell(phase: str, now: datetime) -> None:
    """Fill an empty database with the story as it stands in `phase`."""
    calendar = Calendar.of(phase, now)
    words = setup.talk()
    programs = setup.make_programs(words)
    members = personas.committee(programs.values(), since=calendar.on(-400))
    hr = setup.open_cohort(programs["hr"], *_names("hr", calendar), calendar.on(-70))
    stage = Stage(programs["hr"], hr, calendar, members, words)
    _cohort(stage)
    for slug in ("community", "volunteers"):
        _small(Stage(programs[slug], hr, calendar, members, words), slug)
    if phase in {"running", "closing"}:
        _next_cohort(stage)
    cleanup.settle_letters(calendar.now)
    if phase == "running":
        cleanup.trouble_one_letter(calendar.now)


def _names(slug: str, calendar: Calendar) -> tuple[str, str]:
    run = calendar.on(0)
    return (
        f"{'Spring' if run.month < 8 else 'Autumn'} {run.year}",
        f"{slug}-{run.year}-{run.month:02d}",
    )


def _cohort(stage: Stage) -> None:
    """The large cohort of the association, from its first application to today."""
    calendar = stage.calendar
    setup.apply_all(stage, "hr_mentors", "mentor", first_day=-68, last_day=-32)
    setup.apply_all(stage, "hr_mentees", "mentee", first_day=-67, last_day=-33)
    days = {"closes_on": -30, "matching_on": 0, "starts_on": 0, "ends_on": 365}
    Cohort.objects.filter(pk=stage.cohort.pk).update(
        **{name: calendar.on(day) for name, day in days.items()}
    )
    stage.cohort.refresh_from_db()
    setup.review(stage, first_day=-55 if calendar.today < -30 else -28, release_day=-20)
    if not calendar.is_past(-8):
        return
    setup.prepare_mentors(stage, first_day=-18)
    setup.declare_conflict(stage, *setup.KNOWS_SOMEBODY)
    round_ = pairs.run_round(stage, day=-4.5)
    pairs.pin_known(stage, round_, day=-4.5)
    if calendar.is_past(0):
        pairs.send_to_second_look(stage, round_, day=-3)
        _year(stage, pairs.publish(stage, round_, day=0))


def _year(stage: Stage, matches: list[Match]) -> None:
    calendar = stage.calendar
    year.live(stage, matches, start=0)
    _second_round(stage)
    year.settle_old_concerns(stage, before=calendar.today - 30)
    running = [
        match
        for match in sorted(matches, key=lambda row: row.mentee.person.name)
        if match.state == "active"
    ]
    if calendar.today < 340:
        for which, place in enumerate((2, 9)):
            year.ask_for_help(stage, running[place], which=which, day=calendar.today - 2 - which)
    year.come_to_the_end(stage, matches, start=0)


def _second_round(stage: Stage) -> None:
    """People of the waiting list, brought together half a year later: one pair at each of the first steps."""
    setup.let_in_late(stage, day=150)
    round_ = pairs.run_round(stage, day=180)
    pairs.send_to_second_look(stage, round_, day=181)
    for place, match in enumerate(pairs.publish(stage, round_, day=184)):
        if until := ("half-signed", "draft", "")[place % 3]:
            year.agree(stage, match, place, day=193, until=until)


def _small(stage: Stage, slug: str) -> None:
    """A community program that takes applications, and one for volunteers whose round waits for a second look."""
    today = stage.calendar.today
    name = {"community": "Walking together", "volunteers": "Autumn volunteers"}[slug]
    stage.cohort = setup.open_cohort(
        stage.program, name, f"{slug}-now", stage.calendar.on(today - 45)
    )
    setup.apply_all(stage, f"{slug}_mentors", "mentor", first_day=today - 40, last_day=today - 20)
    setup.apply_all(stage, f"{slug}_mentees", "mentee", first_day=today - 38, last_day=today - 0.5)
    if slug == "community":
        setup.review(stage, first_day=today - 15, release_day=today + 5, until=5)
        return
    setup.review(stage, first_day=today - 16, release_day=today - 10)
    setup.prepare_mentors(stage, first_day=today - 9)
    round_ = pairs.run_round(stage, day=today - 2)
    pairs.send_to_second_look(stage, round_, day=today - 1)


def _next_cohort(stage: Stage) -> None:
    """The next run of the association is open: drafts, letters sent yesterday, one that waits for a week."""
    calendar, today = stage.calendar, stage.calendar.today
    days = {
        "closes_on": calendar.on(today + 24),
        "matching_on": calendar.on(today + 45),
        "starts_on": calendar.on(today + 45),
    }
    cohort = setup.open_cohort(
        stage.program, "Next cohort", "hr-next", calendar.on(today - 20), **days
    )
    coming = Stage(stage.program, cohort, calendar, stage.members, stage.talk)
    setup.apply_all(coming, "hr_next_mentors", "mentor", first_day=today - 16, last_day=today - 3)
    setup.apply_all(coming, "hr_next_mentees", "mentee", first_day=today - 14, last_day=today)
    setup.review(coming, first_day=today - 4, release_day=today + 30, until=2)
