from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications import reviewing
from applications.models import Application, Decision
from checkins.models import Concern
from dashboard.attention import attention_items
from matches.models import EndingRequest, Match
from matching.models import PairRequest, Round
from matching.rounds import lifecycle
from notifications.models import Notification
from notifications.outbox import enqueue
from programs.models.cohorts import ANSWER_WITHIN
from testkit import agreements, factories

INDEX = reverse("admin:index")


def items_of(member):
    return {item.text: item.count for item in attention_items(member, at=timezone.now())}


def sent(cohort, name):
    return factories.application(
        factories.person(name), cohort, state="submitted", review_started_at=None
    )


def test_an_application_is_read_then_items_of(cohort, cleo):
    row = sent(cohort, "Nia Cole")
    assert items_of(cleo) == {"application to read": 1}
    reviewing.decide(row, by=cleo, outcome="accepted")
    assert items_of(cleo) == {"decision to release": 1}


@pytest.mark.parametrize("role", ["reader", "matcher"])
def test_no_one_is_asked_to_do_what_another_role_does(role, cohort, cleo):
    """A chair releases decisions, and carers look after pairs."""
    program = cohort.program
    reviewing.decide(sent(cohort, "Nia Cole"), by=cleo, outcome="accepted")
    factories.match(factories.person("Mia"), factories.person("Max"), cohort)
    member = factories.member(program=program, role=role)
    assert {"decision to release", "pair without a carer"} <= set(items_of(cleo))
    assert set(items_of(member)) & {"decision to release", "pair without a carer"} == set()


def test_a_new_program_begins_with_its_steps(program, cleo):
    (item,) = attention_items(cleo, at=timezone.now())
    assert item.text.endswith("left to set up the program")
    assert item.url == reverse("admin:programs_setup")


def test_an_applicant_whose_promised_day_is_over_comes_first(cohort, cleo):
    sent(cohort, "Nia Cole")
    type(cohort).objects.update(closes_on=timezone.localdate() - ANSWER_WITHIN)
    assert "applicant was promised an answer by now" not in items_of(cleo)
    day_before = timezone.localdate() - ANSWER_WITHIN - timedelta(days=1)
    type(cohort).objects.update(closes_on=day_before)
    assert items_of(cleo)["applicant was promised an answer by now"] == 1
    type(cohort).objects.update(matching_on=timezone.localdate())
    assert "applicant was promised an answer by now" not in items_of(cleo)


def test_in_a_rolling_cohort_the_promised_day_counts_from_when_someone_applied(cohort, cleo):
    application = sent(cohort, "Nia Cole")
    assert (cohort.closes_on, cohort.matching_on) == (None, None)
    assert application.answer_by_on == timezone.localdate() + ANSWER_WITHIN
    for days, late in ((0, 0), (1, 1)):
        at = timezone.now() - ANSWER_WITHIN - timedelta(days=days)
        type(application).objects.filter(pk=application.pk).update(submitted_at=at)
        assert items_of(cleo).get("applicant was promised an answer by now", 0) == late


def test_a_decision_that_waits_for_its_time_is_not_left_to_release(as_user, cohort, cleo):
    for name in ("Nia Cole", "Otto Kern"):
        reviewing.decide(sent(cohort, name), by=cleo, outcome="accepted")
    waiting = Decision.system.filter(application__person__name="Otto Kern")
    waiting.update(release_at=timezone.now() + timedelta(minutes=30), release_by=cleo)
    (item,) = attention_items(cleo, at=timezone.now())
    assert (item.text, item.count) == ("decision to release", 1)
    client = as_user(cleo)
    assert client.get(item.url).context["cl"].result_count == 1
    scheduled = client.get(item.url.replace("pending", "scheduled")).context["cl"]
    assert [row.person.name for row in scheduled.result_list] == ["Otto Kern"]


def test_every_line_leads_to_as_many_rows_as_it_says(as_user, cohort, cleo):
    for name in ("Nia Cole", "Otto Kern"):
        sent(cohort, name)
    type(cohort).objects.update(matching_on=timezone.localdate() - timedelta(days=1))
    client = as_user(cleo)
    for item in attention_items(cleo, at=timezone.now()):
        assert client.get(item.url).context["cl"].result_count == item.count


def test_lines_about_pairs_lead_to_as_many_rows_too(as_user, cohort, cleo):
    old = timezone.now() - timedelta(days=60)
    for number in range(3):
        match = factories.match(factories.person(), factories.person(), cohort, introduced_at=old)
        if number == 0:
            agreements.signed(match)
    factories.match(factories.person(), factories.person(), cohort)
    shown = items_of(cleo)
    assert shown["agreements are late"] == 2
    assert len([text for text in shown if "pair" in text]) >= 2
    client = as_user(cleo)
    for item in attention_items(cleo, at=timezone.now()):
        assert client.get(item.url).context["cl"].result_count == item.count, item.text


def test_a_list_has_no_more_rows_than_its_line(as_user, cohort, cleo):
    """Urgent ones have their own line; what a member has prepared waits for someone else."""
    program, now = cohort.program, timezone.now()
    other = factories.member("Lou Brandt", program=program, role="matcher")
    pairs = [factories.match(factories.person(), factories.person(), cohort) for _ in range(2)]
    for urgency in ("urgent", "soon", "whenever"):
        Concern.objects.create(
            program=program, match=pairs[0], person=pairs[0].mentee.person, urgency=urgency
        )
    Match.objects.filter(pk=pairs[0].pk).update(state="closing")
    EndingRequest.objects.create(match=pairs[1], person=pairs[1].mentee.person)
    for by in (cleo, other):
        round_ = lifecycle.open_round(factories.cohort(program=program), by=by)
        Round.system.filter(pk=round_.pk).update(state="review", prepared_by=by)
        asked = {"origin": "committee", "state": "confirmed", "by": by}
        mentee, mentor = (
            factories.application(factories.person(), cohort, role) for role in ("mentee", "mentor")
        )
        PairRequest.system.create(cohort=cohort, mentee=mentee, mentor=mentor, **asked)
    for planned in (None, now + timedelta(days=2)):
        round_ = lifecycle.open_round(factories.cohort(program=program), by=other)
        Round.system.filter(pk=round_.pk).update(state="approved", publish_at=planned)
    lifecycle.open_round(factories.cohort(program=program), by=other)
    items = attention_items(cleo, at=now)
    assert {item.text: item.count for item in items} | {
        "urgent request for help": 1,
        "open concerns": 2,
        "pair may want to end": 1,
        "round waiting for approval": 1,
        "approved round to publish": 1,
        "draft round": 1,
        "pair without a round to decide on": 1,
    } == {item.text: item.count for item in items}
    client = as_user(cleo)
    for item in items:
        assert client.get(item.url).context["cl"].result_count == item.count, item.text


def test_a_pair_without_a_carer_is_named(ada, ben, cohort, cleo):
    factories.match(ben, ada, cohort)
    assert items_of(cleo)["pair without a carer"] == 1


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_page_asks_as_often_for_three_pairs_as_for_one(
    as_user, cleo, cohort, django_assert_num_queries, pairs
):
    for _number in range(pairs):
        match = factories.match(factories.person(), factories.person(), cohort)
        enqueue("match-introduced", to=match.mentee.person, about=match)
        Concern.objects.create(program=cohort.program, match=match, person=match.mentee.person)
    Notification.system.update(state="held", reason="test")
    client = as_user(cleo)
    client.get(INDEX)
    with django_assert_num_queries(48):
        assert "e-mail" in client.get(INDEX).content.decode()


def test_what_is_too_much_to_read_is_counted_all_the_same(monkeypatch, cleo, ben, ada, cohort):
    match = factories.match(ben, ada, cohort)
    for urgency in Concern.Urgency.values:
        Concern.objects.create(
            program=cohort.program, match=match, person=ben, urgency=urgency, state="open"
        )
    enqueue("match-introduced", to=ben, about=match)
    Notification.system.update(state="held", reason="test")
    found = items_of(cleo)
    assert found["urgent request for help"] == 1
    assert found["open concerns"] == 2
    assert found["e-mail on hold"] == 1
    monkeypatch.setattr("dashboard.attention_lines.FEW", 0)
    assert items_of(cleo) == found


def failed_emails(count, match, state="failed"):
    ended_at = timezone.now() if state == "failed" else None
    for _number in range(count):
        to = factories.person()
        enqueue("match-introduced", to=to, about=match)
        rows = Notification.system.filter(recipient=to)
        rows.update(state=state, reason="test", ended_at=ended_at)


def test_many_emails_of_one_state_are_not_counted_again(monkeypatch, cleo, ada, ben, cohort):
    """And only the rules of the tables that they are about are asked."""
    match = factories.match(ben, ada, cohort)
    failed_emails(5, match)
    failed_emails(1, match, state="held")
    for module in ("attention", "attention_lines"):
        monkeypatch.setattr(f"dashboard.{module}.SHOWN_LIMIT", 1)
    with CaptureQueriesContext(connection) as asked:
        found = {item.text: item.shown for item in attention_items(cleo, at=timezone.now())}
    assert found["e-mails could not be delivered"] == "1+"
    assert found["e-mail on hold"] == "1"
    sql = [row["sql"] for row in asked if 'FROM "notifications_notification"' in row["sql"]]
    assert len(sql) == 3  # the first ones of each state, and which of them are hers
    assert not [one for one in sql if "agreements_agreementversion" in one]


def test_emails_of_others_hide_none_of_ones_own(monkeypatch, cleo, ada, ben, cohort):
    elsewhere = factories.match(factories.person(), factories.person(), factories.cohort())
    failed_emails(4, elsewhere)
    failed_emails(2, factories.match(ben, ada, cohort))
    for module in ("attention", "attention_lines"):
        monkeypatch.setattr(f"dashboard.{module}.SHOWN_LIMIT", 1)
    (item,) = (one for one in attention_items(cleo, at=timezone.now()) if "e-mail" in one.text)
    assert item.count == 2


def test_another_committee_sees_nothing(cohort):
    sent(cohort, "Nia Cole")
    stranger = factories.member("Olaf Reed", program=factories.program(), role="chair")
    assert set(items_of(stranger)) == {"steps left to set up the program"}


def test_a_new_installation_shows_the_list_of_what_to_set_up(as_user, db):
    first = factories.person("Mara Quill", is_superuser=True, is_staff=True)
    assert reverse("admin:programs_setup") in as_user(first).get(INDEX).content.decode()


def test_delivery_problems_come_first(as_user, cleo):
    assert "E-mails may not be going out" in as_user(cleo).get(INDEX).content.decode()


def test_participants_have_no_access(as_user, ben):
    assert as_user(ben).get(INDEX).status_code in {302, 403}


# --- the outbox


@pytest.fixture
def email(ada, ben, cohort):
    match = factories.match(ben, ada, cohort)
    enqueue("match-introduced", to=ben, about=match)
    return Notification.system.get(kind="match-introduced")


def press(client, email, button):
    response = client.post(reverse(f"admin:notifications_notification_{button}", args=[email.pk]))
    return response.status_code, Notification.system.get(pk=email.pk).state


def test_the_chair_holds_an_email_and_releases_it(as_user, cleo, email):
    client = as_user(cleo)
    assert press(client, email, "hold") == (302, "held")
    assert press(client, email, "hold") == (302, "held"), "holding twice is refused with a message"
    assert press(client, email, "release") == (302, "pending")
    assert press(client, email, "cancel") == (302, "cancelled")


def test_a_reader_reads_and_may_not_act(as_user, program, email):
    client = as_user(factories.member("Rita Vale", program=program, role="reader"))
    page = client.get(reverse("admin:notifications_notification_change", args=[email.pk]))
    assert "Ada" in page.content.decode()
    assert press(client, email, "hold") == (404, "pending")


def test_a_preview_has_no_personal_links(as_user, cleo, email):
    page = (
        as_user(cleo)
        .get(reverse("admin:notifications_notification_change", args=[email.pk]))
        .content.decode()
    )
    assert "/go/" not in page or "••••••" in page


def test_people_are_listed_and_never_changed(as_user, cleo, ada, ben, cohort):
    factories.match(ben, ada, cohort)
    client = as_user(cleo)
    assert (
        client.post(reverse("admin:accounts_user_change", args=[ben.pk]), {"name": "X"}).status_code
        == 403
    )
    assert (
        client.get(reverse("admin:accounts_user_changelist")).context["cl"].result_count
        == Application.objects.count()
    )
