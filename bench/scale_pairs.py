# ruff: noqa: S608  # the SQL is put together from names of our own tables and columns
"""What pairs of `bench.scale_data` have done: agreements, goals, meetings, check-ins, care."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import F
from django.utils import timezone

from agreements.models import (
    Activity,
    AgreedGoal,
    Agreement,
    Goal,
    GoalChange,
    GoalReview,
    GoalStep,
    PartComment,
    Signature,
)
from bench.copies import FIRST, copy, run
from bench.scale_sample import Sample, cohort_of
from checkins.models import Answer, CheckIn, Question, Wave
from matches.models import Pause
from matching.models import Offer
from meetings.models import ContactRequest

PULSES, MEETINGS = 9, 17  # of a pair after a year and a half
SIGNED = "(SELECT * FROM pair WHERE state <> 'introduced') p"
SIGNED_AT = "p.at + interval '20 days'"


def copy_what_pairs_do(sample: Sample, pairs: int, visited: int) -> None:
    """Copy the rows of every pair, which are in the table `pair`.

    visited: the id of the pair whose mentee has a check-in to answer.
    """
    _agreements(sample)
    _goals(sample)
    _together(sample, pairs)
    _meetings(sample)
    _checkins(sample, pairs)
    _care(sample, pairs)
    _ask(visited)


def _agreements(sample: Sample) -> None:
    agreement = Agreement.objects.get(match=sample.match)
    copy(agreement, "pair p", id=f"{FIRST} + p.k", match_id=f"{FIRST} + p.k", asked_at="NULL")
    copy(sample.version, SIGNED, id=f"{FIRST} + p.k", agreement_id=f"{FIRST} + p.k",
          changed_at=SIGNED_AT, shared_at=SIGNED_AT, signed_at=SIGNED_AT,
          changed_by_id="p.mentee")  # fmt: skip
    signature = Signature.objects.filter(version=sample.version)[0]
    copy(signature, f"{SIGNED}, generate_series(0, 1) o", id=f"{FIRST} + 2 * p.k + o",
          version_id=f"{FIRST} + p.k", signed_at=SIGNED_AT,
          person_id="CASE WHEN o = 0 THEN p.mentee ELSE p.mentor END")  # fmt: skip
    comment = PartComment.system.get(version=sample.version)
    copy(comment, _some(5), id=f"{FIRST} + p.k", version_id=f"{FIRST} + p.k",
          author_id="p.mentor", written_at=SIGNED_AT, resolved_at=SIGNED_AT)  # fmt: skip


def _goals(sample: Sample) -> None:
    """Two goals with three steps each; in months 3, 6 and 9 a review, few of them left out."""
    goal = Goal.system.get(match=sample.match)
    goals = f"{SIGNED}, generate_series(0, 1) o"
    key, goal_id = "left(md5(p.k || '-' || o), 22)", f"{FIRST} + 2 * p.k + o"
    agreed = AgreedGoal.system.get(version=sample.version)
    copy(agreed, goals, id=goal_id, version_id=f"{FIRST} + p.k", key=key,
          position="o")  # fmt: skip
    copy(goal, goals, id=goal_id, match_id=f"{FIRST} + p.k", person_id="p.mentee", key=key,
          position="o", created_at=SIGNED_AT, state="'under_way'")  # fmt: skip
    change = GoalChange.system.filter(goal=goal)[0]
    copy(change, goals, id=goal_id, goal_id=goal_id, at=SIGNED_AT)
    step = GoalStep.system.get(goal=goal)
    copy(step, f"{goals}, generate_series(0, 2) s", id=f"{FIRST} + 8 * p.k + 4 * o + s",
          goal_id=goal_id, position="s", author_id="p.mentee",
          done_at=f"CASE WHEN s = 0 THEN {SIGNED_AT} END")  # fmt: skip
    review = GoalReview.objects.get(match=sample.match)
    active = "(SELECT * FROM pair WHERE state = 'active') p, generate_series(1, 3) o"
    asked_at = f"{SIGNED_AT} + make_interval(days => 92 * o)"
    is_done = "CASE WHEN p.k % 25 <> 3 OR o < 3 THEN"
    copy(review, active, id=f"{FIRST} + 4 * p.k + o", match_id=f"{FIRST} + p.k", month="3 * o",
          asked_at=asked_at, done_at=f"{is_done} {asked_at} END",
          done_by_id=f"{is_done} p.mentee END")  # fmt: skip


def _together(sample: Sample, pairs: int) -> None:
    """Two activities; some pairs were asked before, paused, or wished to meet someone."""
    activity = Activity.system.filter(match=sample.match)[0]
    copy(activity, f"{SIGNED}, generate_series(0, 1) o", id=f"{FIRST} + 2 * p.k + o",
          match_id=f"{FIRST} + p.k", added_at=SIGNED_AT,
          done_on="CASE WHEN o = 0 THEN p.at::date + 100 END")  # fmt: skip
    pause = Pause.objects.get(match=sample.match)
    back_at = "p.at + interval '220 days'"
    copy(pause, _some(10), id=f"{FIRST} + p.k", match_id=f"{FIRST} + p.k",
          starts_on="p.at::date + 200", started_at="p.at + interval '200 days'",
          back_on="p.at::date + 220", back_at=back_at, ended_at=back_at,
          started_by_id="p.mentee")  # fmt: skip
    request = ContactRequest.system.get(match=sample.match)
    copy(request, _some(5), id=f"{FIRST} + p.k", match_id=f"{FIRST} + p.k", asker_id="p.mentee",
          asked_at="p.at + interval '60 days'",
          answered_at="p.at + interval '65 days'")  # fmt: skip
    offer = Offer.system.get(mentee=sample.match.mentee)
    copy(offer, "pair p", id=f"{FIRST} + p.k", round_id=cohort_of(pairs, "p.k"),
          mentee_id="p.mentee", mentor_id="p.mentor", opened_at="p.at - interval '9 days'",
          closes_at="p.at - interval '2 days'", closed_at="p.at - interval '3 days'",
          )  # fmt: skip


def _some(one_of: int) -> str:
    return f"(SELECT * FROM pair WHERE state <> 'introduced' AND k % {one_of} = 0) p"


def _meetings(sample: Sample) -> None:
    """One a month and one ahead; one of 25 pairs has not met for long, another meets late."""
    quiet = "CASE p.k % 25 WHEN 7 THEN 120 WHEN 8 THEN 50 ELSE p.k % 25 END"
    starts = f"date_trunc('hour', now()) - make_interval(days => {quiet} + 30 * o)"
    copy(sample.meeting, f"{SIGNED}, generate_series(0, {MEETINGS - 1}) o",
          id=f"{FIRST} + 20 * p.k + o", match_id=f"{FIRST} + p.k", proposed_by_id="p.mentee",
          starts_at=starts)  # fmt: skip
    ahead = "(SELECT * FROM pair WHERE state <> 'closed' AND k % 25 <> 7) p"
    copy(sample.meeting, ahead, id=f"{FIRST} + 20 * p.k + 19", match_id=f"{FIRST} + p.k",
          proposed_by_id="p.mentee", state="'set'",
          starts_at="date_trunc('hour', now()) + make_interval(days => 1 + (p.k % 20)::int)",
          )  # fmt: skip


def _checkins(sample: Sample, pairs: int) -> None:
    """The fit check and a pulse every 60 days for both, in the waves of their months."""
    days = "CASE WHEN o = 0 THEN 45 ELSE 30 + 60 * (o - 1) END"
    surveys = dict(Question.objects.values_list("survey__kind", "survey"))
    survey = f"CASE WHEN o = 0 THEN {surveys['fit']} ELSE {surveys['pulse']} END"
    run(
        "CREATE TEMPORARY TABLE asked AS SELECT *, CASE"
        "  WHEN opens > now() THEN 'scheduled'"
        "  WHEN (k * 7 + who * 3 + o) % 10 < 8 THEN 'answered'"
        "  WHEN opens > now() - interval '13 days' THEN 'open' ELSE 'lapsed' END AS state"
        f" FROM (SELECT p.k, who, o, {FIRST} + (p.k * 2 + who) * 12 + o AS id,"
        "  CASE WHEN who = 0 THEN p.mentee ELSE p.mentor END AS person,"
        f"  CASE WHEN o = 0 THEN 'fit' ELSE 'pulse' END AS kind, {survey} AS survey,"
        f"  p.at + make_interval(days => {days}) AS opens, {cohort_of(pairs, 'p.k')} AS cohort,"
        "   p.state AS pair_state"
        f"  FROM pair p, generate_series(0, 1) who, generate_series(0, {PULSES + 1}) o) s"
        " WHERE o <= 1 OR opens - interval '60 days' <= now()"
    )
    run("DELETE FROM asked WHERE pair_state = 'closed' AND state IN ('scheduled', 'open')")
    wave = Wave.objects.create(
        cohort=sample.cohort, kind="fit", month=date(2020, 1, 1), asked=9, answered=8,
        published_at=timezone.now(),
    )  # fmt: skip
    run(
        "CREATE TEMPORARY TABLE month AS SELECT row_number() OVER () AS id, cohort, kind, month"
        " FROM (SELECT DISTINCT cohort, kind, date_trunc('month', opens)::date AS month FROM asked"
        " WHERE opens < date_trunc('month', now()) - interval '1 day') s"
    )
    copy(wave, "month m", id=f"{FIRST} + m.id", cohort_id="m.cohort", kind="m.kind",
          month="m.month")  # fmt: skip
    is_asked = "CASE WHEN a.state <> 'scheduled' THEN"
    is_answered = "CASE WHEN a.state = 'answered' THEN"
    is_read = "a.state = 'answered' AND (a.opens < now() - interval '30 days' OR a.k % 2 = 0)"
    copy(sample.checkin,
          "asked a LEFT JOIN month m ON m.cohort = a.cohort AND m.kind = a.kind"
          " AND m.month = date_trunc('month', a.opens)::date AND a.state <> 'open'",
          id="a.id", match_id=f"{FIRST} + a.k", person_id="a.person", kind="a.kind",
          ordinal="GREATEST(1, a.o)", survey_id=f"{is_asked} a.survey END", state="a.state",
          opens_at="a.opens", opened_at=f"{is_asked} a.opens END",
          due_at=f"{is_asked} a.opens + interval '7 days' END",
          closes_at=f"{is_asked} a.opens + interval '14 days' END",
          answered_at=f"{is_answered} a.opens + interval '2 days' END",
          read_at=f"CASE WHEN {is_read} THEN a.opens + interval '4 days' END",
          wave_id=f"{FIRST} + m.id")  # fmt: skip
    answer = Answer.system.filter(checkin=sample.checkin).exclude(choice="").first()
    assert answer is not None
    for question in Question.objects.exclude(kind="text"):
        codes = ", ".join(f"'{code}'" for code, _texts in question.choices)
        chosen = f"(ARRAY[{codes}])[1 + (a.id % {len(question.choices)})]"
        asked = (
            f"(SELECT * FROM asked WHERE state = 'answered' AND survey = {question.survey_id}) a"
        )
        copy(answer, asked, id=f"nextval(pg_get_serial_sequence('{Answer._meta.db_table}', 'id'))",
              checkin_id="a.id", question_id=str(question.pk), choice=chosen)  # fmt: skip


def _care(sample: Sample, pairs: int) -> None:
    """A concern of every tenth pair, each tenth of them open; two contacts with each person.

    The carers of nine pairs in ten were in touch lately; the others are late.
    """
    some = "(SELECT * FROM pair WHERE k % 10 = 5) p"
    resolved = "p.k % 100 <> 5"
    program = f"(SELECT program_id FROM programs_cohort WHERE id = {cohort_of(pairs, 'p.k')})"
    copy(sample.concern, some, id=f"{FIRST} + p.k", match_id=f"{FIRST} + p.k", program_id=program,
          person_id="p.mentee", author_id="p.mentee",
          raised_at="now() - make_interval(days => 3 + p.k % 300)",
          state=f"CASE WHEN {resolved} THEN 'resolved' ELSE 'open' END",
          resolved_at=f"CASE WHEN {resolved} THEN now() END")  # fmt: skip
    copy(sample.contact, "pair p, generate_series(0, 3) o", id=f"{FIRST} + 4 * p.k + o",
          match_id=f"{FIRST} + p.k", member_id="p.carer",
          person_id="CASE WHEN o < 2 THEN p.mentee ELSE p.mentor END",
          on="current_date - (CASE WHEN p.k % 10 = 5 THEN 100 ELSE p.k % 15 END)::int"
             " - 60 * (o % 2)")  # fmt: skip


def _ask(pair: int) -> None:
    """Open the latest check-in of the mentee of a pair, whose page is measured."""
    asked = CheckIn.objects.filter(match=pair, person=F("match__mentee__person"))
    latest = asked.exclude(state=CheckIn.State.SCHEDULED).order_by("-opens_at")[0]
    Answer.system.filter(checkin=latest).delete()
    now = timezone.now()
    latest.state, latest.opened_at = CheckIn.State.OPEN, now - timedelta(days=1)
    latest.due_at, latest.closes_at = now + timedelta(days=6), now + timedelta(days=13)
    latest.answered_at = latest.read_at = latest.wave = None
    latest.save()
