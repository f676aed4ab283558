"""A year of the pairs: agreements, meetings, check-ins and concerns."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import connection
from django.db.models import OuterRef, Subquery

from accounts.models import User
from accounts.wall_time import WallTime
from agreements import drafting, signing
from agreements.models import AgreementVersion
from checkins import answering, concerns, planning, results, theme_counts, unanswered_emails
from checkins.models import CheckIn, Concern
from matches.models import Match
from meetings import recording, scheduling
from meetings.models import Meeting

from . import listening, pair_beginnings, pair_comments, pair_endings, pair_goals, pair_paper
from .setup import DemoCohort

RHYTHM = {
    "rhythm_days": 30,
    "meeting_minutes": 60,
    "mode": "mixed",
    "scheduler": "mentee",
    "notice_hours": 24,
    "reply_days": 2,
    "lateness": "message",
}
FIRST_MEETING, RHYTHM_DAYS = 11, 30
CHECKIN_DAYS = (8, 30, 45, 90, 150, 181, 210, 270, 330)
# How long ago a pair last met, by its place in the round; the others keep their rhythm.
DAYS_SINCE_MEETING = {5: 52, 11: 56, 17: 49, 23: 80, 29: 95}
MOODS = {8: "low", 23: "low", 14: "deciding"}
ON_PAPER = 3  # the pair that signs on paper, by its place in the round
EXCHANGE_EVERY = 3  # one pair in three says what they expect


def add_year(demo: DemoCohort, matches: list[Match], *, start: float) -> None:
    """Add everything that a round's pairs did from their introduction on day `start` to today."""
    ordered = sorted(matches, key=lambda match: match.mentee.person.name)
    for place, match in enumerate(ordered):
        if place % EXCHANGE_EVERY == 0 or match.mentee.person.email.startswith("mentee@"):
            pair_beginnings.exchange_expectations(demo, match, day=start + 2)
        add_agreement(demo, match, place, day=start + 6 + place % 12)
        add_meetings(demo, match, place, start=start)
        pair_goals.update_goals(demo, match, place, start=start)
    pair_goals.review_goals(demo, ordered, start=start)
    add_checkins(demo, ordered, start=start)
    pair_endings.end_early(demo, ordered, start=start, before=demo.calendar.today)
    pair_endings.ask_and_pause(demo, ordered)
    pair_comments.add_comments(demo, ordered, start=start)


def add_agreement(
    demo: DemoCohort, match: Match, place: int, *, day: float, until: str = "signed"
) -> None:
    """Draft, share and sign an agreement from `day` on.

    `until` stops earlier: at "draft", "shared" or "half-signed".
    """
    if not demo.calendar.is_past(day):
        return
    calendar = demo.calendar
    mentee, mentor = match.people
    goal_texts = demo.texts["goals"]
    goals = [{"key": "", **goal_texts[(place + n) % len(goal_texts)]} for n in range(1 + place % 3)]
    texts = demo.texts["agreement"]
    parts: dict[str, dict[str, object]] = {
        "rhythm": RHYTHM,
        "goals": {"goals": goals},
        "activities": {"activities": [texts["activities"][(place + n) % 5] for n in range(2)]},
        "confidentiality": {
            "confidentiality": texts["confidentiality"],
            "feedback": texts["feedback"],
        },
        "term": {
            "term_months": demo.program.policy.term_months,
            "short_term_reason": "",
            "ending_rules": texts["ending_rules"],
        },
    }
    for part, values in parts.items():
        version = drafting.save_part(
            match, part, values, expected_revision=0, by=mentee, at=calendar.at(day, hour=18)
        )
        if until == "draft" and part == "goals":
            return
    drafting.share(version, by=mentee, at=calendar.at(day + 1, hour=9))
    if until == "signed" and place == ON_PAPER:
        pair_paper.sign_on_paper(demo, match, day=day + 3)
        match.refresh_from_db(fields=["state", "active_at", "ends_on"])
        return
    if until != "shared":
        sign_as(version, mentee, demo, day + 2)
    if until == "signed":
        sign_as(version, mentor, demo, day + 3 + place % 4)
        match.refresh_from_db(fields=["state", "active_at", "ends_on"])


def sign_as(version: AgreementVersion, person: User, demo: DemoCohort, day: float) -> None:
    at = demo.calendar.at(day, hour=20)
    signing.sign(
        version, by=person, typed_name=person.name, expected_revision=version.revision, at=at
    )


def add_meetings(demo: DemoCohort, match: Match, place: int, *, start: float) -> None:
    """Add a meeting each month up to the last one and, for most pairs, the next one."""
    calendar, (mentee, _mentor) = demo.calendar, match.people
    quiet = DAYS_SINCE_MEETING.get(place)
    ended = pair_endings.ended_after(place)
    last = min(calendar.today - (quiet or 1), start + ended)
    day, number = start + FIRST_MEETING + place % 6, 0
    while day < last:
        add_past_meeting(demo, match, place + number, day)
        day, number = day + RHYTHM_DAYS + (place * 3 + number) % 5 - 2, number + 1
    next_on = calendar.on(max(day, calendar.today + 3))
    is_on = not quiet and not calendar.is_past(start + ended)
    is_in_term = match.ends_on is None or next_on <= match.ends_on
    if is_on and is_in_term and place % 5 != 4:
        scheduling.plan_meeting(
            match,
            by=mentee,
            times=[WallTime(next_on, time(17, 30), mentee.time_zone)],
            minutes=60,
            mode=mode_of(match),
            points=demo.texts["logs"]["agenda"][place % 4],
            is_agreed=place % 7 != 2,
            at=calendar.at(calendar.today - 2),
        )


def add_past_meeting(demo: DemoCohort, match: Match, turn: int, day: float) -> None:
    """Add a meeting that took place; every second one has notes."""
    calendar, (mentee, mentor) = demo.calendar, match.people
    held_at = calendar.at(day, hour=23)
    meeting = recording.record_past(
        match,
        by=mentee,
        when=WallTime(calendar.on(day), time(17, 30), mentee.time_zone),
        minutes=(60, 45, 75)[turn % 3],
        mode=mode_of(match),
        at=held_at,
    )
    if turn % 2:
        logs, writer = demo.texts["logs"], (mentee, mentor)[turn % 4 // 2]
        notes = {"learned": logs["learned"][turn % 6], "next_step": logs["next_step"][turn % 4]}
        recording.record(meeting, by=writer, at=held_at, **notes)


def mode_of(match: Match) -> str:
    return Meeting.Mode.VIDEO if match.mentee.mode == "online" else Meeting.Mode.IN_PERSON


def add_checkins(demo: DemoCohort, matches: list[Match], *, start: float) -> None:
    """Open check-ins on the days they are due and answer most of them, as people do."""
    place_of = {match.pk: place for place, match in enumerate(matches)}
    for after in CHECKIN_DAYS:
        day = start + after
        if not demo.calendar.is_past(day):
            return
        pair_endings.end_early(demo, matches, start=start, before=day)  # they are asked no more
        update_planner_statistics()
        # In the evening: at whatever hour the demo is loaded, all that is due on the day is open.
        reconcile_checkins(demo.calendar.at(day, hour=23))
        asked = (
            CheckIn.objects.open()
            .filter(match__in=place_of)
            .select_related("survey", "person", "match")
        )
        for turn, checkin in enumerate(
            asked.order_by("match__mentee__person__name", "person__name")
        ):
            answered_on = day + 1 + turn % 5
            is_sign_in = (
                checkin.person.email.startswith(("mentee@", "mentor@"))
                and after > demo.calendar.today - start - 14
            )
            place = place_of[checkin.pair.pk]
            if (
                listening.is_answered(checkin, place, turn)
                and demo.calendar.is_past(answered_on)
                and not is_sign_in
            ):
                answer_checkin(demo, checkin, place, turn, answered_on)
        if demo.calendar.is_past(day + 15):
            reconcile_checkins(demo.calendar.at(day + 15))
            mark_checkins_read(matches, demo.calendar.at(day + 15))
            listening.mark_themes(demo, demo.calendar.at(day + 15))


def reconcile_checkins(at: datetime) -> None:
    """Plan, ask, raise concerns and publish results as of `at`."""
    for reconcile in (
        planning.make_planned,
        planning.make_milestones,
        planning.make_surveys_without_a_pair,
        planning.open_and_lapse,
        planning.remind,
        unanswered_emails.raise_about_unanswered_emails,
        concerns.escalate,
        theme_counts.count_themes,
        results.publish_waves,
    ):
        reconcile(at)


def update_planner_statistics() -> None:
    """Run ANALYZE: PostgreSQL's planner does not know the rows of this transaction yet.

    Of our own tables: those of the server would stay locked for other databases until the end.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            tables = connection.introspection.django_table_names(only_existing=True)
            cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, tables))}")


def mark_checkins_read(matches: list[Match], at: datetime) -> None:
    """Mark all answers as read in one query: one by one takes most of the demo's time."""
    mine = CheckIn.objects.to_read().filter(match__in=matches)
    mine.update(
        read_at=at, read_by=Subquery(Match.objects.filter(pk=OuterRef("match")).values("carer")[:1])
    )


def answer_checkin(demo: DemoCohort, checkin: CheckIn, place: int, turn: int, day: float) -> None:
    if checkin.kind in listening.ASKED:
        answers = listening.milestone_answers(checkin, turn)
        at = demo.calendar.at(day, hour=21)
        answering.answer(checkin, by=checkin.person, answers=answers, at=at)
        return
    mood = MOODS.get(place, "good") if day > 40 else "good"
    choices = demo.texts["answers"][mood]
    words = choices[turn % len(choices)]
    if checkin.kind == CheckIn.Kind.LATER:
        answers = {"lasting": str(3 + turn % 3), "stayed": words}
    elif checkin.kind == CheckIn.Kind.FIT:
        answers = {"fit": "deciding" if mood == "deciding" else "good", "comment": words}
    else:
        useful = "2" if mood == "low" else str(3 + turn % 3)
        answers = {
            "useful": useful,
            "rhythm": "less" if mood == "low" else "as_planned",
            "comment": words,
        }
    answering.answer(checkin, by=checkin.person, answers=answers, at=demo.calendar.at(day, hour=21))


def raise_concern(demo: DemoCohort, match: Match, *, which: int, day: float) -> Concern:
    """Let the mentee of a pair ask the committee for help; `which` chooses the text."""
    content = demo.texts["concerns"][which]
    concern, _is_new = concerns.ask_for_help(
        author=match.mentee.person,
        program=demo.program,
        match=match,
        text=content["text"],
        urgency=content["urgency"],
        partner_may_know=False,
        contact_info=content["reach"],
        nonce=f"demo-{which}-{match.pk}",
        at=demo.calendar.at(day),
    )
    return concern


def resolve_old_concerns(demo: DemoCohort, *, before: float) -> None:
    """Assign and resolve the concerns raised before the day `before`, some hours and days later."""
    last = demo.calendar.at(before)
    old = Concern.system.filter(raised_at__lt=last).unresolved()
    for number, concern in enumerate(old.order_by("raised_at", "pk")):
        carer = concern.match.carer if concern.match and concern.match.carer else demo.chair
        taken_at = min(last, concern.raised_at + timedelta(hours=2 + 9 * (number % 4)))
        concern.take(by=carer, at=taken_at)
        concern.resolve(
            by=carer,
            outcome=Concern.Outcome.TALKED,
            note=demo.texts["texts"]["resolved"],
            at=min(last, taken_at + timedelta(days=3)),
        )
