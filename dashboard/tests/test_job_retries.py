"""A chair has a stuck job run again once; everyone else, every other state and a second press."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from applications.importing.import_jobs import create_upload
from applications.models import RosterJob, RosterUpload
from dashboard.job_retries import page_of
from matching.models import Round, RoundJob
from matching.rounds import lifecycle
from testkit import factories
from testkit.concurrency import at_once
from workflow import jobs

pytestmark = pytest.mark.django_db
FIGURES = reverse("admin:mail-figures")


@pytest.fixture
def failed_import(cohort, cleo):
    upload = create_upload(
        b"name\nn\n", cohort=cohort, role="mentee", file_name="a.csv", map_text="x", by=cleo
    )
    return RosterJob.system.create(
        upload=upload, purpose="import", created_by=cleo, state="failed", total=1
    )


@pytest.fixture
def failed_run(cohort, cleo):
    round_ = Round.objects.create(cohort=cohort, number=1)
    return RoundJob.system.create(round=round_, created_by=cleo, state="failed")


@pytest.fixture(params=["failed_import", "failed_run"])
def job(request):
    """A failed job of each kind."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def chair(cohort):
    """Another chair of the program, who did not ask for the job."""
    return factories.member(program=cohort.program, role="chair")


def address(job):
    return reverse("admin:job-retry", args=[job.kind, job.public_id])


def retries(job):
    return [(row.retry_of_id, row.state, row.created_by) for row in rows_after(job)]


def rows_after(job):
    return type(job).system.filter(pk__gt=job.pk).order_by("pk")


def test_every_kind_of_job_has_a_check_of_its_input_and_a_program(job):
    assert set(jobs.INPUT_CHECKS) == set(jobs.RUNNERS) == {RosterJob, RoundJob}
    assert job.program


def test_a_chair_is_asked_and_runs_it_again(as_user, chair, job):
    client = as_user(chair)
    page = client.get(address(job)).text
    assert "This can be done once" in page
    assert retries(job) == []
    response = client.post(address(job), follow=True)
    assert "It is run again." in response.text
    assert retries(job) == [(job.pk, "queued", chair)]
    made = rows_after(job).get()
    assert [getattr(made, name) for name in job.INPUT] == [getattr(job, name) for name in job.INPUT]
    assert made.public_id in response.request["PATH_INFO"]


def test_a_second_press_queues_nothing_and_says_who_did_it(as_user, chair, cleo, job):
    as_user(chair).post(address(job))
    client = as_user(cleo)
    assert "It was run again already." in client.post(address(job), follow=True).text
    assert retries(job) == [(job.pk, "queued", chair)]
    page = client.get(address(job)).text
    assert f"{chair} had this run again on" in page
    assert "This can be done once" not in page


@pytest.mark.parametrize("role", ["matcher", "reader", "carer"])
def test_only_a_chair_can(as_user, cohort, job, role):
    client = as_user(factories.member(program=cohort.program, role=role))
    for ask in (client.get, client.post):
        assert ask(address(job)).status_code == 404
    assert retries(job) == []


def test_a_chair_of_another_program_and_a_participant_can_not(as_user, ben, job):
    client = as_user(factories.member(program=factories.program()))
    assert client.post(address(job)).status_code == 404
    assert as_user(ben).post(address(job)).status_code in (302, 403, 404)
    assert retries(job) == []


def test_an_address_of_no_job_is_not_found(as_user, chair, job):
    client = as_user(chair)
    for kind, public_id in (("user", job.public_id), (job.kind, "nothing")):
        page = reverse("admin:job-retry", args=[kind, public_id])
        assert client.post(page).status_code == 404


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("queued", "waiting or running"),
        ("running", "waiting or running"),
        ("done", "Only a job that has failed or hangs"),
        ("cancelled", "Only a job that has failed or hangs"),
    ],
)
def test_one_that_has_not_failed_is_refused(as_user, chair, job, state, why):
    type(job).system.filter(pk=job.pk).update(state=state)
    client = as_user(chair)
    page = client.get(address(job)).text
    assert why in page
    assert "This can be done once" not in page
    response = client.post(address(job), follow=True, headers={"referer": address(job)})
    assert why in response.text
    assert retries(job) == []


@pytest.fixture(params=["queued", "running"])
def hanging(request, job):
    """A job that no worker takes, or whose worker reports nothing any more."""
    long_ago = timezone.now() - timedelta(minutes=31)
    values = {"state": request.param, "created_at": long_ago}
    if request.param == "running":
        values |= {"lease_until": timezone.now() - timedelta(minutes=11), "attempts": 1}
    type(job).system.filter(pk=job.pk).update(**values)
    job.refresh_from_db()
    return job


def test_one_that_hangs_is_ended_and_run_again(as_user, chair, cohort, hanging):
    client = as_user(chair)
    assert address(hanging) in client.get(FIGURES).text
    shown = client.get(page_of(hanging)).text
    assert "No worker has moved this job" in shown
    assert address(hanging) in shown
    page = client.get(address(hanging)).text
    assert "No worker has moved it for a long time" in page
    assert "It failed" not in page
    assert "It is run again." in client.post(address(hanging), follow=True).text
    assert retries(hanging) == [(hanging.pk, "queued", chair)]
    sleeper = type(hanging).system.get(pk=hanging.pk)
    assert (sleeper.state, sleeper.lease_until) == ("failed", None)
    assert "It was run again" in sleeper.error
    assert "It was run again already." in client.post(address(hanging), follow=True).text
    assert f"{chair} had this run again on" in client.get(page_of(hanging)).text


def test_the_worker_of_one_that_was_run_again_can_store_nothing(chair, hanging):
    sleeper = type(hanging).system.get(pk=hanging.pk)
    jobs.retry(hanging, by=chair)
    for act in (lambda: sleeper.advance("Reading"), sleeper.complete):
        with pytest.raises(jobs.Cancelled):
            act()
    assert not sleeper.finish("done")
    hanging.refresh_from_db()
    assert hanging.state == "failed"
    assert not hanging.claim(timezone.now())


def test_one_that_goes_on_meanwhile_is_left_alone(as_user, chair, hanging):
    client = as_user(chair)
    client.get(address(hanging))
    assert jobs.claim_and_run(hanging, timezone.now())
    type(hanging).system.filter(pk=hanging.pk).update(state="done")
    response = client.post(address(hanging), follow=True, headers={"referer": address(hanging)})
    assert "Only a job that has failed or hangs" in response.text
    assert retries(hanging) == []


def test_one_that_someone_stopped_is_not_run_again(as_user, chair, hanging):
    type(hanging).system.filter(pk=hanging.pk).update(cancel_asked_at=timezone.now())
    client = as_user(chair)
    assert address(hanging) not in client.get(FIGURES).text
    assert "asked to stop this job" in client.get(address(hanging)).text
    client.post(address(hanging))
    assert retries(hanging) == []


def test_one_that_hangs_again_says_what_helps(as_user, chair, hanging):
    made, _new = jobs.retry(hanging, by=chair)
    type(made).system.filter(pk=made.pk).update(created_at=hanging.created_at)
    client = as_user(chair)
    assert "hangs again" in client.get(address(made)).text
    assert "after it had failed or hung" in client.get(page_of(made)).text
    assert address(made) not in client.get(FIGURES).text


@pytest.mark.parametrize(("minutes", "is_hanging"), [(19, False), (21, True)])
def test_the_page_and_the_alarm_agree_on_what_hangs(job, minutes, is_hanging):
    now = timezone.now()
    lease = now - timedelta(minutes=minutes) + jobs.LEASE
    type(job).system.filter(pk=job.pk).update(state="running", lease_until=lease)
    job.refresh_from_db()
    assert job.is_hanging == is_hanging == (job in jobs.hanging(now))


def test_one_that_fails_again_is_not_run_a_third_time(as_user, chair, job):
    made, is_new = jobs.retry(job, by=chair)
    assert is_new
    type(job).system.filter(pk=made.pk).update(state="failed")
    made.refresh_from_db()
    with pytest.raises(ActionNotAllowed, match="failed again"):
        jobs.retry(made, by=chair)
    assert "failed again" in as_user(chair).get(address(made)).text
    assert jobs.retry(job, by=chair) == (made, False)


@pytest.mark.parametrize(
    ("state", "why"), [("queued", "waiting or running"), ("done", "newer work")]
)
def test_other_work_on_the_same_thing_comes_first(chair, job, state, why):
    same = {name: getattr(job, name) for name in job.INPUT}
    type(job).system.create(created_by=chair, state=state, **same)
    with pytest.raises(ActionNotAllowed, match=why):
        jobs.retry(job, by=chair)


def test_a_file_whose_rows_are_erased_is_not_imported_again(as_user, chair, failed_import):
    RosterUpload.system.update(content_text="")
    client = as_user(chair)
    assert "no longer stored" in client.get(address(failed_import)).text
    client.post(address(failed_import))
    assert retries(failed_import) == []


def test_an_undoing_is_refused_when_its_import_was_undone_meanwhile(chair, failed_import):
    undoing = RosterJob.system.create(
        upload=failed_import.upload, purpose="undo", undoes=failed_import, created_by=chair,
        state="failed",
    )  # fmt: skip
    with pytest.raises(ActionNotAllowed, match="can be undone once"):
        jobs.retry(undoing, by=chair)


@pytest.mark.parametrize("state", ["review", "approved", "discarded"])
def test_a_round_that_has_gone_on_is_not_run_again(chair, failed_run, state):
    Round.system.update(state=state)
    with pytest.raises(ActionNotAllowed, match=r"draft any more|closed"):
        jobs.retry(failed_run, by=chair)
    assert retries(failed_run) == []


def test_the_worker_does_the_work_in_the_name_of_the_chair(as_user, chair, failed_run, cohort):
    as_user(chair).post(address(failed_run))
    assert jobs.run_due() == 1
    made = rows_after(failed_run).get()
    assert made.state == "failed"  # no one applied
    assert "at least one mentee" in made.error
    page = reverse("admin:matching_round_job", args=[made.round.public_id, made.public_id])
    text = as_user(chair).get(page).text
    assert "after it had failed or hung" in text
    assert address(made) not in text


def test_a_first_reading_that_is_repeated_is_still_the_first(as_user, chair, failed_import):
    RosterJob.system.update(purpose="read")
    RosterUpload.system.update(map_text="")
    as_user(chair).post(address(failed_import))
    jobs.run_due()
    assert rows_after(failed_import).get().state == "done"
    assert RosterUpload.system.get().row_count == 1


def test_the_page_of_the_job_offers_it_to_a_chair_only(as_user, chair, cohort, job):
    assert address(job) in as_user(chair).get(page_of(job)).text
    matcher = factories.member(program=cohort.program, role="matcher")
    response = as_user(matcher).get(page_of(job))
    assert response.status_code == 200
    assert address(job) not in response.text
    jobs.retry(job, by=chair)
    assert address(job) not in as_user(chair).get(page_of(job)).text


def test_the_list_offers_it_and_says_who_did_it(as_user, chair, job):
    client = as_user(chair)
    assert address(job) in client.get(FIGURES).text
    jobs.retry(job, by=chair)
    text = client.get(FIGURES).text
    assert address(job) not in text
    assert f"{chair} had it run again on" in text


@pytest.mark.parametrize("number", [1, 4])
def test_the_list_asks_as_often_for_many_jobs(
    as_user, cohort, cleo, number, django_assert_num_queries
):
    for _number in range(number):
        upload = RosterUpload.system.create(cohort=cohort, created_by=cleo, file_name="a.csv")
        job = RosterJob.system.create(upload=upload, created_by=cleo, state="failed")
        RosterJob.system.create(upload=upload, created_by=cleo, state="done", retry_of=job)
    client = as_user(cleo)
    client.get(FIGURES)
    with django_assert_num_queries(QUERIES):
        client.get(FIGURES)


QUERIES = 9


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_of_two_presses_at_once_one_queues_it(chair, cleo, job):
    made = []
    at_once(*[lambda by=by: made.append(jobs.retry(job, by=by)) for by in (chair, cleo, chair)])
    assert [is_new for _job, is_new in made].count(True) == 1
    assert len({found.pk for found, _new in made}) == 1
    assert len(retries(job)) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_running_a_round_and_repeating_its_run_at_once_queues_one(
    chair, failed_run, cleo, monkeypatch
):
    monkeypatch.setattr(lifecycle, "MAX_INLINE_PAIRS", -1)
    at_once(
        lambda: jobs.retry(failed_run, by=chair),
        lambda: lifecycle.request_run(failed_run.round, by=cleo),
    )
    assert [state for _of, state, _by in retries(failed_run)] == ["queued"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_of_a_worker_and_a_chair_at_once_one_has_the_job(chair, failed_run):
    """A worker comes back just when a chair gives it up."""
    late = timezone.now() - timedelta(minutes=11)
    RoundJob.system.update(state="running", lease_until=late, attempts=1)
    failed_run.refresh_from_db()
    sleeper = RoundJob.system.get(pk=failed_run.pk)
    at_once(
        lambda: sleeper.advance("Scoring"),
        lambda: jobs.retry(failed_run, by=chair),
        lost=jobs.Cancelled,
    )
    failed_run.refresh_from_db()
    assert (failed_run.state, len(retries(failed_run))) in {("running", 0), ("failed", 1)}
