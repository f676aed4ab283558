"""Lists of the committee count, page and offer no more than costs the same at any size."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from matches.models import Match
from notifications.outbox import enqueue
from programs.committee_admin import CommitteeAdmin, CommitteeList, cells, lists
from programs.committee_admin.lists import BoundedPaginator
from programs.models import Conflict
from testkit import factories
from workflow.models import Transition

PAGES = list(admin.site._registry.values())
READS_THE_TABLE = (
    admin.AllValuesFieldListFilter,
    admin.RelatedFieldListFilter,
    admin.RelatedOnlyFieldListFilter,
)
LIST = reverse("admin:matches_match_changelist")


@pytest.fixture
def pairs(cohort):
    """Three pairs, introduced in three months of two years."""
    return [
        factories.match(
            factories.person(f"Mentee {month}"),
            factories.person(f"Mentor {month}"),
            cohort,
            introduced_at=datetime(year, month, 10, 12, tzinfo=UTC),
        )
        for year, month in ((2025, 11), (2026, 1), (2026, 2))
    ]


@pytest.fixture
def limit(monkeypatch):
    monkeypatch.setattr(lists, "LIST_LIMIT", 2)


def shown(client, **query):
    return client.get(LIST, query).context["cl"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: type(page).__name__)
def test_every_list_is_one_of_ours(page, rf):
    assert isinstance(page, CommitteeAdmin)
    assert issubclass(page.paginator, BoundedPaginator)
    assert issubclass(page.get_changelist(rf.get("/")), CommitteeList)
    assert not page.show_full_result_count


@pytest.mark.parametrize("page", PAGES, ids=lambda page: type(page).__name__)
def test_no_filter_reads_the_table_for_its_choices(page):
    for declared in page.list_filter:
        if isinstance(declared, str):
            field = page.model._meta.get_field(declared)
            assert field.choices or field.get_internal_type() == "BooleanField", declared
        else:
            kind = declared[1] if isinstance(declared, tuple) else declared
            assert not issubclass(kind, READS_THE_TABLE), declared


def test_a_list_with_more_rows_says_so(as_user, cleo, pairs, limit):
    page = as_user(cleo).get(LIST)
    assert page.context["cl"].result_count == 2
    words = " ".join(page.content.decode().split())
    assert "Pairs: more than 2. The first 2 are listed;" in words
    assert "more than 2 found" in as_user(cleo).get(LIST, {"q": "Mentee"}).content.decode()


def test_a_list_with_few_rows_counts_them(as_user, cleo, pairs):
    words = " ".join(as_user(cleo).get(LIST).content.decode().split())
    assert "3 pairs" in words
    assert "more than" not in words


def test_the_counts_of_a_filter_are_among_the_rows_that_are_shown(as_user, cleo, pairs, limit):
    Match.objects.filter(pk=pairs[0].pk).update(state="active")  # the third in the list
    words = as_user(cleo).get(LIST, {"_facets": "True"}).content.decode()
    assert "Introduced (2)" in words
    assert "Active (0)" in words


def test_a_member_acts_on_all_rows_only_if_the_list_shows_them(as_user, cleo, pairs, limit):
    every = {"action": "choose_carer", "select_across": "1", "_selected_action": pairs[0].pk}
    answer = as_user(cleo).post(LIST, every, follow=True)
    assert "too many rows to act on at once" in answer.content.decode()
    assert "matches/match/carer.html" not in str([one.name for one in answer.templates])


def test_the_dates_lead_from_years_to_days(as_user, cleo, pairs):
    client = as_user(cleo)

    def titles(**query):
        return [one["title"] for one in lists.date_links(shown(client, **query)).choices]

    assert titles() == ["2025", "2026"]
    assert titles(introduced_at__year=2026) == ["January 2026", "February 2026"]
    days = titles(introduced_at__year=2026, introduced_at__month=2)
    assert days == ["10 February"]
    links = lists.date_links(shown(client, introduced_at__year=2026, introduced_at__month=1))
    assert links.back == {"link": "?introduced_at__year=2026", "title": "2026"}


def test_the_dates_of_a_long_list_are_those_of_the_table(as_user, cleo, pairs, limit):
    client = as_user(cleo)

    def titles(**query):
        return [one["title"] for one in lists.date_links(shown(client, **query)).choices]

    assert titles() == ["2025", "2026"]
    Match.objects.filter(pk=pairs[0].pk).update(introduced_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    months = ["January 2026", "February 2026", "March 2026"]
    assert titles(introduced_at__year=2026) == months


@pytest.mark.parametrize("query", [{}, {"q": "Mentee"}])
def test_a_list_asks_once_who_may_see_which_rows(as_user, cleo, pairs, query):
    """The columns, the page and the dates are read by the ids that were found."""
    Conflict.objects.create(member=cleo, person=factories.person())
    client = as_user(cleo)
    with CaptureQueriesContext(connection) as asked:
        client.get(LIST, query)
    matches = [row["sql"] for row in asked if 'FROM "matches_match"' in row["sql"]]
    assert len([sql for sql in matches if "NOT (" in sql]) == 1, matches


def test_a_list_without_rows_has_no_dates(as_user, cleo):
    assert lists.date_links(shown(as_user(cleo))).show is False


@pytest.mark.parametrize("number", [1, 3])
def test_a_list_takes_the_same_queries_for_one_and_three(
    as_user, cleo, cohort, django_assert_num_queries, number
):
    for _pair in range(number):
        factories.match(factories.person(), factories.person(), cohort)
    client = as_user(cleo)
    client.get(LIST)
    with django_assert_num_queries(8):
        client.get(LIST)


# --- PostgreSQL finds a page of each long list by an index

INDEXES = {
    "notifications_notification": ("notification_newest", ""),
    "workflow_transition": ("transition_newest", ""),
    "matches_match": ("match_newest", ""),
    "checkins_checkin": ("checkin_newest", ""),
    "applications_application": ("application_oldest", ""),
    "agreements_agreementversion": ("version_newest", ""),
    "accounts_user": ("user_by_name", ""),
    "checkins_contactlog": ("contact_newest", ""),
    "checkins_contactplan": ("contact_plan_by_day", ""),
}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL for its plan")
@pytest.mark.parametrize("table", INDEXES)
def test_a_page_of_a_long_list_is_found_by_an_index(as_user, cleo, pairs, table):
    """In a small table the planner would read all of it: here it may not, where it has a choice."""
    index, query = INDEXES[table]
    enqueue("match-introduced", to=pairs[0].mentee.person, about=pairs[0])
    about = {"about_type": "matches.match", "about_id": pairs[0].pk}
    Transition.objects.create(**about, from_state="a", to_state="b", at=timezone.now())
    changelist = as_user(cleo).get(reverse(f"admin:{table}_changelist") + query).context["cl"]
    sql, params = changelist.queryset[:50].query.sql_with_params()
    with connection.cursor() as cursor:
        for setting in ("enable_seqscan", "enable_sort", "enable_hashjoin", "enable_mergejoin"):
            cursor.execute(f"SET LOCAL {setting} = off")
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert index in plan, plan
    assert f"Seq Scan on {table}" not in plan, plan


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<td class="field-state">on hold</td>', "On hold</td>"),
        ('<td class="f">&lt;b&gt; is it</td>', "&lt;b&gt; is it</td>"),
        ('<td class="f">ada@example.org</td>', "ada@example.org</td>"),
        ('<td class="f"><a href="/x/">more</a></td>', '<a href="/x/">more</a></td>'),
        ('<td class="f"></td>', "</td>"),
    ],
)
def test_a_cell_is_named_by_its_column_and_begins_as_a_sentence(cell, shown):
    opening = cell.partition(">")[0]
    assert cells.labelled(cell, 'A "column"') == (
        f'{opening} data-label="A &quot;column&quot;">{shown}'
    )


def test_the_name_of_a_row_and_its_box_stay_as_they_are():
    for cell in ('<th class="f"><a>x</a></th>', '<td class="action-checkbox">x</td>'):
        assert cells.labelled(cell, "Column") == cell
