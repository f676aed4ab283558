"""Import a large roster in jobs, as a worker does, and print the CPU seconds of each as JSON.

`python -m bench.import_run ROWS` in a process and a database of its own. A tenth of the people name
somebody whom they would like; the file is imported a second time, unchanged, and at the end the
first import is undone.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import sys
from typing import TYPE_CHECKING

from bench.subprocess_runs import set_up_django
from bench.timing import DatabaseTimer

if TYPE_CHECKING:  # Django has to be set up before this is imported
    from applications.models import RosterJob, RosterUpload

MAP = """
[application]
state = "submitted"
[fields.key]
column = "Id"
[fields.email]
column = "E-mail"
[fields.name]
columns = ["First name", "Last name"]
[fields.employer]
column = "Employer"
[fields.situation]
column = "Your situation"
[fields.topics]
column = "Help with"
split = ";"
create = true
[fields.prefer]
column = "Please with"
split = ";"
[attributes.sites]
pivot = { "Where: North" = "North", "Where: South" = "South" }
keep = ["Yes"]
drop = ["No"]
"""
HEAD = ("Id", "E-mail", "First name", "Last name", "Employer", "Your situation", "Help with",
        "Please with", "Where: North", "Where: South")  # fmt: skip
EMPLOYERS, TOPICS, NAMING = 500, 40, 10


def main(rows: int) -> None:
    set_up_django()
    logging.disable(logging.WARNING)
    found: dict[str, float] = {}
    for again in ("", ", the same file again"):
        upload = _upload(_file(rows))
        for purpose in ("read", "check", "import"):
            found[f"{purpose}{again}"] = _run(upload, purpose)
    _expect(rows)
    found["undo"] = _undo()
    _expect(0)
    print(json.dumps(found))


def _expect(count: int) -> None:
    from applications.models import Application

    if Application.objects.count() != count:
        raise RuntimeError(f"{Application.objects.count()} applications instead of {count}")


def _file(rows: int) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for number in range(rows):
        helped = ";".join(f"Topic {(number + part * 7) % TOPICS}" for part in range(3))
        named = str((number + 1) % rows) if number % NAMING == 0 else ""
        north, south = ("Yes", "No") if number % 2 else ("No", "Yes")
        writer.writerow(
            (number, f"person{number}@example.org", f"First{number}", f"Last{number}",
             f"Employer {number % EMPLOYERS}", f"I have worked here for {number % 30} years.",
             helped, named, north, south)
        )  # fmt: skip
    return text.getvalue().encode()


def _upload(content: bytes) -> RosterUpload:
    from applications.importing import import_jobs
    from programs.models import Cohort, Membership
    from testkit import factories

    member = Membership.objects.first()
    if member is None:
        cohort = factories.cohort()
        member_user = factories.member("Chair Bench", program=cohort.program, role="chair")
    else:
        cohort, member_user = Cohort.objects.get(), member.user
    return import_jobs.create_upload(
        content, cohort=cohort, role="mentee", file_name="roster.csv", map_text=MAP, by=member_user
    )


def _run(upload: RosterUpload, purpose: str) -> float:
    from applications.importing import import_jobs

    return _seconds(import_jobs.request_job(upload, purpose, by=upload.created_by))


def _undo() -> float:
    from django.utils import timezone

    from applications.importing import import_jobs
    from applications.models import RosterJob

    first = RosterJob.system.filter(purpose=RosterJob.Purpose.IMPORT).earliest("pk")
    return _seconds(import_jobs.request_undo(first, by=first.created_by, at=timezone.now()))


def _seconds(job: RosterJob) -> float:
    """Return the CPU seconds of a job, of Python and PostgreSQL together."""
    from django.db import connection

    from applications.models import RosterJob
    from workflow import jobs

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        timer = DatabaseTimer(cursor.fetchone()[0])
    seconds = timer.seconds(lambda: jobs.run_due())
    done = RosterJob.system.get(pk=job.pk)
    if done.state != "done" or done.counts.get("problems"):
        raise RuntimeError(
            f"{job.purpose}: {done.state} {done.error} {done.counts} {done.report}"[:900]
        )
    return seconds


if __name__ == "__main__":
    main(int(sys.argv[1]))
