"""An applicant chooses a time for the interview on a phone, without scripts and signing in."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from applications import appointments
from applications.models import InterviewAppointment
from notifications.testing import deliver_due_emails
from programs.models import Policy
from testkit import factories
from testkit.accessibility import broken_rules, too_wide

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def suggested(ada, cohort, reader):
    Policy.objects.update(interview_needed=True, quiet_from_hour=24, quiet_until_hour=0)
    application = factories.application(ada, cohort, "mentor", state="submitted")
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    times = [now + timedelta(days=day) for day in (3, 4, 5)]
    return appointments.suggest(
        application, by=reader, times=times, minutes=30, place="https://talk.example.org/a"
    )


@pytest.fixture
def address(suggested):
    letter = unescape(deliver_due_emails(reconcile=False)[0].body)
    return re.search(r"https?://[^/\s]+(/go/interview-answer/[^\s?]+)", letter)[1]


@pytest.mark.parametrize("scripts", [False, True])
def test_one_tap_chooses_a_time(browser, live_server, address, suggested, scripts):
    size = {"width": 320, "height": 640}
    context = browser.new_context(
        viewport=size, base_url=live_server.url, java_script_enabled=scripts
    )
    page = context.new_page()
    page.goto(address)
    if scripts:
        assert too_wide(page) == []
        assert broken_rules(page) == []
    page.get_by_role("button").filter(has_text=str(suggested.suggested[1].year)).nth(1).click()
    expect(page.locator("main")).to_contain_text("It is arranged")
    if scripts:
        assert broken_rules(page) == []
    assert InterviewAppointment.system.get().starts_at == suggested.suggested[1]
    context.close()


def test_the_forms_of_a_member_are_accessible(browser, live_server, suggested, reader, as_user):
    context = browser.new_context(viewport={"width": 320, "height": 640}, base_url=live_server.url)
    key = as_user(reader).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    page = context.new_page()
    page.goto(reverse("admin:applications_application_change", args=[suggested.application_id]))
    page.get_by_text("Suggest other times").click()
    expect(page.get_by_label("First time")).to_be_visible()
    assert too_wide(page) == []
    assert broken_rules(page) == []
    context.close()
