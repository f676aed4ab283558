"""A carer who goes silent, and taking their pairs over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from checkins import contact_log, contact_plan, handling, silent_carers
from checkins.models import CarerSilence, Concern
from checkins.silent_carer_emails import carer_silent
from dashboard.attention import attention_items
from matches import endings
from matches.carers import assign_carer
from matches.models import Match
from notifications.models import Notification
from programs.committee_admin import history_of
from programs.models import Conflict, Membership
from testkit import factories
from testkit.concurrency import at_once

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SILENT = START + 30 * DAY  # 15 days after both contacts were due


@pytest.fixture
def deputy(program, eve):
    kim = factories.member("Kim Osei", program=program, role="carer")
    Membership.objects.filter(user=eve).update(deputy=kim)
    return kim


@pytest.fixture
def planned(cared, cleo, deputy):
    contact_plan.keep_plans(START)
    return cared


def sweep(at=SILENT):
    silent_carers.notice_silent_carers(at)


def told(kind="carer-silent"):
    rows = Notification.system.filter(kind=kind, state="pending")
    return sorted(row.recipient.first_name for row in rows)


def silence():
    return CarerSilence.objects.open().get()


# --- noticing


def test_overdue_contacts_make_a_carer_silent_and_tell_who_can_act_once(planned, eve):
    sweep(SILENT - DAY)
    assert not CarerSilence.objects.exists()
    for _time in range(2):
        sweep()
    assert (silence().carer, silence().since.isoformat()) == (eve, "2026-01-20")
    assert told() == ["Cleo", "Eve", "Kim"]


def test_a_concern_that_waits_makes_a_carer_silent(planned, ada, ben, eve):
    for person in (ada, ben):
        contact_log.log(planned, person, by=eve, how="phone", result="reached", at=START + 16 * DAY)
    Concern.objects.create(
        program=planned.program, match=planned, person=ben, raised_at=START + 17 * DAY
    )
    sweep(START + 31 * DAY)
    assert not CarerSilence.objects.exists()
    sweep(START + 31 * DAY + timedelta(hours=1))
    assert silence().carer == eve


def test_an_attempt_is_a_sign_and_ends_it(planned, ada, ben, eve):
    sweep()
    for person in (ada, ben):
        contact_log.log(planned, person, by=eve, how="phone", result="missed", at=SILENT)
    sweep(SILENT + DAY)
    assert not CarerSilence.objects.open().exists()
    sweep(SILENT + 20 * DAY)
    assert CarerSilence.objects.count() == 2


def test_a_concern_that_was_given_back_was_touched(planned, ada, ben, eve):
    for person in (ada, ben):
        contact_log.log(planned, person, by=eve, how="phone", result="reached", at=START + 20 * DAY)
    concern = Concern.objects.create(
        program=planned.program, match=planned, person=ben, raised_at=START + 10 * DAY
    )
    concern.take(by=eve, at=START + 11 * DAY)
    handling.give_back(concern, by=eve, why="I know them.", at=START + 12 * DAY)
    sweep(START + 26 * DAY)
    assert not CarerSilence.objects.exists()
    sweep(START + 27 * DAY)  # again nobody takes it
    assert silence().since == (START + 12 * DAY).date()


@pytest.mark.parametrize("what", ["paused", "ended"])
def test_no_one_is_silent_about_pairs_that_rest_or_have_ended(planned, ben, what):
    if what == "ended":
        endings.end(planned, by=ben, kind="choice", at=START + DAY)
    else:
        Match.objects.update(paused_until=SILENT + 10 * DAY)
    sweep()
    assert not CarerSilence.objects.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_a_sweep_costs_the_same_for_one_silent_carer_and_three(
    planned, cohort, deputy, django_assert_num_queries, number
):
    for _carer in range(number):
        carer = factories.member(program=cohort.program, role="carer", deputy=deputy)
        factories.match(
            factories.person(), factories.person(), cohort, introduced_at=START, carer=carer
        )
    contact_plan.keep_plans(START)
    sweep()
    with django_assert_num_queries(8):
        sweep()


def test_the_line_of_today_counts_what_its_list_shows(planned, cleo, deputy, eve, as_user):
    sweep()
    for member in (cleo, deputy):
        (line,) = [
            item for item in attention_items(member, at=timezone.now()) if "silent" in item.text
        ]
        assert line.count == as_user(member).get(line.url).context["cl"].result_count == 1
    assert not [item for item in attention_items(eve, at=timezone.now()) if "silent" in item.text]


def test_the_email_to_the_carer_leads_to_all_that_can_wait(planned, eve):
    sweep()  # a contact or a concern: only the page of today lists both
    email = carer_silent(silence(), eve)
    assert email.action_url.endswith(reverse("admin:index"))


# --- taking over


@pytest.mark.parametrize("who", ["cleo", "deputy"])
def test_one_press_takes_the_pairs_over_and_tells_both(planned, who, request, as_user):
    member = request.getfixturevalue(who)
    sweep()
    client, row = as_user(member), silence()
    page = client.get(reverse("admin:checkins_carersilence_change", args=[row.pk]))
    assert "You become the carer of this pair" in page.content.decode()
    url = reverse("admin:checkins_carersilence_take-over", args=[row.pk])
    done = client.post(url, follow=True).content.decode()
    assert "You look after 1 pair of Eve Lund now." in done
    planned.refresh_from_db()
    assert planned.carer == member
    newest = history_of(planned)[0]
    assert (newest.by, newest.what) == (member, "Changed: carer")
    assert (told("pairs-taken-over"), told("pairs-in-care")) == (["Eve"], [member.first_name])
    assert not CarerSilence.objects.open().exists()
    assert client.post(url).status_code == 404


def test_whoever_takes_pairs_over_is_not_silent_about_what_waited_before(planned, cleo, ben):
    Concern.objects.create(
        program=planned.program, match=planned, person=ben, raised_at=START + 10 * DAY
    )
    sweep()
    silent_carers.take_over(silence(), by=cleo, at=SILENT)
    sweep(SILENT + timedelta(hours=1))
    assert not CarerSilence.objects.open().exists()
    sweep(SILENT + 15 * DAY)
    assert (silence().carer, silence().since) == (cleo, SILENT.date())


def test_nor_is_a_carer_to_whom_a_member_assigns_them(planned, cleo, deputy):
    assign_carer(planned, deputy, by=cleo, at=SILENT)
    sweep(SILENT + timedelta(hours=1))
    assert not CarerSilence.objects.exists()
    assign_carer(planned, deputy, by=cleo, at=SILENT + 14 * DAY)  # again: nothing is new
    sweep(SILENT + 15 * DAY)
    assert silence().carer == deputy


@pytest.mark.parametrize("who", ["eve", "dan", "reader", "other"])
def test_others_cannot_take_over(planned, who, request, program):
    sweep()
    people = {
        "reader": lambda: factories.member(program=program, role="reader"),
        "other": lambda: factories.member(program=program, role="carer"),
    }
    user = people[who]() if who in people else request.getfixturevalue(who)
    with pytest.raises(Exception, match="Only the deputy and the chairs"):
        silent_carers.take_over(silence(), by=user)


def test_pairs_with_a_conflict_of_interest_stay(planned, cleo, eve, ben, cohort):
    other = factories.match(
        factories.person(), factories.person(), cohort, introduced_at=START, carer=eve
    )
    Conflict.objects.create(member=cleo, person=ben)
    contact_plan.keep_plans(START)
    sweep()
    assert silent_carers.take_over(silence(), by=cleo) == [other]
    assert dict(Match.objects.values_list("pk", "carer")) == {planned.pk: eve.pk, other.pk: cleo.pk}
    with pytest.raises(Exception, match="no pair left"):
        silent_carers.take_over(silence(), by=cleo)


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_the_same_second_take_them_once(planned, cleo, deputy):
    sweep()
    pk = silence().pk

    def take(member):
        return lambda: silent_carers.take_over(CarerSilence.objects.get(pk=pk), by=member)

    assert len(at_once(take(cleo), take(deputy))) == 1
    assert told("pairs-taken-over") == ["Eve"]
    assert len(told("pairs-in-care")) == 1
