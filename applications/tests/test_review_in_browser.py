"""The review page of an average application fits two screens of a laptop, and a phone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.models import ApplicationExperience, ApplicationTopic
from applications.suitability import question_codes
from programs.models import Experience, Topic
from testkit import factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SCREEN = {"width": 1280, "height": 800}
SENTENCES = (
    "I moved into this field from retail two years ago and have been a team of one since May. "
    "Most days I decide alone, and I notice that I avoid the hard talks with managers. "
)


@pytest.fixture
def average(ben, cohort, vocabulary):
    """An application with two texts of four lines, and something in every other part."""
    made = factories.application(
        ben,
        cohort,
        state="submitted",
        situation=SENTENCES * 2,
        hopes=SENTENCES * 2,
        mode="either",
        travel_km=20,
        committed_at=timezone.now(),
        code_accepted_at=timezone.now(),
    )
    made.suitability = dict.fromkeys(question_codes(made.role), True)
    made.save()
    for topic in Topic.objects.all():
        ApplicationTopic.objects.create(application=made, topic=topic, weight=2)
    for experience in Experience.objects.all():
        ApplicationExperience.objects.create(
            application=made, experience=experience, depth="now", is_shared=True
        )
    return made


@pytest.fixture
def desk(browser, live_server, as_user, cleo, without_zeal):
    context = browser.new_context(viewport=SCREEN, base_url=live_server.url)
    key = as_user(cleo).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_an_average_application_takes_two_screens(desk, average):
    desk.goto(reverse("admin:applications_application_change", args=[average.pk]))
    height = desk.evaluate("document.documentElement.scrollHeight")
    assert height <= 2 * SCREEN["height"], height
    # The decision stands beside the answers, on the first screen.
    box = desk.get_by_role("radio", name="accept").bounding_box()
    assert box["y"] < SCREEN["height"]
    assert box["x"] > SCREEN["width"] / 2
    desk.set_viewport_size({"width": 320, "height": 640})
    assert desk.evaluate("document.documentElement.scrollWidth") <= 320
