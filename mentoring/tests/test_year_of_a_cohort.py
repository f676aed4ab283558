"""A cohort lives through 13 months, and its e-mails are those that the specification promises.

    YEAR_PAIRS=200 YEAR_RUNS=4 YEAR_SEED=new pytest mentoring/tests/test_year_of_a_cohort.py

`cohort_life` lives it with the product's verbs and notes what happened, `cohort_expectations` says
from docs/emails.md which e-mails follow from that, and `cohort_comparison` names each difference.
"""

import os
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import SystemRandom

import pytest
import time_machine
from django.apps import apps
from django.core import mail

from checkins.seeds import seed_surveys
from dashboard.invariants import broken_invariants
from matches.models import Match
from notifications.models import Notification
from notifications.testing import deliver_due_emails

from .cohort_committee import Cohort
from .cohort_comparison import Sent, breaches, differences
from .cohort_expectations import RULES
from .cohort_members import MEMBER_RULES

PAIRS = int(os.environ.get("YEAR_PAIRS", "6"))
SEED = os.environ.get("YEAR_SEED", "1")
SEED = SystemRandom().getrandbits(32) if SEED == "new" else int(SEED)
IS_LONG = "YEAR_RUNS" in os.environ  # each day, and digests of committee members too
# Hours of UTC at which the worker runs: in the afternoon it is day in every zone of the cohort.
RUNS = {0: (15,), 1: (15,), 2: (3, 15), 4: (3, 9, 15, 21)}[int(os.environ.get("YEAR_RUNS", "0"))]
ACTS = (7, 13)
START = datetime(2026, 1, 5, 10, tzinfo=UTC)
TUESDAY, THURSDAY, SATURDAY = 1, 3, 5
DAYS = int(os.environ.get("YEAR_DAYS", "425"))
# No address bounces here, no one is in need, and no one changes facts about themselves.
NOT_MET = {"concern-bounced", "concern-urgent", "concern-rule"}
KINDS_OF_FEW_PAIRS = 25
UNCOVERED_AT_MOST = timedelta(days=14)
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(7200)]


def test_a_cohort_gets_exactly_the_promised_emails():
    seed_surveys(START)
    with time_machine.travel(START, tick=False) as clock:
        cohort = Cohort(PAIRS, seed=SEED, at=START)
        for at, act in moments():
            clock.move_to(at)
            if act is None:
                run_worker(cohort, at)
            else:
                cohort.act(at, act)
        found = broken_invariants(at)
    facts, sent = cohort.facts, sent_emails()
    lines = [*breaches(facts, sent), *differences(facts, sent)]
    assert not lines, explain(lines)
    assert found == {}, f"seed {SEED}: {found}"
    check_that_it_was_a_year(facts, sent)


def moments():
    """Yield each moment with the slot of those who act then, None where the worker runs."""
    for day in range(DAYS):
        begin = START.replace(hour=0) + timedelta(days=day)
        events = [(begin.replace(hour=hour, minute=20), slot) for slot, hour in enumerate(ACTS)]
        if runs_on(day, begin.weekday()):
            events += [(begin.replace(hour=hour), None) for hour in RUNS]
        yield from sorted((one for one in events if one[0] > START), key=lambda one: one[0])


def runs_on(day, weekday):
    """Whether the worker runs on this day: on each with YEAR_RUNS, else on some, to save time."""
    if IS_LONG:
        return True
    is_busy = day < 75 or 330 <= day < 395  # the beginning, and the end of the term
    return weekday in ({TUESDAY, THURSDAY, SATURDAY} if is_busy else {TUESDAY})


def run_worker(cohort, at):
    deliver_due_emails(at, delivery_rules=True, digests=IS_LONG)
    cohort.facts.runs.append(at)
    cohort.note_what_time_brought(at)
    waiting = Match.objects.open().filter(uncovered_since__lt=at - UNCOVERED_AT_MOST)
    assert not waiting.exists(), f"seed {SEED}: uncovered at {at}"


PAIR_OF = {
    "matches.match": "pk",
    "meetings.meeting": "match_id",
    "checkins.checkin": "match_id",
    "agreements.agreementversion": "agreement__match_id",
    "agreements.goalreview": "match_id",
    "matches.pause": "match_id",
    "matches.closure": "match_id",
    "matches.followup": "closure__match_id",
    "programs.membership": "user_id",
    "announcements.announcementrecipient": "announcement_id",
}


def sent_emails():
    messages = [message.extra_headers["Message-ID"] for message in mail.outbox]
    ids = set(messages)
    assert len(messages) == len(ids), f"seed {SEED}: an e-mail was sent twice"
    rows = list(Notification.system.filter(state=Notification.State.SENT))
    assert ids <= {row.message_id for row in rows}
    about = {
        table: dict(apps.get_model(table)._base_manager.values_list("pk", column))
        for table, column in PAIR_OF.items()
    }
    return [
        Sent(
            kind=row.kind,
            person=row.recipient_id,
            about=about.get(row.about_type, {}).get(row.about_id, row.about_id),
            at=row.sent_at,
            is_optional=row.stream != "essential" and not row.is_urgent,
            is_urgent=row.is_urgent,
            is_part=row.message_id not in ids,
        )
        for row in rows
    ]


def explain(lines):
    kinds = Counter(" ".join(line.split()[:2]) for line in lines)
    return "\n".join([f"seed {SEED}, {PAIRS} pairs: {len(lines)}", str(dict(kinds)), *lines[:80]])


def check_that_it_was_a_year(facts, sent):
    """All five endings, pauses, and of many pairs each kind of e-mail at least once."""
    assert {one.ended_how for one in facts.pairs} >= {
        "completed", "early", "choice", "circumstance", "error",
    }  # fmt: skip
    assert any(one.pauses for one in facts.pairs)
    counts = Counter(one.kind for one in sent)
    wanted = (RULES.keys() | MEMBER_RULES.keys()) - NOT_MET
    if IS_LONG:
        sys.stderr.write(f"seed {SEED}, {PAIRS} pairs: {len(sent)} e-mails {dict(counts)}\n")
    if IS_LONG and PAIRS >= 50:
        assert wanted <= counts.keys()
    assert len(wanted & counts.keys()) >= KINDS_OF_FEW_PAIRS
