"""The chair's pages about e-mail on a phone: readable, nothing too wide, no accessibility fault."""

import os
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.models import RosterJob, RosterUpload
from dashboard.models import MailCheck
from notifications import weekly_counts
from notifications.models import BouncedAddress, WeeklyCount
from notifications.outbox import digest_of_address
from testkit import accessibility, factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
FINDINGS = [
    {
        "check": "spf",
        "verdict": "wrong",
        "code": "spf-missing",
        "values": {"domain": "mentoring.example.org"},
        "name": "mentoring.example.org",
        "record": "v=spf1 include:spf.protection.outlook.com include:_spf.google.com ~all",
    },
    {
        "check": "dmarc",
        "verdict": "ok",
        "code": "dmarc-none",
        "values": {"domain": "example.org"},
        "name": "",
        "record": "",
    },
]


def test_the_pages_about_email_fit_a_small_phone(browser, live_server, as_user, cleo, cohort, ben):
    now = timezone.now()
    factories.application(ben, cohort)
    BouncedAddress.objects.create(
        pk=digest_of_address(ben.email), person=ben, last_bounced_at=now, stopped_at=now
    )
    MailCheck.objects.create(asked_at=now, finished_at=now, findings=FINDINGS)
    for ago in range(12):
        week = weekly_counts.monday_of(now) - timedelta(days=7 * ago)
        counts = {"sent": 30 + 7 * ago % 40, "failed": ago % 3, "bounced": ago % 2}
        WeeklyCount.objects.create(kind="test-email", week=week, counted_at=now, **counts)
    upload = RosterUpload.system.create(
        cohort=cohort, created_by=cleo, file_name="a.csv", content_text="x", map_text="x"
    )
    job = RosterJob.system.create(upload=upload, created_by=cleo, state="failed")
    pages = {
        "admin-mail": (cleo, reverse("admin:mail")),
        "admin-mail-figures": (cleo, reverse("admin:mail-figures")),
        "admin-job-retry": (cleo, reverse("admin:job-retry", args=[job.kind, job.public_id])),
        "admin-job": (cleo, reverse("admin:applications_rosterupload_job", args=[job.public_id])),
        "dashboard-home": (ben, reverse("dashboard:home")),
    }
    for name, (person, address) in pages.items():
        context = browser.new_context(
            viewport={"width": 320, "height": 700}, base_url=live_server.url
        )
        key = as_user(person).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
        page = context.new_page()
        heard = accessibility.listen(page)
        page.goto(address)
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)
        assert accessibility.too_wide(page) == [], name
        assert accessibility.broken_rules(page) == [], name
        assert heard == [], name
        context.close()
