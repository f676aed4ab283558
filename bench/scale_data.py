# ruff: noqa: S608  # the SQL is put together from names of our own tables and columns
"""A committee's years in the database, in bulk: one real pair, copied with SQL.

The first pair is made by the same functions that the pages call. Every other row is a copy of one
of its rows with other keys, people, moments and states, so that new columns need nothing here.
PostgreSQL only.

Copies are numbered. Pair `k` (from 1) has the mentee `k` and the mentor `pairs + k`; ids of copies
begin at `FIRST`. Four of five pairs are active, one of twenty is new, the others have ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from accounts.models import Profile, User
from agreements.models import AgreedGoal, Agreement, AgreementVersion, Signature
from applications.models import ApplicationTopic, Decision
from bench.copies import FIRST, copy, filling, run, series, set_sequences
from bench.scale_history import copy_emails, copy_transitions
from checkins.models import Answer, CheckIn, Concern, ContactLog, Question, Wave
from checkins.seeds import seed_surveys
from matches.models import Match
from matching.models import Round
from meetings.models import Meeting
from notifications.models import Notification, OutboxState
from programs.models import Cohort, Conflict, Membership, Topic
from testkit import agreements, checkins, factories, meetings, rounds

PAIRS_PER_COHORT, PAIRS_PER_MEMBER = 100, 100
VISITED = FIRST + 10  # an active pair in the care of the first member
VIEWERS = ("chair@example.org", "member0@example.org", "stranger@example.org")
PULSES, MEETINGS = 9, 17  # of a pair after a year and a half


@dataclass(frozen=True)
class People:
    """Who looks at the pages."""

    chair: User
    carer: User
    mentee: User
    mentor: User
    stranger: User  # signed in, takes part in nothing

    @property
    def pair(self) -> str:
        """Public id of the pair of mentee and mentor."""
        return Match.objects.get(pk=VISITED).public_id


@dataclass(frozen=True)
class _Sample:
    """The rows that are copied."""

    match: Match
    member: Membership
    cohort: Cohort
    topics: list[Topic]
    meeting: Meeting
    version: AgreementVersion
    checkin: CheckIn
    concern: Concern
    contact: ContactLog
    round: Round


def fill(pairs: int, emails: int) -> People:
    """Make so many pairs with everything around them, and so many e-mails that were sent."""
    run("SET statement_timeout = 0")
    sample = _sample()
    chair = factories.person("Chair Bench", email="chair@example.org")
    Membership.objects.create(user=chair, program=sample.cohort.program, role="chair")
    with filling():
        _copy_rows(sample, pairs, emails)
    for number in (3, 4, 5):
        Conflict.objects.create(member=chair, person_id=FIRST + number)
    _finish()
    factories.person("Sam Stranger", email="stranger@example.org")
    found = people()
    assert found is not None
    return found


def _copy_rows(sample: _Sample, pairs: int, emails: int) -> None:
    _committee(sample, pairs)
    _people(sample, pairs)
    _matches(sample, pairs)
    _agreements(sample)
    _meetings(sample, pairs)
    _checkins(sample, pairs)
    _care(sample, pairs)
    copy_transitions()
    copy_emails(pairs, emails)


def people() -> People | None:
    """Return who looks at the pages; None in an empty database."""
    pair = Match.objects.select_related("mentee__person", "mentor__person").filter(pk=VISITED)
    if not pair:
        return None
    by_email = {user.email: user for user in User.objects.filter(email__in=VIEWERS)}
    viewers = [by_email[email] for email in VIEWERS]
    return People(viewers[0], viewers[1], *pair[0].people, viewers[2])


def _sample() -> _Sample:
    """Make one pair a month ago as the product makes it, with one row of everything."""
    at = timezone.now() - timedelta(days=30)
    seed_surveys()
    cohort = factories.cohort(opens_on=date(2020, 1, 1))
    carer = factories.member("Carla Sample", program=cohort.program, role="carer")
    match = factories.match(
        factories.person("Mia Sample", employer="Mill"),
        factories.person("Max Sample", employer="Harbour"),
        cohort,
        introduced_at=at,
        carer=carer,
    )
    topics = [rounds.topic(f"topic-{number}") for number in range(20)]
    ApplicationTopic.objects.create(application=match.mentee, topic=topics[0])
    Decision.objects.create(
        application=match.mentee, outcome="accepted", decided_by=carer, released_at=at
    )
    version = agreements.signed(match)
    meeting = meetings.held(match, at + timedelta(days=3))
    checkin = checkins.answered(match, match.mentee.person, at=at + timedelta(days=20))
    concern = Concern.objects.create(
        program=match.program,
        match=match,
        person=match.mentee.person,
        author=match.mentee.person,
        text="Something is not going well.",
    )
    contact = ContactLog.objects.create(
        match=match, person=match.mentee.person, member=carer, note="We spoke."
    )
    made = Round.objects.create(
        cohort=factories.cohort(program=cohort.program), number=1, name="Sample", state="discarded"
    )
    member = Membership.objects.get(user=carer)
    return _Sample(match, member, cohort, topics, meeting, version, checkin, concern, contact, made)


def _committee(sample: _Sample, pairs: int) -> None:
    numbers = f"generate_series(0, {_members(pairs) - 1}) k"
    copy(sample.member.user, numbers, id=f"{FIRST} - k", name="'Member ' || k",
          email="'member' || k || '@example.org'")  # fmt: skip
    other = factories.program()
    copy(sample.member, f"{numbers}, generate_series(0, 1) o", id=f"{FIRST} - 2 * k - o",
          user_id=f"{FIRST} - k",
          program_id=f"CASE WHEN o = 0 THEN {sample.cohort.program_id} ELSE {other.pk} END",
          )  # fmt: skip
    cohorts = max(1, pairs // PAIRS_PER_COHORT)
    program = f"CASE WHEN k % 10 = 9 THEN {other.pk} ELSE {sample.cohort.program_id} END"
    numbers = f"generate_series(0, {cohorts - 1}) k"
    copy(sample.cohort, numbers, id=f"{FIRST} + k", name="'Cohort ' || k",
          slug="'cohort-of-' || k", program_id=program,
          closes_on="current_date - 30")  # fmt: skip
    copy(sample.round, numbers, id=f"{FIRST} + k", cohort_id=f"{FIRST} + k", number="1",
          state="'discarded'")  # fmt: skip


def _members(pairs: int) -> int:
    return max(1, pairs // PAIRS_PER_MEMBER)


def _cohort_of(pairs: int, number: str) -> str:
    last = max(1, pairs // PAIRS_PER_COHORT) - 1
    return f"{FIRST} + LEAST({last}, ((({number}) - 1) % {pairs}) / {PAIRS_PER_COHORT})"


def _people(sample: _Sample, pairs: int) -> None:
    """Both people of each pair, and a fifth more who applied and are in none."""
    person, people = sample.match.mentee.person, pairs * 12 // 5
    numbers = series(people)
    copy(person, numbers, id=f"{FIRST} + k", name="'Person ' || md5(k::text)",
          email="'person' || k || '@example.org'")  # fmt: skip
    profile = Profile.objects.get(user=person)
    copy(profile, numbers, id=f"{FIRST} + k", user_id=f"{FIRST} + k")
    role = f"CASE WHEN k <= {pairs} OR k > {pairs * 11 // 5} THEN 'mentee' ELSE 'mentor' END"
    others = "(ARRAY['submitted', 'declined', 'waitlisted', 'withdrawn'])[1 + k % 4]"
    days = f"make_interval(days => 920 - 900 * ((k - 1) % {pairs}) / {pairs})"
    copy(sample.match.mentee, numbers, id=f"{FIRST} + k", person_id=f"{FIRST} + k", role=role,
          cohort_id=_cohort_of(pairs, "k"), external_key="k::text",
          state=f"CASE WHEN k <= {2 * pairs} THEN 'accepted' ELSE {others} END",
          submitted_at=f"now() - {days}",
          orientation_passed_at=f"CASE WHEN {role} = 'mentor' THEN now() - {days} END",
          )  # fmt: skip
    topic = ApplicationTopic.objects.get(application=sample.match.mentee)
    ids = f"(ARRAY[{', '.join(str(one.pk) for one in sample.topics)}])"
    copy(topic, f"{numbers}, generate_series(0, 2) o", id=f"{FIRST} + 3 * k + o",
          application_id=f"{FIRST} + k", topic_id=f"{ids}[1 + (k + o) % 20]")  # fmt: skip
    decision = Decision.system.get(application=sample.match.mentee)
    copy(decision, f"generate_series(1, {people}, 2) k", id=f"{FIRST} + k",
          application_id=f"{FIRST} + k", released_at=f"CASE WHEN k <= {2 * pairs} THEN now() END",
          )  # fmt: skip


def _matches(sample: _Sample, pairs: int) -> None:
    state = "CASE WHEN k % 20 = 0 THEN 'introduced' WHEN k % 20 < 4 THEN 'closed' ELSE 'active' END"
    days = "CASE WHEN k % 20 = 0 THEN k / 20 % 25 WHEN k % 20 < 4 THEN 600 + k % 300"
    days = f"make_interval(days => {days} ELSE 510 + k % 60 END)"
    run(
        f"CREATE TEMPORARY TABLE pair AS SELECT k, {state} AS state, now() - {days} AS at,"
        f" {FIRST} + k AS mentee, {FIRST} + {pairs} + k AS mentor,"
        f" {FIRST} - k / {PAIRS_PER_MEMBER} % {_members(pairs)} AS carer FROM {series(pairs)}"
    )
    closed = "p.state = 'closed'"
    copy(sample.match, "pair p", id=f"{FIRST} + p.k", mentee_id="p.mentee", mentor_id="p.mentor",
          state="p.state", introduced_at="p.at", carer_id="p.carer", are_health_dates_due="true",
          active_at="CASE WHEN p.state <> 'introduced' THEN p.at + interval '20 days' END",
          ends_on=f"CASE WHEN {closed} THEN p.at::date + 400 ELSE current_date + 200 END",
          closed_at=f"CASE WHEN {closed} THEN p.at + interval '400 days' END",
          closed_kind=f"CASE WHEN {closed} THEN 'completed' ELSE '' END",
          # As after a day of sweeps.
          look_for_silence_at="now() + random() * interval '12 hours'",
          texts_erased_at=f"CASE WHEN {closed} AND p.at + interval '590 days' < now()"
          " THEN now() END")  # fmt: skip


def _agreements(sample: _Sample) -> None:
    signed = "(SELECT * FROM pair WHERE state <> 'introduced') p"
    moment = "p.at + interval '20 days'"
    agreement = Agreement.objects.get(match=sample.match)
    copy(agreement, "pair p", id=f"{FIRST} + p.k", match_id=f"{FIRST} + p.k", asked_at="NULL")
    copy(sample.version, signed, id=f"{FIRST} + p.k", agreement_id=f"{FIRST} + p.k",
          changed_at=moment, shared_at=moment, signed_at=moment,
          changed_by_id="p.mentee")  # fmt: skip
    goal = AgreedGoal.system.filter(version=sample.version).first()
    assert goal is not None
    copy(goal, f"{signed}, generate_series(0, 1) o", id=f"{FIRST} + 2 * p.k + o",
          version_id=f"{FIRST} + p.k", key="left(md5(random()::text), 22)",
          position="o")  # fmt: skip
    signature = Signature.objects.filter(version=sample.version)[0]
    copy(signature, f"{signed}, generate_series(0, 1) o", id=f"{FIRST} + 2 * p.k + o",
          version_id=f"{FIRST} + p.k", signed_at=moment,
          person_id="CASE WHEN o = 0 THEN p.mentee ELSE p.mentor END")  # fmt: skip


def _meetings(sample: _Sample, pairs: int) -> None:
    """One a month and one ahead; one of 25 pairs has not met for long, another meets late."""
    quiet = "CASE p.k % 25 WHEN 7 THEN 120 WHEN 8 THEN 50 ELSE p.k % 25 END"
    starts = f"date_trunc('hour', now()) - make_interval(days => {quiet} + 30 * o)"
    met = "(SELECT * FROM pair WHERE state <> 'introduced') p"
    copy(sample.meeting, f"{met}, generate_series(0, {MEETINGS - 1}) o",
          id=f"{FIRST} + 20 * p.k + o", match_id=f"{FIRST} + p.k", proposed_by_id="p.mentee",
          starts_at=starts)  # fmt: skip
    ahead = "(SELECT * FROM pair WHERE state <> 'closed' AND k % 25 <> 7) p"
    copy(sample.meeting, ahead, id=f"{FIRST} + 20 * p.k + 19", match_id=f"{FIRST} + p.k",
          proposed_by_id="p.mentee", state="'set'",
          starts_at="date_trunc('hour', now()) + make_interval(days => 1 + (p.k % 20)::int)",
          )  # fmt: skip


def _checkins(sample: _Sample, pairs: int) -> None:
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
        f"  p.at + make_interval(days => {days}) AS opens, {_cohort_of(pairs, 'p.k')} AS cohort,"
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


def _care(sample: _Sample, pairs: int) -> None:
    """A concern of every tenth pair, each tenth of them open; two contacts with each pair."""
    some = "(SELECT * FROM pair WHERE k % 10 = 5) p"
    resolved = "p.k % 100 <> 5"
    program = f"(SELECT program_id FROM programs_cohort WHERE id = {_cohort_of(pairs, 'p.k')})"
    copy(sample.concern, some, id=f"{FIRST} + p.k", match_id=f"{FIRST} + p.k", program_id=program,
          person_id="p.mentee", author_id="p.mentee",
          raised_at="now() - make_interval(days => 3 + p.k % 300)",
          state=f"CASE WHEN {resolved} THEN 'resolved' ELSE 'open' END",
          resolved_at=f"CASE WHEN {resolved} THEN now() END")  # fmt: skip
    copy(sample.contact, "pair p, generate_series(0, 1) o", id=f"{FIRST} + 2 * p.k + o",
          match_id=f"{FIRST} + p.k", person_id="p.mentee", member_id="p.carer",
          on="current_date - (p.k % 400)::int - 60 * o")  # fmt: skip


def _finish() -> None:
    """Set the sequences after the copies, and what autovacuum would do."""
    Notification.system.filter(pk__lt=FIRST, state="pending").update(
        state="sent", sent_at=timezone.now(), ended_at=timezone.now()
    )
    OutboxState.objects.all().delete()
    set_sequences()
    run("VACUUM (ANALYZE)")
    run("RESET statement_timeout")
