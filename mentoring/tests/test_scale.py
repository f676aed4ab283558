"""What keeps pages fast where there is much data, without a large database to measure."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from agreements.models import Goal
from bench import scale_sweeps
from bench.scale import Result
from bench.scale_pages import PAGES, PARTICIPANT
from bench.scale_report import lines
from checkins.models import CheckIn
from matches.models import Match
from meetings.models import Meeting
from notifications.reconcilers import RECONCILERS, TURN, TURN_SECONDS, due_reconcilers
from testkit import agreements, checkins, factories, meetings
from testkit.documents import replace_section

pytestmark = pytest.mark.django_db
# From here on PostgreSQL plans a query for longer than it runs it, for one person's few rows.
MOST_JOINS = 8
OF_COMMITTEE = {"programs_conflict", "programs_membership"}
MENTIONS_ROLES = {"my data", "e-mail settings", "what was changed", "requests for support"}


@pytest.fixture
def match(ada, ben, cohort):
    match = factories.match(ben, ada, cohort)
    agreements.signed(match)
    for number in range(3):
        meetings.held(match, timezone.now() - timedelta(days=1 + number))
    meetings.meeting(match)
    checkins.opened(match, ben)
    return match


def key_of(what, match):
    """What stands in the address of a page about something of the pair, see `People.key_of`."""
    if what == "program":
        return match.program.slug
    rows = {
        "pair": Match.objects.filter(pk=match.pk),
        "meeting": Meeting.objects.filter(match=match, state="set"),
        "goal": Goal.system.filter(match=match),
        "check-in": CheckIn.objects.filter(match=match, state="open"),
    }
    return rows[what].get().public_id


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, id=page.name) for page in PAGES if page.limit == PARTICIPANT],
)
def test_pages_of_participants_ask_short_questions(page, match, as_user):
    person = match.mentor.person if page.viewer == "mentor" else match.mentee.person
    url = reverse(page.address, args=[key_of(page.about, match)] if page.about else [])
    client = as_user(person)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    queries = [query["sql"] for query in asked]
    assert queries
    assert not [sql for sql in queries if sql.count(" JOIN ") > MOST_JOINS]
    # What only matters to members of the committee is not asked for anyone else.
    unread = OF_COMMITTEE - ({"programs_membership"} if page.name in MENTIONS_ROLES else set())
    assert not [sql for sql in queries if any(table in sql for table in unread)]


def test_the_benchmark_measures_every_list_of_the_committee():
    lists = {page.address for page in PAGES if page.address.endswith("_changelist")}
    tables = {f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry}
    assert lists == {f"admin:{table}_changelist" for table in tables}


def wakes_often() -> list[dict]:
    """What beat wakes every few seconds; the rest asks other machines, on the heavy worker."""
    entries = settings.CELERY_BEAT_SCHEDULE.values()
    rare = {entry["task"] for entry in entries if entry["schedule"] >= 60}
    assert {settings.CELERY_TASK_ROUTES[task]["queue"] for task in rare} == {"heavy"}
    return [entry for entry in entries if entry["task"] not in rare]


def test_the_benchmark_measures_every_task_that_beat_wakes():
    scheduled = {entry["task"] for entry in wakes_often()}
    assert scheduled == set(scale_sweeps.BEAT_TASKS)
    assert all(callable(import_string(task)) for task in scheduled)


def test_the_benchmark_measures_every_reconciler():
    assert set(RECONCILERS) <= set(scale_sweeps.parts())


def test_the_benchmark_measures_every_run_that_beat_may_wake():
    (often,) = {entry["schedule"] for entry in wakes_often()}
    turn = datetime(2026, 5, 1, 12, tzinfo=UTC)
    runs = list(scale_sweeps.windows(turn))
    assert {(at - since).total_seconds() for since, at in runs} == {often}
    seconds = {timedelta(seconds=second) for second in range(TURN_SECONDS)}
    assert {since - turn for since, _at in runs} == seconds


def test_reconcilers_are_spread_evenly_over_a_turn():
    turn = datetime(2026, 5, 1, 12, tzinfo=UTC)
    runs = [due_reconcilers(since, at) for since, at in scale_sweeps.windows(turn)]
    every_beginning = sorted([*RECONCILERS] * len(scale_sweeps.BEGINNINGS))
    assert sorted(itertools.chain(*runs)) == every_beginning
    a_turn = TURN // scale_sweeps.PAUSE
    assert max(map(len, runs)) == math.ceil(len(RECONCILERS) / a_turn)


def test_the_reconcilers_of_one_app_are_spread_over_the_runs_of_a_turn():
    a_turn = TURN // scale_sweeps.PAUSE
    of_apps = Counter(name.partition(".")[0] for name in RECONCILERS)
    for since, at in scale_sweeps.windows(datetime(2026, 5, 1, 12, tzinfo=UTC)):
        due = due_reconcilers(since, at)
        for app, count in Counter(name.partition(".")[0] for name in due).items():
            assert count <= math.ceil(of_apps[app] / a_turn), due


def test_a_section_of_a_document_is_replaced(tmp_path):
    document = tmp_path / "benchmarks.md"
    document.write_text(
        "# A\n\n## Ten times the size\n\nold\n\n### Sweeps\n\nold\n\n## Targets\n\nx\n"
    )
    replace_section(document, "## Ten times the size\n\nnew \\1\n")
    assert document.read_text() == "# A\n\n## Ten times the size\n\nnew \\1\n\n## Targets\n\nx\n"
    document.write_text("# A\n")
    replace_section(document, "## Ten times the size\n\nnew\n")
    assert document.read_text() == "# A\n\n## Ten times the size\n\nnew\n"


def test_the_report_names_the_pages_that_miss_a_goal():
    def size(slow: float) -> dict[str, dict[str, float]]:
        pages = {page.name: 2.0 for page in PAGES}
        return {
            "pages": {**pages, "home": slow, "empty page": 5.0, "/healthz": 4.0},
            "sweeps": {"task run_jobs": slow * 10, "first run of all": 1234.0},
        }

    found = Result(1000, size(3.0), size(6.0), {"check": 61.0, "import": 12.0})
    text = "\n".join(lines(found))
    assert "| home | 3.0 | 6.0 | 2.00 | 4 | **missed** |" in text
    assert f"{len(PAGES) - 1} of {len(PAGES)} pages met both goals." in text
    assert "More than *at most*: *home*." in text
    assert "Grew more than 1.3 times: *home*." in text
    assert "| task run_jobs | 30.0 | 60.0 | 50 | **missed** |" in text
    assert "| /healthz, all well | 4.0 | 4.0 | 10 | met |" in text
    assert "| check | 61.0 | **missed** |" in text
    assert "First run of all: 1,234 and 1,234 ms." in text
    assert max(map(len, text.splitlines())) <= 120
