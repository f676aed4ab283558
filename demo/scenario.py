"""One scenario in four phases, each built up to its own day."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from matches.models import Match
from programs.models import Cohort

from . import (
    application_reviews,
    asked_mentors,
    care_contacts,
    cleanup,
    listening,
    pair_beginnings,
    pair_endings,
    pair_year,
    pairs,
    partners,
    personas,
    program_events,
    second_accounts,
    self_requested_pairs,
    setup,
    support_requests,
    what_was_changed,
    written_to_groups,
)
from .calendar import TODAY, Calendar
from .setup import DemoCohort

PHASES = tuple(TODAY)


@transaction.atomic
def build(phase: str, now: datetime) -> None:
    """Fill an empty database with the scenario up to `phase`, so that it ends at `now`."""
    calendar = Calendar.of(phase, now)
    texts = setup.load_texts()
    programs = setup.make_programs(texts, calendar)
    members = personas.committee(programs.values(), since=calendar.on(-400))
    hr = setup.open_cohort(programs["hr"], *_names("hr", calendar), calendar.on(-70))
    demo = DemoCohort(programs["hr"], hr, calendar, members, texts)
    _cohort(demo)
    for slug in ("community", "volunteers"):
        _small(DemoCohort(programs[slug], hr, calendar, members, texts), slug)
    if phase in {"running", "closing"}:
        _next_cohort(demo)
    if phase == "running":
        written_to_groups.write_to_groups(DemoCohort(programs["hr"], hr, calendar, members, texts))
    cleanup.mark_past_emails_sent(calendar.now)
    if phase == "running":
        cleanup.fail_one_email(calendar.now)


def _names(slug: str, calendar: Calendar) -> tuple[str, str]:
    run = calendar.on(0)
    return (
        f"{'Spring' if run.month < 8 else 'Autumn'} {run.year}",
        f"{slug}-{run.year}-{run.month:02d}",
    )


def _cohort(demo: DemoCohort) -> None:
    """Add the large cohort of the association, from its first application to today."""
    calendar = demo.calendar
    listening.publish_milestones(demo)
    setup.apply_all(demo, "hr_mentors", "mentor", first_day=-68, last_day=-32)
    setup.apply_all(demo, "hr_mentees", "mentee", first_day=-67, last_day=-33)
    listening.answer_when_applying(demo)
    days = {"closes_on": -30, "matching_on": 0, "starts_on": 0, "ends_on": 365}
    Cohort.objects.filter(pk=demo.cohort.pk).update(
        **{name: calendar.on(day) for name, day in days.items()}
    )
    demo.cohort.refresh_from_db()
    setup.review(demo, first_day=-55 if calendar.today < -30 else -28, release_day=-20)
    if not calendar.is_past(-8):
        return
    setup.prepare_mentors(demo, first_day=-18)
    setup.declare_conflict(demo, *setup.CONFLICT_OF_INTEREST)
    listening.measure_objectives(demo)
    round_ = pairs.run_round(demo, day=-4.5)
    pairs.pin_pairs(demo, round_, day=-4.5)
    if calendar.is_past(0):
        pairs.send_to_review(demo, round_, day=-3)
        _year(demo, pairs.publish(demo, round_, day=0))


def _year(demo: DemoCohort, matches: list[Match]) -> None:
    calendar = demo.calendar
    pair_year.add_year(demo, matches, start=0)
    _second_round(demo)
    pair_year.resolve_old_concerns(demo, before=calendar.today - 30)
    running = [
        match
        for match in sorted(matches, key=lambda row: row.mentee.person.name)
        if match.state == "active"
    ]
    if calendar.today < 340:
        for which, place in enumerate((2, 9)):
            pair_year.raise_concern(
                demo, running[place], which=which, day=calendar.today - 2 - which
            )
        listening.suggest(demo, running[6:], day=calendar.today - 9)
        for match, is_promised in zip(running[4:6], (False, True), strict=False):
            day = calendar.today - 6
            pair_beginnings.ask_for_contacts(demo, match, day=day, is_promised=is_promised)
        support_requests.add_requests(demo, running[5:8])
    program_events.add_events(demo)
    what_was_changed.write_down(demo)
    pair_endings.end_terms(demo, matches, start=0)
    program_events.free_lost_places(demo)
    care_contacts.log_contacts(demo, matches)


def _second_round(demo: DemoCohort) -> None:
    """Match people from the waiting list half a year later: one pair at each first step."""
    setup.accept_waitlisted(demo, day=150)
    asked_mentors.ask_mentors_first(demo)
    round_ = pairs.run_round(demo, day=180)
    pairs.send_to_review(demo, round_, day=181)
    pairs.publish(demo, round_, day=184)
    for place, match in enumerate(asked_mentors.answer_offers(demo, day=185)):
        pair_beginnings.exchange_expectations(demo, match, day=189, both=place % 3 != 1)
        pair_beginnings.tick_first_weeks(demo, match, first_day=188)
        if until := ("half-signed", "draft", "")[place % 3]:
            pair_year.add_agreement(demo, match, place, day=193, until=until)
    if demo.calendar.today < 340:
        _third_round(demo)


def _third_round(demo: DemoCohort) -> None:
    """Ask a mentor for someone whose pair has ended; the answer is still to come."""
    today = demo.calendar.today
    round_ = pairs.run_round(demo, day=today - 4)
    pairs.send_to_review(demo, round_, day=today - 3)
    pairs.publish(demo, round_, day=today - 2)


def _small(demo: DemoCohort, slug: str) -> None:
    """Add a program that is open for applications, or one whose round waits for approval."""
    today = demo.calendar.today
    name = {"community": "Walking together", "volunteers": "Autumn volunteers"}[slug]
    demo.cohort = setup.open_cohort(demo.program, name, f"{slug}-now", demo.calendar.on(today - 45))
    setup.apply_all(demo, f"{slug}_mentors", "mentor", first_day=today - 40, last_day=today - 20)
    last_day = today - (0.5 if slug == "community" else 3)
    setup.apply_all(demo, f"{slug}_mentees", "mentee", first_day=today - 38, last_day=last_day)
    if slug == "community":
        setup.review(demo, first_day=today - 15, release_day=today + 5, until=5)
        self_requested_pairs.ask_to_be_a_pair(demo, day=today - 3)
        application_reviews.write_opinions(demo, day=today - 2)
        application_reviews.score_interviews(demo, day=today - 1)
        application_reviews.arrange_interviews(demo, day=today - 1)
        application_reviews.ask_for_references(demo, day=today - 2)
        partners.work_with_partners(demo, day=today - 4)
        return
    setup.review(demo, first_day=today - 16, release_day=today - 10)
    program_events.hold_orientation_session(demo, day=today - 9)
    setup.prepare_mentors(demo, first_day=today - 7)
    application_reviews.check_mentors(demo, day=today - 6)
    round_ = pairs.run_round(demo, day=today - 2)
    pairs.send_to_review(demo, round_, day=today - 1)
    setup.close_applications(demo, day=today - 2)
    setup.add_waiting_visitors(demo, first_day=today - 1.5)


def _next_cohort(demo: DemoCohort) -> None:
    """Add the association's next cohort, open for applications: drafts and submitted ones."""
    calendar, today = demo.calendar, demo.calendar.today
    days = {
        "closes_on": calendar.on(today + 24),
        "matching_on": calendar.on(today + 45),
        "starts_on": calendar.on(today + 45),
    }
    cohort = setup.open_cohort(
        demo.program, "Next cohort", "hr-next", calendar.on(today - 20), **days
    )
    coming = DemoCohort(demo.program, cohort, calendar, demo.members, demo.texts)
    setup.apply_all(coming, "hr_next_mentors", "mentor", first_day=today - 16, last_day=today - 3)
    setup.apply_all(coming, "hr_next_mentees", "mentee", first_day=today - 14, last_day=today)
    listening.answer_when_applying(coming)
    setup.invite_mentors(coming, day=today - 5)
    setup.review(coming, first_day=today - 4, release_day=today + 30, until=2)
    setup.ask_applicants(coming, day=today - 2)
    application_reviews.compare_with_members(coming, day=today - 1)
    second_accounts.apply_with_another_address(coming, day=today - 2)
