"""Imports, their undoing and their deletion at the same moment, by real connections."""

import csv
import io
import logging
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.importing import import_jobs, people_import, turns
from applications.importing.import_jobs import (
    create_upload,
    discard_upload,
    request_job,
    request_undo,
)
from applications.models import Application, ImportedRow, RosterJob, RosterUpload
from programs.models import Topic
from testkit import factories
from testkit.concurrency import at_once
from workflow import jobs
from workflow.models import Transition

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
TURNS, PEOPLE = 2, 20
Purpose = RosterJob.Purpose
MAP = """
[fields.email]
column = "Email"

[fields.name]
column = "Name"

[fields.place]
column = "Town"
"""


def roster(turn, *, town="Elora", people=PEOPLE):
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["Email", "Name", "Town"])
    rows.writerows([f"p{n}.{turn}@example.org", f"Person {n} {turn}", town] for n in range(people))
    return text.getvalue().encode()


def uploaded(cohort, by, content):
    return create_upload(
        content, cohort=cohort, role="mentee", file_name="in.csv", map_text=MAP, by=by
    )


def run(job):
    """What a worker does with a job."""
    return jobs.claim_and_run(RosterJob.system.get(pk=job.pk), timezone.now())


def imported(cohort, by, content):
    job = request_job(uploaded(cohort, by, content), Purpose.IMPORT, by=by)
    run(job)
    return fresh(job)


def fresh(job):
    return RosterJob.system.get(pk=job.pk)


@pytest.fixture
def kim(cohort):
    return factories.member("Kim Osei", program=cohort.program, role="matcher")


def test_two_members_import_the_same_people_at_once(cohort, cleo, kim):
    for turn in range(TURNS):
        content = roster(turn)
        both = [
            request_job(uploaded(cohort, by, content), Purpose.IMPORT, by=by) for by in (cleo, kim)
        ]
        at_once(*[lambda job=job: run(job) for job in both])
        counts = sorted(fresh(job).counts.get("created", -1) for job in both)
        assert {fresh(job).state for job in both} == {"done"}, [fresh(job).error for job in both]
        assert counts == [0, PEOPLE]
        assert User.objects.filter(email__endswith=f".{turn}@example.org").count() == PEOPLE


def test_the_same_people_for_two_programs_at_once(cohort, cleo, kim):
    other = factories.cohort(program=factories.program())
    for turn in range(TURNS):
        both = [
            request_job(uploaded(where, cleo, roster(turn)), Purpose.IMPORT, by=cleo)
            for where in (cohort, other)
        ]
        at_once(*[lambda job=job: run(job) for job in both])
        assert {fresh(job).state for job in both} == {"done"}, [fresh(job).error for job in both]
        assert User.objects.filter(email__endswith=f".{turn}@example.org").count() == PEOPLE
        for where in (cohort, other):
            rows = Application.objects.filter(
                cohort=where, person__email__endswith=f".{turn}@example.org"
            )
            assert rows.count() == PEOPLE


def test_an_import_is_pressed_twice_at_once(cohort, cleo, kim):
    for turn in range(TURNS):
        upload = uploaded(cohort, cleo, roster(turn))
        at_once(
            *[
                lambda by=by, upload=upload: request_job(upload, Purpose.IMPORT, by=by)
                for by in (cleo, kim, cleo)
            ]
        )
        (job,) = RosterJob.system.filter(upload=upload)
        run(job)
        with pytest.raises(ActionNotAllowed):
            request_job(RosterUpload.system.get(pk=upload.pk), Purpose.IMPORT, by=kim)


def test_an_import_is_undone_while_another_one_changes_its_people(cohort, cleo, kim):
    for turn in range(TURNS):
        first = imported(cohort, cleo, roster(turn))
        newer = request_job(
            uploaded(cohort, kim, roster(turn, town="Fergus")), Purpose.IMPORT, by=kim
        )
        undoing = request_undo(first, by=cleo, at=timezone.now())
        at_once(lambda job=newer: run(job), lambda job=undoing: run(job))
        assert [fresh(newer).state, fresh(undoing).state] == ["done", "done"], (
            fresh(newer).error + fresh(undoing).error
        )
        people = Application.objects.filter(person__email__endswith=f".{turn}@example.org")
        towns = set(people.values_list("person__profile__place", flat=True))
        assert (people.count(), towns) == (
            PEOPLE,
            {"Fergus"},
        )  # the newer file holds in either order
        assert fresh(undoing).counts in (
            {"undone": PEOPLE, "refused": 0},  # undone first, then imported as new
            {"undone": 0, "refused": PEOPLE},  # changed since, so that nothing is put back
        )


def test_an_import_is_undone_twice_at_once(cohort, cleo, kim):
    for turn in range(TURNS):
        first = imported(cohort, cleo, roster(turn))
        at_once(
            *[
                lambda by=by, first=first: request_undo(fresh(first), by=by, at=timezone.now())
                for by in (cleo, kim)
            ]
        )
        (undoing,) = RosterJob.system.filter(undoes=first)
        run(undoing)
        assert fresh(undoing).counts == {"undone": PEOPLE, "refused": 0}
        assert not User.objects.filter(email__endswith=f".{turn}@example.org").exists()
        with pytest.raises(ActionNotAllowed):
            request_undo(fresh(first), by=kim, at=timezone.now())


def test_two_workers_undo_the_same_import_at_once(cohort, cleo, kim):
    for turn in range(TURNS):
        first = imported(cohort, cleo, roster(turn))
        undoing = [
            RosterJob.objects.create(
                upload=first.upload, purpose=Purpose.UNDO, undoes=first, created_by=by
            )
            for by in (cleo, kim)
        ]
        at_once(*[lambda job=job: run(job) for job in undoing])
        assert {fresh(job).state for job in undoing} == {"done"}
        assert sorted(fresh(job).counts.get("undone", 0) for job in undoing) == [0, PEOPLE]


def test_a_file_is_deleted_while_it_is_imported(cohort, cleo, kim):
    for turn in range(TURNS):
        upload = uploaded(cohort, cleo, roster(turn))
        winners = at_once(
            lambda upload=upload: run(request_job(upload, Purpose.IMPORT, by=cleo)),
            lambda upload=upload: discard_upload(upload),
        )
        people = Application.objects.filter(person__email__endswith=f".{turn}@example.org")
        is_kept = RosterUpload.system.filter(pk=upload.pk).exists()
        assert (winners, is_kept, people.count()) in [([0], True, PEOPLE), ([1], False, 0)]


def test_a_file_is_deleted_while_it_is_checked(cohort, cleo, kim, caplog):
    caplog.set_level(logging.ERROR)  # also where an earlier module has left the logs off
    for turn in range(TURNS):
        upload = uploaded(cohort, cleo, roster(turn))
        job = request_job(upload, Purpose.CHECK, by=cleo)
        at_once(
            lambda job=job: run(job),
            lambda upload=upload: discard_upload(upload),
            lost=RosterJob.DoesNotExist,  # the file was deleted before the worker looked
        )
        assert not RosterUpload.system.filter(pk=upload.pk).exists()
        assert not RosterJob.system.filter(pk=job.pk).exists()
        assert "job failed" not in caplog.text


def test_words_of_two_files_are_added_once(cohort, cleo, kim):
    """Both files hold a word that the program does not know yet."""
    for turn in range(TURNS):
        word = f"Word {turn}"
        map_text = f'{MAP}\n[fields.topics]\ncolumn = "Topics"\nadd = ["{word}"]\n'
        both = []
        for number, by in enumerate((cleo, kim)):
            rows = f"Email,Name,Topics,Town\nw{number}.{turn}@example.org,W {number},{word},X\n"
            upload = create_upload(
                rows.encode(),
                cohort=cohort,
                role="mentee",
                file_name="in.csv",
                map_text=map_text,
                by=by,
            )
            both.append(request_job(upload, Purpose.IMPORT, by=by))
        at_once(*[lambda job=job: run(job) for job in both])
        assert {fresh(job).state for job in both} == {"done"}, [fresh(job).error for job in both]
        assert [str(topic) for topic in Topic.objects.all()].count(word) == 1
        assert ImportedRow.system.filter(job__in=both).count() == 2


def test_a_page_may_make_the_same_person_meanwhile(cohort, cleo, monkeypatch):
    """Someone signs up after the import has looked for them and before it saves."""
    find, made = people_import._known_people, []

    def known(addresses):
        found = find(addresses)
        if not made:
            made.append(1)
            at_once(lambda: User.objects.create_user("p0.0@example.org"))
        return found

    monkeypatch.setattr(people_import, "_known_people", known)
    if connection.vendor == "sqlite":
        pytest.skip("no other connection writes while a transaction of SQLite does")
    job = imported(cohort, cleo, roster(0))
    assert (job.state, job.counts["created"], job.counts["people"]) == ("done", PEOPLE, PEOPLE - 1)


def test_an_import_that_waits_for_another_one_says_so_and_can_be_stopped(cohort, cleo, kim):
    if connection.vendor == "sqlite":
        pytest.skip("transactions of SQLite wait for each other by themselves")
    job = request_job(uploaded(cohort, cleo, roster(0)), Purpose.IMPORT, by=cleo)
    told = []

    def look():
        while not told or not fresh(job).is_open:
            if fresh(job).stage.startswith("Waiting until another import"):
                told.append(1)
                RosterJob.system.get(pk=job.pk).cancel()
                return
            time.sleep(0.05)

    with transaction.atomic():
        assert turns._is_our_turn()
        at_once(lambda: run(job), look)
    assert fresh(job).state == "cancelled"
    assert not Application.objects.exists()


def test_saving_does_not_look_done_before_it_is(cohort, cleo, monkeypatch):
    job = request_job(uploaded(cohort, cleo, roster(0)), Purpose.IMPORT, by=cleo)
    shown, real = [], import_jobs.save_records

    def save(*args, **options):
        row = fresh(job)
        shown.append((row.stage, row.done, row.total))
        return real(*args, **options)

    monkeypatch.setattr(import_jobs, "save_records", save)
    run(job)
    assert shown == [("Saving applications", 0, 0)]
    assert fresh(job).state == "done"


@pytest.mark.parametrize("how", ["another worker", "a chair"])
def test_a_worker_that_wakes_up_imports_nothing_twice(cohort, cleo, monkeypatch, how):
    """Its lease is over and the rows are imported by another one before it saves its own."""
    job = request_job(uploaded(cohort, cleo, roster(0)), Purpose.IMPORT, by=cleo)
    slept, real = [], import_jobs.save_records

    def save(*args, **options):
        if not slept:
            slept.append(1)
            long_ago = timezone.now() - 2 * jobs.LEASE - jobs.HANGS_AFTER
            RosterJob.system.filter(pk=job.pk).update(lease_until=long_ago)
            taken = fresh(job) if how == "another worker" else jobs.retry(job, by=cleo)[0]
            assert run(taken)
        return real(*args, **options)

    monkeypatch.setattr(import_jobs, "save_records", save)
    run(job)
    done = RosterJob.system.get(state="done")
    assert (done.counts["created"], done.error) == (PEOPLE, "")
    assert ImportedRow.system.count() == ImportedRow.system.filter(job=done).count() == PEOPLE
    assert Transition.system.count() == PEOPLE
    others = RosterJob.system.exclude(pk=done.pk)
    assert [one.state for one in others] == ([] if how == "another worker" else ["failed"])


def test_an_import_is_done_when_it_is_saved(cohort, cleo, monkeypatch):
    """No worker that dies between the two leaves an import that looks as if it had failed."""
    job = request_job(uploaded(cohort, cleo, roster(0)), Purpose.IMPORT, by=cleo)
    seen, real = [], import_jobs.save_records

    def save(*args, **options):
        result = real(*args, **options)
        seen.append(fresh(job).state)
        return result

    monkeypatch.setattr(import_jobs, "save_records", save)
    run(job)
    assert seen == ["done"]


def test_a_file_whose_import_failed_can_be_deleted(cohort, cleo):
    content = b"Email,Name,Town\nnot an address,A,B\n"
    job = imported(cohort, cleo, content)
    assert job.counts["problems"]
    RosterJob.system.filter(pk=job.pk).update(state="failed")
    discard_upload(job.upload)
    assert not RosterUpload.system.exists()
