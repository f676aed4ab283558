"""The committee imports a roster in the admin: upload, columns, answers, check, import."""

import html
import re
import tomllib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.forms.rosters import answer_name
from applications.importing.answer_meanings import AskedAnswer
from applications.importing.import_jobs import erase_expired_uploads
from applications.models import Application, RosterJob, RosterUpload
from testkit import factories
from workflow import jobs

pytestmark = pytest.mark.django_db

FILE = (
    "E-mail,First name,Last name,How many mentees?,Skills,Shoe size\n"
    "mei@example.org,Mei,Lin,Two please,Talks;Pay,38\n"
)


TWO_PLEASE = answer_name("answer", AskedAnswer("capacity", "Two please"))


@pytest.fixture
def upload(as_user, cleo, cohort):
    def post(content=FILE, user=cleo, **data):
        data = {"cohort": cohort.pk, "role": "mentor", **data}
        file = SimpleUploadedFile(
            "in.csv", content.encode() if isinstance(content, str) else content
        )
        response = as_user(user).post(
            reverse("admin:applications_rosterupload_add"), {**data, "file": file}
        )
        jobs.run_due()
        return response

    return post


def uploaded():
    return RosterUpload.system.get()


def choices(**changes):
    fields = ["email", "name", "name", "capacity", "topics", ""]
    data = {f"field-{n}": field for n, field in enumerate(fields)}
    return {**data, "split-4": ";", "state": "submitted", "create": "on", **changes}


@pytest.fixture
def visit(as_user, cleo):
    def url(name, one):
        return reverse(f"admin:applications_rosterupload_{name}", args=[one.public_id])

    client = as_user(cleo)

    def visit(name, one, data=None):
        """Open a page, or press a button and let the worker do its job."""
        if data is None:
            return client.get(url(name, one))
        response = client.post(url(name, one), data)
        jobs.run_due()
        return response

    visit.url = url
    return visit


def test_upload_map_check_and_import(upload, visit):
    response = upload()
    reading = RosterJob.system.get()
    assert response.url == visit.url("job", reading)
    assert visit("job", reading).url == visit.url("columns", uploaded())
    guessed = visit("columns", uploaded()).context["form"]
    assert [guessed.fields[f"field-{n}"].initial for n in range(3)] == [
        "email",
        "first_name",
        "last_name",
    ]

    assert visit("columns", uploaded(), choices()).url == visit.url("columns", uploaded())
    asked = visit("columns", uploaded())
    assert "Two please" in asked.content.decode()
    response = visit("columns", uploaded(), choices(**{TWO_PLEASE: "2"}))
    check = RosterJob.system.latest()
    assert response.url == visit.url("job", check)
    assert (check.state, check.counts["created"], Application.objects.count()) == ("done", 1, 0)

    visit("import", uploaded(), {})
    application = Application.objects.get()
    assert (application.person.name, application.capacity, application.state) == (
        "Mei Lin",
        2,
        "submitted",
    )
    assert [str(row) for row in application.topic_rows.all()] == ["Talks", "Pay"]


def test_importing_twice_is_refused_with_a_reason(upload, visit):
    upload()
    visit("columns", uploaded(), choices())
    visit("columns", uploaded(), choices(**{TWO_PLEASE: "2"}))
    visit("import", uploaded(), {})
    assert visit("import", uploaded(), {}).status_code == 302
    assert Application.objects.count() == 1
    assert "Upload the file again" in visit("columns", uploaded()).content.decode()


def test_problems_are_shown_row_by_row(upload, visit):
    upload(FILE.replace("mei@example.org", "mei"))
    visit("columns", uploaded(), choices())
    visit("columns", uploaded(), choices(**{TWO_PLEASE: "2"}))
    shown = visit("job", RosterJob.system.latest()).content.decode()
    assert "Row 2, E-mail" in shown
    assert 'value="Import"' not in shown


@pytest.mark.parametrize("content", ["", b"x" * (10 * 2**20 + 1), b"PK\x03\x04junk"])
def test_a_broken_workbook_and_no_or_too_many_bytes_are_form_errors(upload, content):
    response = upload(content)
    assert response.status_code == 200
    assert response.context["form"].errors["file"]
    assert not RosterUpload.system.exists()


@pytest.mark.parametrize("content", ["a,b\n", b"\xff\xfe\x00", "a,b\n1,2,3\n"])
def test_an_unreadable_file_is_told_once_the_worker_has_tried(upload, visit, content):
    upload(content)
    job = RosterJob.system.get()
    assert job.state == "failed"
    shown = visit("job", job).content.decode()
    assert job.error in html.unescape(shown)
    assert reverse("admin:applications_rosterupload_add") in shown


def test_the_web_process_parses_nothing(upload, visit, monkeypatch):
    upload()

    def refuse(*args, **kwargs):
        raise AssertionError("parsed in a request")

    monkeypatch.setattr("applications.importing.import_jobs.read_table", refuse)
    monkeypatch.setattr(jobs, "run_due", lambda: 0)
    visit("columns", uploaded(), choices())
    visit("columns", uploaded(), choices(**{TWO_PLEASE: "2"}))
    visit("import", uploaded(), {})
    waiting = RosterJob.system.filter(state="queued")
    assert sorted(job.purpose for job in waiting) == ["check", "import"]
    assert visit("job", waiting[0]).status_code == 200


def test_pressing_twice_queues_one_job(upload, visit, monkeypatch):
    upload()
    visit("columns", uploaded(), choices(**{"field-3": ""}))
    monkeypatch.setattr(jobs, "run_due", lambda: 0)
    visit("import", uploaded(), {})
    visit("import", uploaded(), {})
    assert RosterJob.system.filter(purpose="import").count() == 1


def test_a_map_can_be_written_as_text_and_is_checked(upload, visit):
    upload()
    bad = visit("map", uploaded(), {"text": '[fields.emial]\ncolumn = "E-mail"\n'})
    assert "Did you mean" in bad.content.decode()
    good = (
        'ignore = ["How many mentees?", "Skills", "Shoe size"]\n[fields.email]\ncolumn = "E-mail"\n'
        '[fields.name]\ncolumns = ["First name", "Last name"]\n'
    )
    assert visit("map", uploaded(), {"text": good}).status_code == 302
    assert RosterJob.system.latest().counts["created"] == 1
    assert visit("download", uploaded()).content.decode() == good.strip()


def test_the_pages_ask_no_member_for_a_map_and_give_one_as_a_file(upload, visit):
    upload()
    page = visit("columns", uploaded()).content.decode()
    assert "toml" not in page.lower().replace("map.toml", "")
    assert "the map" not in re.sub(r"<details.*?</details>|<[^>]+>", "", page, flags=re.S).lower()
    visit("columns", uploaded(), choices(**{"field-3": ""}))
    answer = visit("download", uploaded())
    assert answer["Content-Disposition"] == 'attachment; filename="map.toml"'
    assert tomllib.loads(answer.content.decode())["fields"]


@pytest.mark.parametrize("role", ["reader", "carer"])
def test_readers_and_carers_do_not_import(upload, visit, as_user, program, role):
    upload()
    other = as_user(factories.member(program=program, role=role))
    assert other.get(reverse("admin:applications_rosterupload_add")).status_code == 404
    assert other.get(visit.url("columns", uploaded())).status_code == 404
    assert other.post(visit.url("import", uploaded())).status_code == 404


def test_the_chair_of_another_program_finds_nothing(upload, visit, as_user):
    upload()
    other = as_user(factories.member(program=factories.program(), role="chair"))
    for name in ("columns", "download"):
        assert other.get(visit.url(name, uploaded())).status_code == 404
    visit("columns", uploaded(), choices(**{"field-3": ""}))
    assert other.get(visit.url("job", RosterJob.system.latest())).status_code == 404


def test_get_imports_nothing(upload, visit):
    upload()
    for name in ("map", "check", "import"):
        assert visit(name, uploaded()).status_code == 303


def test_the_rows_are_erased_after_a_day(upload):
    upload()
    made = uploaded().created_at
    erase_expired_uploads(made)
    assert not uploaded().is_erased
    erase_expired_uploads(made.replace(year=made.year + 1))
    assert uploaded().is_erased
    assert not uploaded().columns_json


def test_a_file_waits_for_a_worker_and_can_be_cancelled(upload, visit, monkeypatch):
    upload()
    monkeypatch.setattr(jobs, "run_due", lambda: 0)
    visit("columns", uploaded(), choices(**{"field-3": ""}))
    job = RosterJob.system.latest()
    assert (job.state, visit("job", job).status_code) == ("queued", 200)
    visit("cancel", job, {})
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_worker_that_dies_after_the_import_leaves_it_done(upload, visit):
    upload()
    visit("columns", uploaded(), choices(**{"field-3": ""}))
    visit("import", uploaded(), {})
    job = RosterJob.system.latest()
    RosterJob.system.filter(pk=job.pk).update(state="running", lease_until=job.created_at)
    jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.counts["created"]) == ("done", 1)
