"""Query counts of the workbench's short round trips (htmx)."""

from __future__ import annotations

import pytest
from django.urls import reverse


def url(name, round_, *args):
    return reverse(f"admin:matching_round_{name}", args=[round_.public_id, *args])


@pytest.fixture
def ask(drafted, as_user, cleo, people, django_assert_num_queries):
    """Return `ask(16, "get", "compare", "amina")`: open a panel and count the queries."""
    client = as_user(cleo)
    client.get(url("workbench", drafted))  # the first page after signing in notes the device

    def do(queries, method, name, mentee, **data):
        address = url(name, drafted, people[mentee].public_id)
        with django_assert_num_queries(queries):
            answer = getattr(client, method)(address, data, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        return answer.content.decode()

    return do


def test_a_decision_with_what_it_changed_takes_few_queries(ask, drafted, people):
    # Each check asks for the member's role and conflicts; they are read once for a decision.
    text = ask(
        25,
        "post",
        "pin",
        "amina",
        mentor=people["ruth"].public_id,
        expected_version=drafted.plan_version,
    )
    assert "You pinned Amina Farah with Ruth Adeyemi" in text


def test_rejecting_takes_a_few_more_for_its_own_row(ask, drafted, people):
    data = {"scope": "pair", "why": "Neighbours.", "mentor": people["ruth"].public_id}
    assert "You rejected Amina Farah" in ask(
        27, "post", "reject", "amina", expected_version=drafted.plan_version, **data
    )


def test_trying_a_swap_takes_few_queries(ask, people):
    assert "Priya Nair" in ask(12, "get", "preview", "amina", other=people["joel"].public_id)


def test_comparing_takes_few_queries(ask):
    assert "If chosen" in ask(16, "get", "compare", "amina")
