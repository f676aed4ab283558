"""A large round runs in the background: stages, cancel, a letter, and the result is kept."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from matching.models import Round, RoundJob
from matching.rounds import lifecycle
from notifications.testing import deliver_due_emails
from workflow import jobs


@pytest.fixture
def queued(cohort, people, kim, monkeypatch):
    monkeypatch.setattr(lifecycle, "MAX_INLINE_PAIRS", 0)
    opened = lifecycle.open_round(cohort, by=kim)
    return lifecycle.request_run(opened, by=kim)


def fresh(job):
    return RoundJob.system.get(pk=job.pk)


def claimed(job):
    assert job.claim(timezone.now())
    return job


def test_it_is_queued_and_run_by_a_worker(queued, kim):
    assert queued.state == "queued"
    jobs.run_due()
    assert fresh(queued).state == "done"
    assert Round.system.get().pairs == 2
    assert [message.subject for message in deliver_due_emails()] == [
        f"The run is done: {queued.round.name}"
    ]


def test_asking_twice_is_asking_once(queued, kim):
    assert lifecycle.request_run(queued.round, by=kim) == queued


def test_a_small_round_is_run_at_once(cohort, people, kim):
    opened = lifecycle.open_round(cohort, by=kim)
    assert lifecycle.request_run(opened, by=kim) is None
    assert opened.pairs == 2


def test_the_page_says_how_far_it_is_and_can_stop_it(queued, as_user, kim):
    client = as_user(kim)
    page = reverse("admin:matching_round_job", args=[queued.round.public_id, queued.public_id])
    assert "Waiting for a worker" in client.get(page).content.decode()
    client.post(
        reverse("admin:matching_round_cancel-run", args=[queued.round.public_id, queued.public_id])
    )
    assert fresh(queued).state == "cancelled"


def test_cancelling_a_running_one_leaves_the_plan_as_it_was(queued):
    RoundJob.system.filter(pk=queued.pk).update(
        cancel_asked_at="2026-01-01T00:00Z", state="running"
    )
    job = fresh(queued)
    jobs.run(job)
    assert fresh(job).state == "cancelled"
    assert Round.system.get().draft == 0


def test_a_run_that_is_repeated_tells_its_member_once(queued, kim):
    """The first worker died after it had told them and before it could say that it was done."""
    lifecycle.run_job(claimed(queued))
    RoundJob.system.update(state="failed")
    made, _is_new = jobs.retry(queued, by=kim)
    jobs.run_due()
    assert fresh(made).state == "done"
    assert len(deliver_due_emails()) == 1


def test_a_run_without_people_fails_with_words(cohort, kim, monkeypatch):
    monkeypatch.setattr(lifecycle, "MAX_INLINE_PAIRS", -1)
    job = lifecycle.request_run(lifecycle.open_round(cohort, by=kim), by=kim)
    jobs.run_due()
    assert "at least one mentee" in fresh(job).error


def test_a_reader_cannot_ask_for_a_run(cohort, people, kim, dan):
    with pytest.raises(ActionNotAllowed):
        lifecycle.request_run(lifecycle.open_round(cohort, by=kim), by=dan)


def test_the_job_is_hidden_from_other_programs(queued, as_user, dan):
    page = reverse("admin:matching_round_job", args=[queued.round.public_id, queued.public_id])
    assert as_user(dan).get(page).status_code in {302, 403, 404}
