"""Import, undo, import, export, import: the whole database is as it was, table by table.

The rosters are invented and have the shape of real ones (`roster_files`). Everything goes over the
committee's pages.
"""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.models import Application, QuestionAnswer, RosterJob, RosterUpload
from testkit.table_snapshots import differences, snapshot
from workflow import jobs

from .export_files import export, import_again
from .roster_files import ROSTERS, roster_map

pytestmark = pytest.mark.django_db

# Every other table is compared.
WITHOUT = {
    "applications.RosterUpload": "says that there was an import",
    "applications.RosterJob": "says that there was an import",
    "admin.LogEntry": "says who exported what",
    "sessions.Session": "the member stays signed in",
    "usersessions.UserSession": "the member stays signed in",
}


@pytest.fixture
def client_of_cleo(as_user, cleo):
    return as_user(cleo)


@pytest.fixture
def bring_roster(client_of_cleo, cohort):
    """Import a roster with its map; returns the job."""

    def url(name, one):
        return reverse(f"admin:applications_rosterupload_{name}", args=[one.public_id])

    def bring(name, role):
        data = {
            "cohort": cohort.pk,
            "role": role,
            "file": SimpleUploadedFile("in.csv", ROSTERS[name](role)),
            "map": SimpleUploadedFile("map.toml", roster_map(name).encode()),
        }
        client_of_cleo.post(reverse("admin:applications_rosterupload_add"), data)
        jobs.run_due()
        upload = RosterUpload.system.latest("pk")
        for button in ("check", "import"):
            client_of_cleo.post(url(button, upload))
            jobs.run_due()
            job = RosterJob.system.latest()
            assert (job.state, job.report.get("problems")) == ("done", []), job.report
        return job

    def undo(job):
        client_of_cleo.post(url("undo", job))
        jobs.run_due()
        assert RosterJob.system.latest().counts["refused"] == 0

    bring.undo = undo
    return bring


@pytest.mark.parametrize("role", ["mentee", "mentor"])
@pytest.mark.parametrize("name", ROSTERS)
def test_undo_leaves_no_trace(bring_roster, name, role):
    before = snapshot(without=WITHOUT, exactly=True)
    bring_roster.undo(bring_roster(name, role))
    assert differences(before, snapshot(without=WITHOUT, exactly=True)) == {}


@pytest.mark.parametrize("name", ROSTERS)
def test_undo_of_the_second_roster_keeps_the_first(bring_roster, name):
    bring_roster(name, "mentee")
    before = snapshot(without=WITHOUT, exactly=True)
    bring_roster.undo(bring_roster(name, "mentor"))
    assert differences(before, snapshot(without=WITHOUT, exactly=True)) == {}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ROSTERS)
def test_import_undo_import_export_import_is_as_one_import(
    bring_roster, client_of_cleo, cohort, name, kind
):
    imported = [bring_roster(name, role) for role in ("mentee", "mentor")]
    once = snapshot(without=WITHOUT)
    assert Application.objects.count() in (6, 8)
    for job in reversed(imported):
        bring_roster.undo(job)
    assert not Application.objects.exists()
    for role in ("mentee", "mentor"):
        bring_roster(name, role)
    assert differences(once, snapshot(without=WITHOUT)) == {}
    before = snapshot(without=WITHOUT, exactly=True)
    job = import_again(client_of_cleo, export(client_of_cleo, kind), cohort, kind=kind)
    assert job.counts["unchanged"] == Application.objects.count()
    assert differences(before, snapshot(without=WITHOUT, exactly=True)) == {}
    assert differences(once, snapshot(without=WITHOUT)) == {}


def test_a_difference_in_any_table_is_found(bring_roster, cohort):
    before = snapshot(without=WITHOUT)
    bring_roster("msforms", "mentee")
    changed = set(differences(before, snapshot(without=WITHOUT)))
    assert changed >= {
        "accounts.User", "accounts.Profile", "account.EmailAddress", "programs.Topic",
        "applications.Application", "applications.ApplicationTopic", "applications.NamedWish",
        "applications.PrivateAnswers", "applications.QuestionAnswer", "programs.ProgramQuestion",
        "applications.ImportedRow", "workflow.Transition",
    }  # fmt: skip


def test_a_column_of_an_own_question_can_erase_answers(bring, cohort):
    """The choice is stored by the heading of the question."""
    file = "Email,Name,Shoe size\nsz@example.org,Siz E,%s\n"
    bring(file % "38", "email", "name", "own")
    bring(file % "", "email", "name", "own", **{"clear-2": "clear"})
    assert RosterJob.system.latest().counts["updated"] == 1
    assert not QuestionAnswer.system.exists()
