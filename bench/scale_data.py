# ruff: noqa: S608  # the SQL is put together from names of our own tables and columns
"""A committee's years in the database, in bulk: one real pair, copied with SQL.

The first pair is made by the same functions that the pages call. Every other row is a copy of one
of its rows with other keys, people, moments and states, so that new columns need nothing here.
PostgreSQL only.

Copies are numbered, see `bench.scale_sample`. Four of five pairs are active, one of twenty is new,
the others have ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Profile, User
from agreements.models import Goal
from applications.models import ApplicationTopic, Decision
from bench.copies import FIRST, copy, filling, run, series, set_sequences
from bench.scale_history import copy_emails, copy_transitions
from bench.scale_pairs import copy_what_pairs_do
from bench.scale_sample import (
    PAIRS_PER_COHORT,
    PAIRS_PER_MEMBER,
    Sample,
    cohort_of,
    make_sample,
    members,
)
from checkins.models import CheckIn, Wave
from matches.models import Match
from meetings.models import Meeting
from notifications.models import Notification, OutboxState
from programs.models import Conflict, Membership
from testkit import factories

VISITED = FIRST + 10  # an active pair in the care of the first member
VIEWERS = ("chair@example.org", "member0@example.org", "stranger@example.org")


@dataclass(frozen=True)
class People:
    """Who looks at the pages."""

    chair: User
    carer: User
    mentee: User
    mentor: User
    stranger: User  # signed in, takes part in nothing

    def key_of(self, what: str) -> str | int:
        """Return what stands in the address of a page about something of mentee and mentor."""
        pair = Match.objects.get(pk=VISITED)
        rows: dict[str, QuerySet] = {
            "pair": Match.objects.filter(pk=VISITED),
            "meeting": Meeting.objects.filter(match=VISITED, state=Meeting.State.SET),
            "goal": Goal.system.filter(match=VISITED),
            "check-in": CheckIn.objects.open().filter(match=VISITED, person=self.mentee),
        }
        if what in rows:
            return cast(str, rows[what].values_list("public_id", flat=True)[0])
        cohort = pair.mentee.cohort_id
        if what == "wave":
            return Wave.objects.for_committee(self.chair).filter(cohort=cohort).latest("pk").pk
        if what == "program":
            return pair.program.slug
        return {"match": pair.pk, "application": pair.mentee_id, "cohort": cohort}[what]


def fill(pairs: int, emails: int) -> People:
    """Make so many pairs with everything around them, and so many e-mails that were sent."""
    run("SET statement_timeout = 0")
    sample = make_sample()
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


def _copy_rows(sample: Sample, pairs: int, emails: int) -> None:
    _committee(sample, pairs)
    _people(sample, pairs)
    _matches(sample, pairs)
    copy_what_pairs_do(sample, pairs, VISITED)
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


def _committee(sample: Sample, pairs: int) -> None:
    numbers = f"generate_series(0, {members(pairs) - 1}) k"
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


def _people(sample: Sample, pairs: int) -> None:
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
          cohort_id=cohort_of(pairs, "k"), external_key="k::text",
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


def _matches(sample: Sample, pairs: int) -> None:
    state = "CASE WHEN k % 20 = 0 THEN 'introduced' WHEN k % 20 < 4 THEN 'closed' ELSE 'active' END"
    days = "CASE WHEN k % 20 = 0 THEN k / 20 % 25 WHEN k % 20 < 4 THEN 600 + k % 300"
    days = f"make_interval(days => {days} ELSE 510 + k % 60 END)"
    run(
        f"CREATE TEMPORARY TABLE pair AS SELECT k, {state} AS state, now() - {days} AS at,"
        f" {FIRST} + k AS mentee, {FIRST} + {pairs} + k AS mentor,"
        f" {FIRST} - k / {PAIRS_PER_MEMBER} % {members(pairs)} AS carer FROM {series(pairs)}"
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


def _finish() -> None:
    """Set the sequences after the copies, and what autovacuum would do."""
    Notification.system.filter(pk__lt=FIRST, state="pending").update(
        state="sent", sent_at=timezone.now(), ended_at=timezone.now()
    )
    OutboxState.objects.all().delete()
    set_sequences()
    run("VACUUM (ANALYZE)")
    run("RESET statement_timeout")
