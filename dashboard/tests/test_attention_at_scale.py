"""What Today reads of many pairs that need no one: a number that is not theirs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from applications.models import Application, Decision
from checkins.models import CheckIn, Concern
from checkins.seeds import seed_surveys
from matches.models import Match
from notifications.models import Notification
from testkit import factories

MANY, MOST = 400, 60
INDEX = reverse("admin:index")
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = pytest.mark.time_machine(NOW)
AGO = NOW - timedelta(days=90)


@pytest.fixture
def carer(program):
    return factories.member("Cora Field", program=program, role="carer")


@pytest.fixture
def many_pairs(cohort, cleo, carer):
    """Pairs on track, whose requests were settled and whose answers were read."""
    people = User.objects.bulk_create(
        User(name=f"P {n}", email=f"p{n}@example.org") for n in range(2 * MANY)
    )
    applied = Application.objects.bulk_create(
        Application(
            cohort=cohort, person=person, role="mentor" if n % 2 else "mentee", state="accepted",
            external_key=person.email, submitted_at=AGO, orientation_passed_at=AGO,
        )
        for n, person in enumerate(people)
    )  # fmt: skip
    later = NOW + timedelta(days=30)
    matches = Match.objects.bulk_create(
        Match(
            mentee=mentee, mentor=mentor, state="active", introduced_at=AGO, active_at=AGO,
            carer=cleo, drifting_from=later, stuck_from=later, are_health_dates_due=False,
        )
        for mentee, mentor in zip(applied[::2], applied[1::2], strict=True)
    )  # fmt: skip
    survey, *_others = seed_surveys()
    asked = {"survey": survey, "opens_at": AGO, "opened_at": AGO, "closes_at": AGO}
    CheckIn.objects.bulk_create(
        CheckIn(match=one, person=one.mentee.person, kind="fit", state="answered",
                answered_at=AGO, read_at=AGO, **asked)
        for one in matches
    )  # fmt: skip
    Concern.system.bulk_create(
        Concern(program=cohort.program, match=one, person=one.mentee.person, state="resolved",
                resolved_at=AGO)
        for one in matches
    )  # fmt: skip
    Decision.system.bulk_create(
        Decision(application=one, outcome="accepted", decided_by=cleo, released_at=AGO)
        for one in applied
    )
    ended = {"kind": "match-introduced", "about_type": "matches.match", "stream": "essential"}
    Notification.system.bulk_create(
        Notification(key=f"k{one.pk}", recipient=one.mentee.person, about_id=one.pk, due_at=AGO,
                     next_at=AGO, sent_at=AGO, ended_at=AGO, state="sent", **ended)
        for one in matches
    )  # fmt: skip
    Match.objects.filter(pk__in=[one.pk for one in matches[:3]]).update(carer=carer)


def rows_read(plan):
    """Yield the table of each scan in a plan, and how many of its rows were looked at."""
    if table := plan.get("Relation Name"):
        removed = sum(value for key, value in plan.items() if key.startswith("Rows Removed by"))
        yield table, (plan["Actual Rows"] + removed) * plan["Actual Loops"]
    for part in plan.get("Plans", ()):
        yield from rows_read(part)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL for its plan")
@pytest.mark.parametrize("role", ["chair", "carer"])
def test_today_reads_few_rows_of_many(as_user, cleo, carer, many_pairs, role):
    client = as_user(cleo if role == "chair" else carer)
    client.get(INDEX)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(INDEX).status_code == 200
    with connection.cursor() as cursor:
        tables = connection.introspection.django_table_names(only_existing=True)
        cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, tables))}")
        # Reading all of a small table is quick, and no sign of what happens with a large one.
        for setting in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin"):
            cursor.execute(f"SET LOCAL {setting} = off")
        for sql in [row["sql"] for row in asked if row["sql"].startswith("SELECT")]:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            ((plan,),) = cursor.fetchone()
            most = max(rows_read(plan["Plan"]), key=lambda one: one[1], default=("", 0))
            assert most[1] <= MOST, (most, sql)
