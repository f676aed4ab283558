"""The committee sees whom e-mail does not reach."""

import pytest
from django.urls import reverse
from django.utils import timezone

from dashboard.attention import attention_items
from notifications.models import BouncedAddress
from notifications.outbox import digest_of_address
from programs.models import Membership
from testkit import factories

pytestmark = pytest.mark.django_db
LIST = reverse("admin:accounts_user_changelist")


@pytest.fixture
def bounced(ben, cohort):
    factories.application(ben, cohort)
    now = timezone.now()
    return BouncedAddress.objects.create(
        pk=digest_of_address(ben.email), person=ben, last_bounced_at=now, stopped_at=now
    )


def lines(member):
    return {item.text: item for item in attention_items(member, at=timezone.now())}


def test_today_leads_to_whom_email_does_not_reach(as_user, bounced, cleo, cohort, ben):
    factories.application(factories.person("Nia Cole"), cohort)
    item = lines(cleo)["person can't be reached by e-mail"]
    assert item.count == 1
    found = as_user(cleo).get(item.url).context["cl"]
    assert [person.pk for person in found.result_list] == [ben.pk]
    bounced.delete()
    assert "person can't be reached by e-mail" not in lines(cleo)


def test_only_who_may_see_the_person_sees_it(as_user, bounced, ben):
    stranger = factories.member(program=factories.program())
    assert "person can't be reached by e-mail" not in lines(stranger)
    url = f"{LIST}?mail=bounces"
    assert as_user(stranger).get(url).context["cl"].result_count == 0


def test_the_page_of_a_person_says_since_when(as_user, bounced, ben, cleo):
    url = reverse("admin:accounts_user_change", args=[ben.pk])
    assert "They come back. Since" in as_user(cleo).get(url).text
    bounced.delete()
    assert "As far as we know, they arrive." in as_user(cleo).get(url).text


def test_the_person_reads_it_on_their_home_page(as_user, bounced, ben, cohort):
    home = reverse("dashboard:home")
    assert "reach you</h2>" in as_user(ben).get(home).text
    other = factories.person("Nia Cole")
    factories.application(other, cohort)
    for person in (other, factories.person("Dan Ivers")):
        assert "reach you</h2>" not in as_user(person).get(home).text


def test_a_chair_sees_which_committee_member_email_does_not_reach(as_user, cleo, cohort):
    carer = factories.member("Kim Lee", program=cohort.program, role="carer")
    text = "committee member can't be reached by e-mail"
    assert text not in lines(cleo)
    now = timezone.now()
    row = BouncedAddress.objects.create(
        pk=digest_of_address(carer.email), person=carer, last_bounced_at=now, stopped_at=now
    )
    item = lines(cleo)[text]
    found = as_user(cleo).get(item.url).context["cl"]
    assert (item.count, [one.user for one in found.result_list]) == (1, [carer])
    assert text not in lines(carer)  # who is no chair can't do anything about it
    assert text not in lines(factories.member(program=factories.program()))
    row.delete()
    assert text not in lines(cleo)


def test_who_has_left_the_committee_is_not_named(cleo, cohort):
    carer = factories.member("Kim Lee", program=cohort.program, role="carer")
    now = timezone.now()
    BouncedAddress.objects.create(
        pk=digest_of_address(carer.email), person=carer, last_bounced_at=now, stopped_at=now
    )
    Membership.objects.filter(user=carer).update(until=timezone.localdate())
    assert "committee member can't be reached by e-mail" not in lines(cleo)
