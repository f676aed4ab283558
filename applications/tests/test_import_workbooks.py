"""Workbooks: which sheet is read, what the sheet hides, and those that unpack to too much."""

import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.importing import BadFile, read_table
from applications.importing.reading_notes import notes_about, ranges
from applications.importing.text_files import ReadOptions
from applications.models import Application, RosterJob, RosterUpload
from workflow import jobs

pytestmark = pytest.mark.django_db

PEOPLE = [
    ("Email", "Name", "Remark"),
    ("ada@example.org", "Ada Holm", "x"),
    ("bo@example.org", "Bo Rask", "y"),
    ("cy@example.org", "Cy Dale", "z"),
]


def workbook(*, before=(), hide_rows=(), hide_column="", hidden_sheet=False):
    """A workbook with an empty cover, the sheets of `before` {name: rows}, and the people."""
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    for name, rows in dict(before).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if hidden_sheet else "visible"
    people = book.create_sheet("People")
    for row in PEOPLE:
        people.append(row)
    for number in hide_rows:
        people.row_dimensions[number].hidden = True
    if hide_column:
        people.column_dimensions[hide_column].hidden = True
    return saved(book)


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def names(table):
    return [row[1] for row in table.rows]


class TestSheets:
    def test_the_first_visible_one_with_a_table_is_read(self):
        old = {"Old": [("Email", "Name"), ("x@example.org", "X")]}
        table = read_table(workbook(before=old, hidden_sheet=True))
        assert (table.sheet, names(table)) == ("People", ["Ada Holm", "Bo Rask", "Cy Dale"])
        assert [(one.name, one.is_hidden, one.has_rows) for one in table.sheets] == [
            ("Cover", False, False),
            ("Old", True, True),
            ("People", False, True),
        ]

    def test_another_one_can_be_named(self):
        old = {"Old": [("Email", "Name"), ("x@example.org", "X")]}
        content = workbook(before=old, hidden_sheet=True)
        assert names(read_table(content, options=ReadOptions(sheet="Old"))) == ["X"]
        with pytest.raises(BadFile, match="no sheet “New”"):
            read_table(content, options=ReadOptions(sheet="New"))

    def test_the_page_asks_and_reads_the_chosen_one(self, as_user, cleo, cohort):
        content = workbook(before={"Old": [("Email", "Name"), ("x@example.org", "X One")]})
        client = as_user(cleo)
        file = SimpleUploadedFile("in.xlsx", content)
        client.post(
            reverse("admin:applications_rosterupload_add"),
            {"cohort": cohort.pk, "role": "mentee", "file": file},
        )
        jobs.run_due()
        upload = RosterUpload.system.get()
        url = reverse("admin:applications_rosterupload_columns", args=[upload.public_id])
        asked = client.get(url)
        assert "Only “Old” is read" in asked.content.decode()
        assert asked.context["form"].table.headers == ["Email", "Name"]
        reading = reverse("admin:applications_rosterupload_reading", args=[upload.public_id])
        client.post(reading, {"sheet": "People"})
        jobs.run_due()
        shown = client.get(url)
        assert shown.context["form"].table.headers == ["Email", "Name", "Remark"]
        assert "First: is this the right table?" not in shown.content.decode()
        bad = client.post(reading, {"sheet": "Nowhere"}, follow=True)
        assert "Select a valid choice" in bad.content.decode()


class TestWhatASheetHides:
    def test_hidden_rows_and_columns_are_read_and_told(self, bring):
        content = workbook(hide_rows=(3, 4), hide_column="C")
        table = read_table(content)
        assert (table.hidden_rows, table.hidden_columns) == ((3, 4), ("Remark",))
        check, _done = bring(content)
        assert "2 rows are hidden in the sheet and count like the others: 3–4." in check
        assert "Columns hidden in the sheet count like the others: Remark." in check
        assert Application.objects.count() == 3

    def test_they_can_be_left_out(self):
        content = workbook(hide_rows=(3,), hide_column="C")
        options = ReadOptions(skip_hidden=True)
        table = read_table(content, options=options)
        assert (table.headers, names(table)) == (("Email", "Name"), ["Ada Holm", "Cy Dale"])
        notes = [str(one) for one in notes_about(table, skips_hidden=True)]
        assert notes == ["The file: 1 row that the sheet hides is left out: 3."]

    def test_other_sheets_with_rows_are_told(self, bring):
        old = {"Old": [("Email", "Name"), ("x@example.org", "X")]}
        check, _done = bring(workbook(before=old, hidden_sheet=True))
        assert "Only the sheet “People” is read. Other sheets with rows: Old." in check

    def test_many_rows_are_told_in_short(self):
        assert ranges([2, 3, 4, 7, 9, 10]) == "2–4, 7, 9–10"
        assert ranges(range(1, 50, 2)).endswith(", 19, …")


class TestTheRowWithTheHeadings:
    def test_it_is_asked_if_it_looks_like_a_person(self, as_user, cleo, cohort):
        client = as_user(cleo)
        file = SimpleUploadedFile("in.csv", b"ada@example.org,Ada\nbo@example.org,Bo\n")
        client.post(
            reverse("admin:applications_rosterupload_add"),
            {"cohort": cohort.pk, "role": "mentee", "file": file},
        )
        jobs.run_due()
        url = reverse(
            "admin:applications_rosterupload_columns", args=[RosterUpload.system.get().public_id]
        )
        assert "it looks like a person" in client.get(url).content.decode()

    def test_two_rows_can_be_chosen(self):
        content = b"Which topics?,,Name\nPay,Change,Full name\nyes,,Ada\n"
        one = read_table(content)
        assert one.headers == ("Which topics?", "(B)", "Name")
        two = read_table(content, options=ReadOptions(heading_rows=2))
        assert two.headers == ("Which topics?: Pay", "Which topics?: Change", "Name: Full name")


def test_an_unknown_encoding_is_asked_with_what_the_line_would_read(bring):
    with pytest.raises(BadFile, match=r"As Windows text it reads “z@example\.org,Zoë Ünal”"):
        read_table("Email,Name\nz@example.org,Zoë Ünal\n".encode("cp1252"))


def bomb(said=None):
    """A small archive that unpacks to 101 MB; `said` is what its table of contents claims."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (101 * 2**20))
    content = out.getvalue()
    size = (101 * 2**20).to_bytes(4, "little")
    return content.replace(size, said.to_bytes(4, "little")) if said else content


def test_a_bomb_is_refused_on_the_page_before_it_is_stored(as_user, cleo, cohort):
    file = SimpleUploadedFile("in.xlsx", bomb())
    response = as_user(cleo).post(
        reverse("admin:applications_rosterupload_add"),
        {"cohort": cohort.pk, "role": "mentee", "file": file},
    )
    assert "unpacks to more than 100 MB" in str(response.context["form"].errors["file"])
    assert not RosterUpload.system.exists()
    assert not RosterJob.system.exists()


def test_a_bomb_that_lies_about_its_size_is_refused_too():
    with pytest.raises(BadFile, match="can't be read"):
        read_table(bomb(said=1000))
