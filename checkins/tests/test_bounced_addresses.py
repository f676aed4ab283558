"""Whom e-mail does not reach, the carer reaches in another way."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from checkins import concerns
from checkins.bounced_addresses import follow_bounces
from checkins.models import Concern
from checkins.presenters import what_it_is
from matches.models import Match
from notifications import bounces
from notifications.models import BouncedAddress, Notification
from notifications.outbox import digest_of_address
from notifications.testing import deliver_due_emails
from testkit import factories

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def bounce(person, at=None):
    at = at or timezone.now()
    BouncedAddress.objects.create(
        pk=digest_of_address(person.email), person=person, last_bounced_at=at, stopped_at=at
    )


def found(**fields):
    return Concern.system.filter(cause="bounced", **fields)


def test_the_carer_is_told_once_to_reach_the_person_another_way(cared, ben, eve):
    bounce(ben)
    for _twice in range(2):
        follow_bounces(timezone.now())
    concern = found().get()
    assert (concern.match, concern.person, concern.author) == (cared, ben, None)
    [message] = deliver_due_emails(reconcile=False)
    assert message.to == [eve.email]
    assert message.subject == "Someone can't be reached by e-mail"
    assert ben.name not in message.body
    assert "Reach them in another way" in " ".join(what_it_is(concern, reader=eve))


def test_the_page_of_the_concern_says_what_to_do(as_user, cared, ben, eve):
    bounce(ben)
    follow_bounces(timezone.now())
    url = reverse("admin:checkins_concern_change", args=[found().get().pk])
    assert "to change their e-mail address" in as_user(eve).get(url).text
    for other in (ben, factories.person("Dan Ivers")):
        assert as_user(other).get(url).status_code in (302, 403, 404)


def test_no_one_is_raised_twice_after_the_carer_resolved_it(cared, ben, eve):
    bounce(ben)
    follow_bounces(timezone.now())
    found().get().resolve(by=eve, outcome="talked", note="Phoned.")
    follow_bounces(timezone.now())
    assert found().count() == 1


def test_it_resolves_itself_when_the_address_works_and_the_email_is_not_sent(cared, ben):
    bounce(ben)
    follow_bounces(timezone.now())
    bounces.works_again(ben, at=timezone.now())
    for _twice in range(2):
        follow_bounces(timezone.now())
    concern = found().get()
    assert (concern.state, concern.outcome) == (Concern.State.RESOLVED, "nothing")
    assert Notification.system.get(kind="concern-bounced").reason == "address-works"
    bounce(ben, timezone.now() + HOUR)
    follow_bounces(timezone.now() + HOUR)
    assert found().count() == 2


def test_it_resolves_itself_with_the_end_of_the_pair(cared, ben):
    bounce(ben)
    follow_bounces(timezone.now())
    now = timezone.now()
    Match.objects.filter(pk=cared.pk).update(state="closed", closed_at=now, closed_kind="completed")
    follow_bounces(timezone.now())
    assert found().get().state == Concern.State.RESOLVED


def test_without_a_pair_or_a_stop_no_one_is_asked(cohort, ben, dan):
    factories.application(dan, cohort)
    bounce(dan)
    full = {"person": ben, "last_bounced_at": timezone.now()}  # a mailbox that is full once
    BouncedAddress.objects.create(pk=digest_of_address(ben.email), **full)
    follow_bounces(timezone.now())
    assert not found().exists()


def test_without_a_carer_the_chairs_are_told(match, ben, cleo):
    bounce(ben)
    follow_bounces(timezone.now())
    assert [message.to for message in deliver_due_emails(reconcile=False)] == [[cleo.email]]


def test_a_chair_with_a_conflict_of_interest_is_not_told(match, ben, cleo, program):
    from programs.models import Conflict

    Conflict.objects.create(member=cleo, person=ben, since=timezone.localdate())
    bounce(ben)
    follow_bounces(timezone.now())
    concern = found().get()
    assert deliver_due_emails(reconcile=False) == []
    assert concerns.first_responders(concern) == []


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_number_of_queries_does_not_grow(cohort, pairs, django_assert_num_queries):
    for _number in range(pairs):
        match = factories.match(factories.person(), factories.person(), cohort)
        bounce(match.mentee.person)
    follow_bounces(timezone.now())
    with django_assert_num_queries(4):
        follow_bounces(timezone.now())
