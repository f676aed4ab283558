"""What keeps pages fast where there is much data, without a large database to measure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bench.scale import PAGES, PARTICIPANT
from testkit import agreements, factories, meetings

pytestmark = pytest.mark.django_db
# From here on PostgreSQL plans a query for longer than it runs it, for one person's few rows.
MOST_JOINS = 8
OF_COMMITTEE = ("programs_conflict",)


@pytest.fixture
def match(ada, ben, cohort):
    match = factories.match(ben, ada, cohort)
    agreements.signed(match)
    for number in range(3):
        meetings.held(match, timezone.now() - timedelta(days=1 + number))
    return match


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, id=page.name) for page in PAGES if page.limit == PARTICIPANT],
)
def test_pages_of_participants_ask_short_questions(page, match, as_user):
    person = match.mentor.person if page.viewer == "mentor" else match.mentee.person
    name = page.address.removesuffix("*")
    url = reverse(name, args=[match.public_id] if page.address.endswith("*") else [])
    client = as_user(person)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    queries = [query["sql"] for query in asked]
    assert queries
    assert not [sql for sql in queries if sql.count(" JOIN ") > MOST_JOINS]
    # What only matters to members of the committee is not asked for anyone else.
    assert not [sql for sql in queries if any(table in sql for table in OF_COMMITTEE)]
