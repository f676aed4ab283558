"""The maintainer hears of a long job that no worker moves, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from dashboard.job_alarms import tell_of_hanging_jobs
from matching.models import Round, RoundJob
from notifications import alarms

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def alarm(monkeypatch, settings):
    monkeypatch.setattr(alarms, "in_background", lambda work: work())
    settings.ALERT_EMAIL = ["ops@example.org"]


@pytest.fixture
def job(cohort, cleo):
    round_ = Round.objects.create(cohort=cohort, number=1)
    return RoundJob.system.create(round=round_, created_by=cleo)


def fresh(job):
    return RoundJob.system.get(pk=job.pk)


def test_a_job_whose_worker_hangs_is_told_once(job):
    begun = timezone.now()
    assert job.claim(begun)
    for minutes in (5, 15, 19):  # its lease lasts ten minutes, and another worker may take it
        tell_of_hanging_jobs(begun + minutes * MINUTE)
    assert mail.outbox == []
    for minutes in (21, 22, 300):
        tell_of_hanging_jobs(begun + minutes * MINUTE)
    (message,) = mail.outbox
    assert message.subject.endswith("a long job hangs")
    assert "run of a round" in message.body
    assert message.to == ["ops@example.org"]


def test_one_that_waits_for_a_worker_is_told(job):
    tell_of_hanging_jobs(timezone.now() + 29 * MINUTE)
    assert mail.outbox == []
    tell_of_hanging_jobs(timezone.now() + 31 * MINUTE)
    assert "has waited for a worker" in mail.outbox[0].body


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_one_that_has_ended_is_not(job, state):
    RoundJob.system.filter(pk=job.pk).update(state=state)
    tell_of_hanging_jobs(timezone.now() + 300 * MINUTE)
    assert mail.outbox == []


def test_one_that_reports_progress_is_not(job):
    begun = timezone.now()
    job.claim(begun)
    RoundJob.system.filter(pk=job.pk).update(lease_until=begun + 60 * MINUTE)
    tell_of_hanging_jobs(begun + 61 * MINUTE)
    assert mail.outbox == []


def test_without_an_address_nobody_is_told(job, settings):
    settings.ALERT_EMAIL = []
    tell_of_hanging_jobs(timezone.now() + 300 * MINUTE)
    assert fresh(job).alarm_sent_at is None


def test_a_refused_alarm_is_sent_the_next_time(job, monkeypatch):
    later = timezone.now() + 60 * MINUTE
    with monkeypatch.context() as broken:
        broken.setattr(alarms, "configured_backend", lambda: 1 / 0)
        tell_of_hanging_jobs(later)
    assert fresh(job).alarm_sent_at is None
    tell_of_hanging_jobs(later + MINUTE)
    assert len(mail.outbox) == 1


def test_one_that_hangs_again_is_told_again(job):
    begun = timezone.now()
    job.claim(begun)
    tell_of_hanging_jobs(begun + 30 * MINUTE)
    assert fresh(job).claim(begun + 31 * MINUTE)
    tell_of_hanging_jobs(begun + 90 * MINUTE)
    assert len(mail.outbox) == 2
    for message in mail.outbox:
        assert "at most 3 times in all" in message.body
        assert "If it hangs again, you get another e-mail." in message.body
