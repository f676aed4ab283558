"""The dates that are kept with a pair are always those that its rows give when computed anew."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.exceptions import ActionNotAllowed
from checkins import concerns
from dashboard import health_dates
from dashboard.health import Health, health_of, in_health, with_requests
from matches import endings, pauses, reopening
from matches.match_creation import create_matches
from matches.models import Match
from matches.pause_days import Wish
from meetings import contacts, reconcilers, recording, scheduling
from meetings.models import Meeting
from programs.models import read_roles_once
from testkit import agreements, factories
from testkit import meetings as make_meeting

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = pytest.mark.time_machine(NOW)


def kept(match):
    return Match.objects.filter(pk=match.pk).values(*health_dates.KEPT)[0]


def computed(match):
    return health_dates.computed(health_dates.with_facts(Match.objects.all()).get(pk=match.pk))


def dates(match):
    return Match.objects.filter(pk=match.pk).values_list("drifting_from", "stuck_from")[0]


def latest(match):
    meeting = Meeting.objects.filter(match=match).order_by("-pk").first()
    if meeting is None:
        raise ActionNotAllowed("no meeting yet")
    meeting.match = match
    return meeting


def plan(match, by, at, *, is_agreed):
    scheduling.plan_meeting(
        match, by=by, times=[make_meeting.when(by, 9, at=at)], minutes=60, mode="video",
        place="", points="", is_agreed=is_agreed, at=at,
    )  # fmt: skip


def record(match, by, at, outcome):
    recording.record(latest(match), by=by, outcome=outcome, at=at)


def record_past(match, by, at):
    when = make_meeting.when(by, -1, at=at)
    recording.record_past(match, by=by, when=when, minutes=45, mode="phone", at=at)


def change_settings(match, by, at):
    policy = match.program.policy
    policy.refresh_from_db()
    policy.agreement_attention_days = policy.agreement_attention_days % 60 + 7
    policy.silence_days = policy.silence_days % 200 + 20
    policy.save()
    health_dates.keep_due(at)


VERBS = {
    "plan": lambda match, by, at: plan(match, by, at, is_agreed=True),
    "suggest": lambda match, by, at: plan(match, by, at, is_agreed=False),
    "suggest others": lambda match, by, at: scheduling.suggest_times(
        latest(match), [make_meeting.when(by, 21, at=at)], by=by, at=at
    ),
    "agree on another": lambda match, by, at: scheduling.suggest_times(
        latest(match), [make_meeting.when(by, 3, at=at)], by=by, is_agreed=True, at=at
    ),
    "accept": lambda match, by, at: scheduling.accept(latest(match), by=by, at=at),
    "keep": lambda match, by, at: scheduling.keep_date(latest(match), by=by, at=at),
    "cancel": lambda match, by, at: scheduling.cancel(latest(match), by=by, at=at),
    "held": lambda match, by, at: record(match, by, at, "held"),
    "missed": lambda match, by, at: record(match, by, at, "missed"),
    "moved": lambda match, by, at: record(match, by, at, "moved"),
    "entered by mistake": lambda match, by, at: record(match, by, at, "cancelled"),
    "past": record_past,
    "contact": lambda match, by, at: contacts.note_contact(match, by=by, at=at),
    "lapse": lambda match, by, at: reconcilers.lapse_unanswered(at),
    "sign": lambda match, by, at: agreements.signed(match, rhythm={"rhythm_days": 45}),
    "settings": change_settings,
    "pause": lambda match, by, at: pauses.pause(
        match, Wish(timezone.localdate(at) + timedelta(days=5)), by=by, at=at
    ),
    "come back": lambda match, by, at: pauses.come_back(match, by=by, at=at),
    "end": lambda match, by, at: endings.end(match, by=by, kind="choice", at=at),
    "reopen": lambda match, by, at: reopening.reopen(match, by=match.carer, at=at),
}


@pytest.fixture
def pair(ada, ben, cohort, cleo):
    return factories.match(ben, ada, cohort, introduced_at=NOW, carer=cleo)


STEP = st.tuples(st.sampled_from(sorted(VERBS)), st.booleans(), st.integers(0, 12))


def test_every_verb_alone_keeps_the_dates(pair):
    """Each is tried where it is allowed: after a plan, after its time, or after the ending."""
    before = {
        "accept": ["suggest"], "keep": ["plan", "suggest others"], "cancel": ["plan"],
        "suggest others": ["plan"], "agree on another": ["plan"], "held": ["plan"],
        "missed": ["plan"], "moved": ["plan"], "entered by mistake": ["plan", "held"],
        "lapse": ["suggest"], "reopen": ["end"], "come back": ["pause"],
    }  # fmt: skip
    late = {"held", "missed", "moved", "entered by mistake", "lapse"}
    for verb in VERBS:
        with undone():
            at = NOW + timedelta(days=2)
            for name in before.get(verb, []):
                by = pair.mentor.person if name == "suggest" else pair.mentee.person
                VERBS[name](pair, by, at + timedelta(days=20 * (name == "held")))
            pair.refresh_from_db()
            at += timedelta(days=20 * (verb in late))
            VERBS[verb](pair, pair.mentee.person, at)
            assert kept(pair) == computed(pair), verb


@contextmanager
def undone():
    """Undo what the block did, so that the next one begins as this one."""
    point = transaction.savepoint()
    yield
    transaction.savepoint_rollback(point)


@given(steps=st.lists(STEP, min_size=1, max_size=8))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_dates_are_kept_whatever_happens(pair, steps):
    with undone():
        at = NOW
        for name, is_mentee, days in steps:
            at += timedelta(days=days)
            person = (pair.mentee if is_mentee else pair.mentor).person
            pair.refresh_from_db()
            try:
                VERBS[name](pair, person, at)
            except ActionNotAllowed:
                continue
            assert kept(pair) == computed(pair), name


def test_new_pairs_have_dates(ada, ben, cohort):
    mentee = factories.application(ben, cohort, "mentee", state="accepted")
    mentor = factories.application(ada, cohort, "mentor", state="accepted")
    (made,) = create_matches([(mentee.pk, mentor.pk, {})], at=NOW)
    policy = cohort.program.policy
    days = min(policy.first_meeting_attention_days, policy.agreement_attention_days)
    assert kept(made) == computed(made)
    assert dates(made) == (NOW + timedelta(days=days), None)


def test_a_pair_that_ended_has_no_dates(pair):
    endings.end(pair, by=pair.mentee.person, kind="choice", at=NOW + timedelta(days=3))
    assert dates(pair) == (None, None)


def test_settings_that_change_concern_every_open_pair_with_the_next_sweep(pair):
    was, policy = dates(pair), pair.program.policy
    policy.agreement_attention_days = policy.first_meeting_attention_days = 5
    policy.save()
    assert dates(pair) == was
    health_dates.keep_due(NOW)
    assert kept(pair) == computed(pair)
    assert dates(pair) == (NOW + timedelta(days=5), None)
    with CaptureQueriesContext(connection) as asked:
        health_dates.keep_due(NOW)
    assert len(asked) == 1


@pytest.mark.parametrize("health", Health)
def test_a_list_of_one_value_has_the_pairs_with_this_value(health, ben, cleo, pair):
    """`in_health` and `health_of` say the same of every pair."""
    days = {Health.ON_TRACK: 0, Health.DRIFTING: 70}
    VERBS["sign"](pair, None, NOW)
    if health == Health.ENDING:
        endings.ask_committee(pair, by=ben, at=NOW)
    if health == Health.ASKED_FOR_HELP:
        concerns.ask_for_help(
            author=ben, program=pair.program, match=pair, text="Help", urgency="soon",
            partner_may_know=False, contact_info="", nonce="n",
        )  # fmt: skip
    at = timezone.now() + timedelta(days=days.get(health, 200))
    mine = Match.objects.for_committee(cleo)
    assert health_of(with_requests(mine, reader=cleo, at=at).get(), at=at) == health
    for word in Health:
        expected = [pair] if word == health else []
        assert list(in_health(mine, word, reader=cleo, at=at)) == expected, word
        with read_roles_once():  # as a page does
            assert list(in_health(mine, word, reader=cleo, at=at)) == expected, word


@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL for its plan")
@pytest.mark.parametrize(
    ("column", "index"), [("stuck_from", "match_stuck"), ("drifting_from", "match_drifting")]
)
def test_stuck_and_drifting_pairs_are_found_by_an_index(column, index, pair):
    found = Match.objects.open().filter(**{f"{column}__lt": NOW})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in found.order_by().explain()


def test_a_command_computes_the_dates_of_all_pairs_anew(ada, ben, cohort, capsys):
    match = factories.match(ben, ada, cohort)
    closed = factories.match(factories.person(), factories.person(), cohort)
    ended = {"state": "closed", "closed_at": NOW, "closed_kind": "completed"}
    Match.objects.filter(pk=closed.pk).update(**ended)
    health_dates.keep([match.pk, closed.pk])
    right = [kept(match), kept(closed)]
    Match.objects.update(stuck_from=NOW, drifting_from=None, rhythm_days=1)
    call_command("keep_health_dates")
    assert "2 pairs, 2 of them" in capsys.readouterr().out
    assert [kept(match), kept(closed)] == right
    call_command("keep_health_dates")
    assert "2 pairs, 0 of them" in capsys.readouterr().out
