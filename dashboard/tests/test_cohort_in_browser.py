"""The page of a cohort on a phone and a desk: nothing too wide, no accessibility fault."""

import os
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from checkins.models import CheckIn, Concern
from matches.models import Match
from programs.models import Cohort
from testkit import accessibility, events, factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def filled(cohort, cleo):
    today = timezone.localdate()
    Cohort.objects.filter(pk=cohort.pk).update(
        opens_on=today - timedelta(days=90),
        closes_on=today - timedelta(days=60),
        matching_on=today - timedelta(days=40),
        starts_on=today - timedelta(days=30),
        ends_on=today + timedelta(days=300),
    )
    for role, state in (("mentee", "submitted"), ("mentor", "accepted"), ("mentee", "waitlisted")):
        factories.application(factories.person(), cohort, role, state=state)
    for state in ("introduced", "active"):
        match = factories.match(
            factories.person(), factories.person(), cohort, carer=cleo, state=state
        )
        Match.objects.filter(pk=match.pk).update(introduced_at=timezone.now() - timedelta(days=80))
        Concern.objects.create(program=cohort.program, match=match, person=match.mentee.person)
        CheckIn.objects.create(
            match=match,
            person=match.mentee.person,
            kind="pulse",
            opens_at=timezone.now() + timedelta(days=5),
        )
    events.published(cohort.program, by=cleo, titles={"en": "Mentors' circle"})
    return cohort


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(("language", "colours"), [("en", "light"), ("fr", "dark")])
def test_the_page_fits_and_can_be_read(
    browser, live_server, as_user, cleo, filled, width, language, colours
):
    User.objects.filter(pk=cleo.pk).update(language=language)
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        base_url=live_server.url,
        color_scheme=colours,
    )
    key = as_user(cleo).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    page = context.new_page()
    heard = accessibility.listen(page)
    page.goto(reverse("admin:programs_cohort_change", args=[filled.pk]))
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/cohort-{width}-{language}.png", full_page=True)
    assert accessibility.too_wide(page) == []
    assert accessibility.broken_rules(page) == []
    assert heard == []
    context.close()
