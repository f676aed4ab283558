"""What a year's requests say about training: people counted by topic and role."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.models import Application, PrivateAnswers
from programs.models import Conflict
from support.models import SupportRequest
from support.training_needs import training_needs, wishes_of_mentors
from testkit import factories

pytestmark = pytest.mark.django_db
DESK = reverse("admin:support_supportrequest_changelist")


@pytest.fixture
def asked(program, cohort, topic):
    """Five mentors and four mentees without a pair have asked about a topic."""
    now = timezone.now()
    for role, number in (("mentor", 5), ("mentee", 4)):
        for place in range(number):
            made = factories.application(factories.person(f"{role} {place}"), cohort, role)
            SupportRequest.objects.create(
                program=program, person=made.person, application=made, topic=topic,
                asked_at=now - timedelta(days=place), waiting_since=now,
            )  # fmt: skip
    return topic


def figures(member, at=None):
    needs = training_needs(member, at=at or timezone.now())
    return {need.role: need.count for need in needs}


def test_people_are_counted_and_small_groups_have_no_figure(as_user, asked, program, cleo):
    assert figures(cleo) == {"mentor": 5, "mentee": None}
    page = " ".join(as_user(cleo).get(DESK).content.decode().split())
    assert "5 mentors" in page
    assert "fewer than 5 mentees" in page
    for name in ("admin:events_event_add", "admin:learning_libraryitem_add"):
        url = f"{reverse(name)}?program={program.pk}&role=mentor"
        assert url.replace("&", "&amp;") in page
        assert as_user(cleo).get(url).status_code == 200


def test_who_asks_twice_is_one_person(asked, cleo):
    first = SupportRequest.system.filter(application__role="mentee").first()
    ended = {"state": "closed", "ended_at": timezone.now()}
    SupportRequest.system.filter(pk=first.pk).update(**ended)
    SupportRequest.objects.create(
        program=first.program, person=first.person, application=first.application,
        topic=first.topic, asked_at=timezone.now(), waiting_since=timezone.now(),
    )  # fmt: skip
    assert figures(cleo)["mentee"] is None


def test_a_year_later_nothing_is_counted(asked, cleo):
    assert figures(cleo, timezone.now() + timedelta(days=366)) == {}


def test_only_chairs_and_only_whom_they_may_read(as_user, asked, program, cleo, ada):
    carer = factories.member("Rhea Lind", program=program, role="carer")
    for stranger in (carer, ada):
        assert figures(stranger) == {}
    one = SupportRequest.system.filter(application__role="mentor").first()
    Conflict.objects.create(member=cleo, person=one.person)
    assert figures(cleo)["mentor"] is None


def test_what_mentors_said_when_they_applied_is_counted(as_user, program, cohort, cleo, ada):
    for place in range(5):
        made = factories.application(factories.person(f"mentor {place}"), cohort, "mentor")
        codes = ["feedback", "goals"] if place else ["feedback"]
        PrivateAnswers.system.create(application=made, training_needs=codes)
    mentee = factories.application(factories.person("A mentee"), cohort)
    PrivateAnswers.system.create(application=mentee, training_needs=["ending"])
    now = timezone.now()
    counts = {need.subject: need.count for need in wishes_of_mentors(cleo, at=now)}
    assert counts == {"Giving feedback": 5, "Setting goals together": None}
    page = " ".join(as_user(cleo).get(DESK).content.decode().split())
    assert "What mentors said when they applied" in page
    assert wishes_of_mentors(ada, at=now) == []
    Application.objects.filter(role="mentor").update(state="withdrawn")
    assert wishes_of_mentors(cleo, at=now) == []
