"""The events of the demo: one that was held and answered, one with a waiting list."""

from datetime import timedelta

import pytest
from django.utils import timezone

from demo import program_events
from demo.calendar import Calendar
from demo.setup import DemoCohort
from events.feedback import results_of
from events.models import Event, SignUp
from testkit import factories

pytestmark = pytest.mark.django_db


def test_one_was_held_and_one_has_a_waiting_list(cohort, cleo):
    for _number in range(10):
        factories.match(factories.person(), factories.person(), cohort)
    calendar = Calendar.of("running", timezone.now())
    members = {"Nadia Petrov": cleo}
    program_events.add_events(DemoCohort(cohort.program, cohort, calendar, members, {}))
    held, circle = Event.objects.order_by("starts_at")
    assert (held.state, circle.state) == ("held", "published")
    assert SignUp.objects.filter(event=held, has_attended=True).count() == 8
    assert results_of(held, cleo, at=timezone.now() + timedelta(days=1)).answered == 7
    going, waiting = SignUp.objects.going(), SignUp.objects.waiting()
    assert (going.filter(event=circle).count(), waiting.filter(event=circle).count()) == (4, 2)
