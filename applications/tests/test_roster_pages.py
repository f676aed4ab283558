"""The committee imports a roster in the admin: upload, columns, answers, check, import."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.importing.import_jobs import forget
from applications.models import Application, RosterJob, RosterUpload
from testkit import factories

pytestmark = pytest.mark.django_db

FILE = "E-mail,First name,Last name,How many mentees?,Skills,Shoe size\nmei@example.org,Mei,Lin,Two please,Talks;Pay,38\n"


@pytest.fixture
def send(as_user, cleo, cohort):
    def post(content=FILE, user=cleo, **data):
        data = {"cohort": cohort.pk, "role": "mentor", **data}
        file = SimpleUploadedFile(
            "in.csv", content.encode() if isinstance(content, str) else content
        )
        return as_user(user).post(
            reverse("admin:applications_rosterupload_add"), {**data, "file": file}
        )

    return post


def uploaded():
    return RosterUpload.system.get()


def choices(**changes):
    fields = ["email", "name", "name", "capacity", "topics", ""]
    data = {f"field-{n}": field for n, field in enumerate(fields)}
    return {**data, "split-4": ";", "state": "submitted", "create": "on", **changes}


@pytest.fixture
def go(as_user, cleo):
    def url(name, one):
        return reverse(f"admin:applications_rosterupload_{name}", args=[one.public_id])

    client = as_user(cleo)

    def go(name, one, data=None):
        return client.get(url(name, one)) if data is None else client.post(url(name, one), data)

    go.url = url
    return go


def test_the_whole_way_from_file_to_applications(send, go):
    response = send()
    assert response.url == go.url("columns", uploaded())
    guessed = go("columns", uploaded()).context["form"]
    assert [guessed.fields[f"field-{n}"].initial for n in range(3)] == ["email", "name", "name"]

    assert go("columns", uploaded(), choices()).url == go.url("columns", uploaded())
    asked = go("columns", uploaded())
    assert "Two please" in asked.content.decode()
    response = go("columns", uploaded(), choices(**{"answer-0": "2"}))
    check = RosterJob.objects.get()
    assert response.url == go.url("job", check)
    assert (check.state, check.counts["created"], Application.objects.count()) == ("done", 1, 0)

    go("import", uploaded(), {})
    application = Application.objects.get()
    assert (application.person.name, application.capacity, application.state) == (
        "Mei Lin",
        2,
        "submitted",
    )
    assert [str(row) for row in application.topic_rows.all()] == ["Talks", "Pay"]


def test_importing_twice_is_refused_kindly(send, go):
    send()
    go("columns", uploaded(), choices())
    go("columns", uploaded(), choices(**{"answer-0": "2"}))
    go("import", uploaded(), {})
    assert go("import", uploaded(), {}).status_code == 302
    assert Application.objects.count() == 1
    assert "no longer kept" in go("columns", uploaded()).content.decode()


def test_problems_are_shown_row_by_row(send, go):
    send(FILE.replace("mei@example.org", "mei"))
    go("columns", uploaded(), choices())
    go("columns", uploaded(), choices(**{"answer-0": "2"}))
    shown = go("job", RosterJob.objects.get()).content.decode()
    assert "Row 2, E-mail" in shown
    assert "Import them" not in shown


@pytest.mark.parametrize("content", ["", "a,b\n", b"\xff\xfe\x00", b"PK\x03\x04junk", "a,a\n1,2\n"])
def test_a_file_that_is_no_table_is_answered_on_the_form(send, content):
    response = send(content)
    assert response.status_code == 200
    assert response.context["form"].errors["file"]
    assert not RosterUpload.system.exists()


def test_a_map_can_be_written_as_text_and_is_checked(send, go):
    send()
    bad = go("map", uploaded(), {"text": '[fields.emial]\ncolumn = "E-mail"\n'})
    assert "Did you mean" in bad.content.decode()
    good = 'ignore = ["How many mentees?", "Skills", "Shoe size"]\n[fields.email]\ncolumn = "E-mail"\n[fields.name]\ncolumns = ["First name", "Last name"]\n'
    assert go("map", uploaded(), {"text": good}).status_code == 302
    assert RosterJob.objects.get().counts["created"] == 1
    assert go("download", uploaded()).content.decode() == good.strip()


@pytest.mark.parametrize("role", ["reader", "carer"])
def test_readers_and_carers_do_not_import(send, go, as_user, program, role):
    send()
    other = as_user(factories.member(program=program, role=role))
    assert other.get(reverse("admin:applications_rosterupload_add")).status_code == 404
    assert other.get(go.url("columns", uploaded())).status_code == 404
    assert other.post(go.url("import", uploaded())).status_code == 404


def test_another_programs_chair_finds_nothing(send, go, as_user):
    send()
    other = as_user(factories.member(program=factories.program(), role="chair"))
    for name in ("columns", "download"):
        assert other.get(go.url(name, uploaded())).status_code == 404
    go("columns", uploaded(), choices(**{"field-3": ""}))
    assert other.get(go.url("job", RosterJob.objects.get())).status_code == 404


def test_get_imports_nothing(send, go):
    send()
    for name in ("map", "check", "import"):
        assert go(name, uploaded()).status_code == 405


def test_the_cells_go_after_a_day(send):
    send()
    made = uploaded().created_at
    forget(made)
    assert uploaded().table_json
    forget(made.replace(year=made.year + 1))
    assert not uploaded().table_json


def test_a_large_file_waits_for_a_worker_and_can_be_cancelled(send, go):
    rows = "".join(f"p{n}@example.org,Pat,Smith,1,Talks,38\n" for n in range(201))
    send(FILE.split("\n")[0] + "\n" + rows)
    go("columns", uploaded(), choices())
    job = RosterJob.objects.get()
    assert (job.state, go("job", job).status_code) == ("queued", 200)
    go("cancel", job, {})
    job.refresh_from_db()
    assert job.state == "cancelled"
