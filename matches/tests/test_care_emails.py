"""Carers hear of their pairs; a carer who leaves hands them over."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dashboard.attention import attention_items
from matches.care_emails import tell_of_ending_roles
from matches.carers import assign_carer
from matches.models import Match
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.models import Conflict, Membership
from testkit import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleo(program):
    return factories.member("Cleo Marsh", program=program, role="chair")


@pytest.fixture
def carl(program):
    return factories.member("Carl Weiss", program=program, role="carer")


@pytest.fixture
def dora(program):
    return factories.member("Dora Neal", program=program, role="carer")


@pytest.fixture
def pair(ada, ben, cohort):
    return factories.match(ben, ada, cohort)


@pytest.fixture
def second(cohort):
    people = factories.person("Finn Berg"), factories.person("Gail Ott")
    return factories.match(*people, cohort)


def told():
    found = deliver_due_emails(reconcile=False)
    return sorted((mail.to[0].split(".")[0], mail.subject) for mail in found)


def page(role):
    return reverse("admin:matches_match_hand-over", args=[role.pk])


def role_of(member, **changes):
    role = Membership.objects.get(user=member)
    if changes:
        Membership.objects.filter(pk=role.pk).update(**changes)
        role.refresh_from_db()
    return role


def ends_in(member, days):
    return role_of(member, until=timezone.localdate() + timedelta(days=days))


# --- new pairs


def test_a_carer_hears_once_of_all_pairs_assigned_together(pair, second, cleo, carl):
    for match in (pair, second):
        assign_carer(match, carl, by=cleo)
    assert told() == [("carl", "You look after 2 pairs")]


def test_a_carer_hears_again_of_later_pairs_and_not_of_those_they_have(pair, second, cleo, carl):
    assign_carer(pair, carl, by=cleo)
    assert told() == [("carl", "You look after 1 pair")]
    assign_carer(pair, carl, by=cleo)
    assert told() == []
    assign_carer(second, carl, by=cleo)
    assert told() == [("carl", "You look after 2 pairs")]


def test_who_assigns_themselves_is_not_told(pair, cleo):
    assign_carer(pair, cleo, by=cleo)
    assert told() == []


def test_nothing_is_told_once_the_pairs_have_another_carer(pair, cleo, carl, dora):
    assign_carer(pair, carl, by=cleo)
    assign_carer(pair, dora, by=cleo)
    assert [who for who, _subject in told()] == ["dora"]


# --- a carer whose role ends


def test_a_month_before_the_end_the_carer_and_the_chair_are_told_once(pair, cleo, carl):
    assign_carer(pair, carl, by=cleo)
    told()
    ends_in(carl, 31)
    tell_of_ending_roles(timezone.now())
    assert told() == []
    ends_in(carl, 30)
    for _twice in range(2):
        tell_of_ending_roles(timezone.now())
    assert told() == [
        ("carl", "Your pairs need another carer soon"),
        ("cleo", "The pairs of Carl Weiss need another carer soon"),
    ]


def test_a_chair_who_is_the_leaving_carer_is_asked_to_choose(pair, cleo):
    assign_carer(pair, cleo, by=cleo)
    role = ends_in(cleo, 10)
    tell_of_ending_roles(timezone.now())
    [mail] = deliver_due_emails(reconcile=False)
    assert mail.subject == "Your pairs need another carer soon"
    assert "Please choose another carer before" in mail.body
    assert "has been asked" not in mail.body
    assert page(role) in mail.body


def test_nobody_is_told_without_pairs_or_with_a_longer_role(pair, cleo, carl, dora):
    ends_in(carl, 10)
    tell_of_ending_roles(timezone.now())
    assert told() == []
    assign_carer(pair, dora, by=cleo)
    told()
    ends_in(dora, 10)
    Membership.objects.create(user=dora, program=pair.program, role="chair")
    tell_of_ending_roles(timezone.now())
    assert told() == []


def test_it_is_not_told_any_more_when_the_role_goes_on(pair, cleo, carl):
    assign_carer(pair, carl, by=cleo)
    told()
    ends_in(carl, 10)
    tell_of_ending_roles(timezone.now())
    role_of(carl, until=None)
    assert told() == []
    rows = Notification.system.filter(kind="carer-leaves")
    assert set(rows.values_list("reason", flat=True)) == {"role-goes-on"}


def test_the_chair_reads_it_under_today_and_finds_exactly_these(pair, cleo, carl, dora, as_user):
    ends_in(carl, 10)
    ends_in(dora, 90)
    (line,) = [one for one in attention_items(cleo, at=timezone.now()) if "role ends" in one.text]
    assert line.count == 1
    words = as_user(cleo).get(line.url).content.decode()
    assert "Carl Weiss" in words
    assert "Dora Neal" not in words


# --- handing over


def test_all_pairs_are_handed_over_at_once(pair, second, cleo, carl, dora, as_user):
    for match in (pair, second):
        assign_carer(match, carl, by=cleo)
    told()
    role, client = ends_in(carl, 10), as_user(cleo)
    words = client.get(page(role)).content.decode()
    assert "Ben Okoro + Ada Brook" in words
    assert "Finn Berg + Gail Ott" in words
    client.post(page(role), {"carer": dora.public_id})
    assert set(Match.objects.values_list("carer", flat=True)) == {dora.pk}
    assert told() == [("dora", "You look after 2 pairs")]
    assert "No open pair is in the care of Carl Weiss." in client.get(page(role)).content.decode()
    client.post(page(role), {"carer": dora.public_id})
    assert told() == []


def test_a_pair_stays_where_the_next_carer_has_a_conflict(pair, second, cleo, carl, dora, as_user):
    for match in (pair, second):
        assign_carer(match, carl, by=cleo)
    Conflict.objects.create(member=dora, person=pair.mentee.person)
    answer = as_user(cleo).post(page(role_of(carl)), {"carer": dora.public_id}, follow=True)
    assert "has a conflict of interest with this pair" in answer.content.decode()
    assert Match.objects.get(pk=pair.pk).carer == carl
    assert Match.objects.get(pk=second.pk).carer == dora


def test_the_leaving_carer_is_no_choice(pair, cleo, carl, as_user):
    assign_carer(pair, carl, by=cleo)
    answer = as_user(cleo).post(page(role_of(carl)), {"carer": carl.public_id})
    assert answer.status_code == 200
    assert answer.context["form"].errors


@pytest.mark.parametrize("who", ["carl", "dan"])
def test_only_chairs_and_matchers_hand_over(who, pair, cleo, carl, as_user, request):
    user = request.getfixturevalue(who)
    assert as_user(user).get(page(role_of(carl))).status_code in (302, 403, 404)


def test_pairs_that_the_chair_may_not_see_are_not_listed(pair, cleo, carl, dora, as_user):
    assign_carer(pair, carl, by=cleo)
    Conflict.objects.create(member=cleo, person=pair.mentee.person)
    client = as_user(cleo)
    assert "Ben Okoro" not in client.get(page(role_of(carl))).content.decode()
    client.post(page(role_of(carl)), {"carer": dora.public_id})
    assert Match.objects.get(pk=pair.pk).carer == carl


def test_the_page_of_a_role_leads_there(carl, cleo, as_user):
    role = role_of(carl)
    words = as_user(cleo).get(reverse("admin:programs_membership_change", args=[role.pk]))
    assert page(role) in words.content.decode()
