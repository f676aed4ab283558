"""When the committee is next in touch with each person of a pair."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from checkins import contact_log, contact_plan
from checkins.coverage import Coverage
from checkins.models import ContactLog, ContactPlan
from checkins.ways_to_reach import WaysToReach
from dashboard.attention import attention_items
from matches import endings, pauses, reopening
from matches.pause_days import Wish
from programs.models import Conflict
from testkit import factories

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
LIST = "admin:checkins_contactplan_changelist"


@pytest.fixture
def planned(cared):
    contact_plan.keep_plans(START)
    return cared


def plan_of(person) -> ContactPlan:
    return ContactPlan.system.get(person=person)


def days(person) -> tuple[date, date, date]:
    plan = plan_of(person)
    return plan.planned_on, plan.due_on, plan.latest_on


def log(match, person, eve, *, on, result="reached", **values):
    at = START + timedelta(days=(on - START.date()).days)
    return contact_log.log(
        match, person, by=eve, how="phone", result=result, on=on, at=at, **values
    )


# --- the plan


def test_the_first_contact_with_each_is_due_in_the_first_month(planned, ada, ben):
    expected = (date(2026, 1, 20), date(2026, 1, 20), date(2026, 4, 5))
    assert [days(ada), days(ben)] == [expected, expected]


def test_a_pair_from_before_the_plan_has_missed_nothing(planned, ada, ben):
    """A program that begins to plan contacts in the pair's second year is not flooded."""
    began = date(2027, 2, 1)
    ContactPlan.system.filter(person=ada).update(counts_from=began, is_outdated=True)
    contact_plan.keep_plans(START + 400 * DAY)
    assert days(ada) == (date(2027, 4, 2), date(2027, 4, 2), date(2027, 5, 2))
    assert days(ben)[0] == date(2026, 1, 20)
    contact_plan.keep([planned.pk])
    assert plan_of(ada).counts_from == began, "planning again keeps it"


def test_the_migration_plans_for_pairs_that_were_there(cared, ada, ben):
    """Called as Django calls it; the tables are those of today."""
    migration = import_module("checkins.migrations.0028_contacts_count_from")
    ended = {"state": "closed", "closed_at": START, "closed_kind": "completed"}
    factories.match(factories.person(), factories.person(), cared.cohort, **ended)
    for _twice in range(2):
        migration.begin(apps, None)
    today = timezone.localdate()
    rows = list(ContactPlan.system.order_by("pk"))
    assert {row.person for row in rows} == {ada, ben}
    assert {(row.counts_from, row.is_outdated, row.due_on > today) for row in rows} == {
        (today, True, True)
    }


def test_planning_again_changes_nothing(planned):
    before = list(ContactPlan.system.values())
    contact_plan.keep_plans(START + DAY)
    contact_plan.keep([planned.pk])
    after = list(ContactPlan.system.values())
    assert [{**row, "id": 0} for row in after] == [{**row, "id": 0} for row in before]


@pytest.mark.parametrize(
    ("reached_on", "next_on"),
    [
        (date(2026, 1, 20), date(2026, 2, 4)),  # the first month: twice
        (date(2026, 2, 10), date(2026, 3, 12)),  # to the third month: monthly
        (date(2026, 5, 1), date(2026, 6, 30)),  # then every two months
    ],
)
def test_contacts_become_rarer_with_the_months(planned, ada, ben, eve, reached_on, next_on):
    log(planned, ben, eve, on=reached_on)
    assert plan_of(ben).planned_on == next_on
    assert plan_of(ada).planned_on == date(2026, 1, 20)


def test_an_attempt_asks_again_days_later_and_does_not_move_the_plan(planned, ben, eve):
    log(planned, ben, eve, on=date(2026, 1, 20), result="missed")
    assert days(ben)[:2] == (date(2026, 1, 20), date(2026, 1, 23))
    log(planned, ben, eve, on=date(2026, 1, 22), result="message")
    assert days(ben)[:2] == (date(2026, 1, 20), date(2026, 1, 25))
    log(planned, ben, eve, on=date(2026, 1, 23))
    assert days(ben)[:2] == (date(2026, 2, 7), date(2026, 2, 7))


def test_a_pause_moves_what_is_planned_and_nothing_is_due_meanwhile(planned, ben):
    at = START + 5 * DAY
    pauses.pause(planned, Wish(date(2026, 1, 24)), by=ben, at=at)
    assert plan_of(ben).planned_on == date(2026, 2, 4)
    assert not ContactPlan.system.due(at + 10 * DAY).exists()
    assert ContactPlan.system.due(START + 31 * DAY).count() == 2


def test_an_ended_pair_has_no_plan_and_a_reopened_one_has(planned, ben, cleo):
    endings.end(planned, by=ben, kind="choice", at=START + 3 * DAY)
    contact_plan.keep_plans(START + 3 * DAY)
    assert not ContactPlan.system.exists()
    reopening.reopen(planned, by=cleo, at=START + 4 * DAY)
    assert ContactPlan.system.count() == 2


def test_other_settings_plan_anew_at_the_next_sweep(planned, program, ben):
    program.policy.care_first_days = 7
    program.policy.save()
    assert plan_of(ben).planned_on == date(2026, 1, 20)
    contact_plan.keep_plans(START + DAY)
    assert plan_of(ben).planned_on == date(2026, 1, 12)
    assert not ContactPlan.system.filter(is_outdated=True).exists()


def test_a_plan_of_somebody_outside_the_pair_stops_no_sweep(planned, ada, ben, dan):
    ContactPlan.system.filter(person=ben).update(person=dan, is_outdated=True)
    contact_plan.keep_plans(START)
    assert {plan.person for plan in ContactPlan.system.all()} == {ada, ben}


def test_the_longest_time_is_a_limit_of_the_others(program):
    program.policy.care_gap_days = 40
    with pytest.raises(Exception, match="can't be shorter than the usual one"):
        program.policy.full_clean()


@pytest.mark.parametrize("number", [1, 3])
def test_a_quiet_sweep_costs_the_same_for_one_and_three(number, cohort, django_assert_num_queries):
    for _pair in range(number):
        factories.match(factories.person(), factories.person(), cohort, introduced_at=START)
    contact_plan.keep_plans(START)
    with django_assert_num_queries(2):
        contact_plan.keep_plans(START + DAY)


# --- logging


def test_pressing_twice_logs_once(planned, ben, eve):
    first = log(planned, ben, eve, on=date(2026, 1, 20))
    assert log(planned, ben, eve, on=date(2026, 1, 20)).pk == first.pk
    assert ContactLog.system.count() == 1


@pytest.mark.parametrize("who", ["ada", "dan", "reader", "conflicted"])
def test_only_who_looks_after_the_pair_logs(planned, ben, ada, dan, cleo, program, who):
    Conflict.objects.create(member=cleo, person=ada)
    reader = factories.member(program=program, role="reader")
    people = {"ada": ada, "dan": dan, "reader": reader, "conflicted": cleo}
    with pytest.raises(Exception, match="You don't look after this pair"):
        log(planned, ben, people[who], on=date(2026, 1, 20))
    assert not ContactLog.system.exists()


def test_nothing_is_logged_after_the_end_nor_ahead(planned, ben, dan, eve):
    with pytest.raises(Exception, match="today or before"):
        contact_log.log(
            planned, ben, by=eve, how="phone", result="reached", on=date(2026, 1, 7), at=START
        )
    with pytest.raises(Exception, match="don't look after"):
        log(planned, dan, eve, on=date(2026, 1, 6))
    endings.end(planned, by=ben, kind="choice", at=START)
    with pytest.raises(Exception, match="This pair has ended"):
        log(planned, ben, eve, on=date(2026, 1, 20))


def test_a_slip_is_taken_back_for_a_while_by_its_member(planned, ben, eve, cleo):
    row = log(planned, ben, eve, on=date(2026, 1, 20))
    at = row.logged_at
    with pytest.raises(Exception, match="within 30 minutes"):
        contact_log.undo(row, by=cleo, at=at)
    with pytest.raises(Exception, match="within 30 minutes"):
        contact_log.undo(row, by=eve, at=at + contact_log.UNDO_WITHIN)
    contact_log.undo(row, by=eve, at=at + timedelta(minutes=29))
    assert not ContactLog.system.exists()
    assert plan_of(ben).planned_on == date(2026, 1, 20)


# --- links


def test_the_links_carry_the_ready_words_in_the_language_of_the_person(planned, ben, eve):
    ben.profile.phone, ben.language = "+1 (416) 555-0100 ext. 7", "fr"
    ways = WaysToReach.of(planned, ben, eve)
    assert ways.tel == "tel:+14165550100"
    assert ways.sms.startswith("sms:+14165550100?body=Bonjour%20Ben%2C%20")
    assert not set("&\r\n #") & set(ways.sms.partition("?body=")[2])
    assert ways.mailto.startswith(f"mailto:{ben.email}?subject=")


@pytest.mark.parametrize("phone", ["", "ask me", "12"])
def test_without_a_number_there_is_no_link_to_call(planned, ben, eve, phone):
    ben.profile.phone = phone
    ways = WaysToReach.of(planned, ben, eve)
    assert (ways.tel, ways.sms) == ("", "")


# --- coverage


def test_without_pairs_there_is_nothing_to_divide(cleo):
    assert Coverage.of(cleo, at=START) == Coverage(0, 0)
    assert Coverage(0, 0).percent is None


def test_a_pair_is_covered_while_no_contact_is_overdue(planned, ada, ben, eve):
    due = START + 15 * DAY
    assert Coverage.of(eve, at=due) == Coverage(1, 1)
    assert Coverage.of(eve, at=due + DAY) == Coverage(1, 0)
    for person in (ada, ben):
        log(planned, person, eve, on=(due + DAY).date())
    assert Coverage.of(eve, at=due + DAY) == Coverage(1, 1)
    assert Coverage.of(eve, at=due + DAY).percent is None
    assert Coverage(7, 5).percent == 71


# --- pages


@pytest.fixture
def today(cared):
    """The pair was introduced a month ago: both contacts are overdue."""
    cared.introduced_at = timezone.now() - 30 * DAY
    cared.save()
    contact_plan.keep([cared.pk])
    return cared


def test_the_line_of_today_counts_what_its_list_shows(today, eve, cleo, as_user):
    (line,) = [
        item for item in attention_items(eve, at=timezone.now()) if "in your care" in item.text
    ]
    shown = as_user(eve).get(line.url).context["cl"]
    assert line.count == shown.result_count == 2
    texts = [item.text for item in attention_items(cleo, at=timezone.now())]
    assert not [text for text in texts if "in your care" in text]
    assert as_user(cleo).get(reverse(LIST), {"due": "now"}).context["cl"].result_count == 2


def test_one_tap_logs_thanks_and_can_be_undone(today, ben, eve, as_user):
    plan, client = plan_of(ben), as_user(eve)
    page = client.get(reverse("admin:checkins_contactplan_change", args=[plan.pk]))
    assert "Reached" in page.content.decode()
    url = reverse("admin:checkins_contactplan_reached", args=[plan.pk])
    done = client.post(url, {"how": "phone"}, follow=True).content.decode()
    assert "Thank you. The next contact with Ben Okoro is due on" in done
    row = ContactLog.system.get()
    assert (row.result, row.how, row.member, row.note) == ("reached", "phone", eve, "")
    undo = reverse("admin:checkins_contactplan_undo", args=[row.pk])
    assert undo in done
    assert "no longer logged" in client.post(undo, follow=True).content.decode()
    assert client.post(undo).status_code == 404
    assert not ContactLog.system.exists()


def test_what_is_wrong_is_shown_beside_what_was_typed(today, ben, eve, as_user):
    url = reverse("admin:checkins_contactplan_missed", args=[plan_of(ben).pk])
    page = as_user(eve).post(url, {"how": "pigeon", "note": "Twice"}).content.decode()
    assert "Twice" in page
    assert not ContactLog.system.exists()


def test_others_cannot_log(today, ben, eve, cleo, dan, program, as_user):
    Conflict.objects.create(member=cleo, person=ben)
    other = factories.member(program=program, role="carer")
    url = reverse("admin:checkins_contactplan_reached", args=[plan_of(ben).pk])
    statuses = [as_user(one).post(url, {"how": "phone"}).status_code for one in (cleo, other)]
    assert statuses == [404, 404]
    assert as_user(dan).post(url, {"how": "phone"}).status_code in (302, 403, 404)
    assert not ContactLog.system.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_the_same_queries_for_one_and_three(
    as_user, cleo, cohort, django_assert_num_queries, number
):
    for _pair in range(number):
        factories.match(factories.person(), factories.person(), cohort)
    contact_plan.keep_plans(timezone.now())
    client = as_user(cleo)
    client.get(reverse(LIST))
    with django_assert_num_queries(7):
        client.get(reverse(LIST))


def test_a_contact_that_is_added_by_hand_moves_the_plan(today, ben, eve, as_user):
    data = {
        "match": today.pk, "who": "mentee", "on": timezone.localdate().isoformat(),
        "how": "phone", "result": "reached", "note": "",
    }  # fmt: skip
    as_user(eve).post(reverse("admin:checkins_contactlog_add"), data)
    assert plan_of(ben).reached_on == timezone.localdate()


def test_a_contact_that_has_not_been_covers_nobody(today, ben, eve, as_user):
    data = {
        "match": today.pk, "who": "mentee", "on": "2096-01-01",
        "how": "phone", "result": "reached", "note": "",
    }  # fmt: skip
    page = as_user(eve).post(reverse("admin:checkins_contactlog_add"), data)
    assert "Enter the day of the contact: today or before." in page.text
    assert plan_of(ben).reached_on is None


def test_the_page_of_the_list_shows_coverage(client, planned, eve):
    client.force_login(eve)
    address = reverse("admin:checkins_contactplan_coverage")
    assert address in client.get(reverse(LIST)).text
    assert "of 1 running pair." in client.get(address).text


def test_coverage_of_no_pairs_says_so(client, cleo):
    client.force_login(cleo)
    page = client.get(reverse("admin:checkins_contactplan_coverage")).text
    assert "No pairs are running" in page


def test_the_list_counts_no_pairs(client, planned, eve):
    """Of very many that takes longer than the list."""
    client.force_login(eve)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse(LIST)).status_code == 200
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert [sql for sql in counts if "LIMIT" not in sql] == []
