"""Workbooks of libraries, whose formulas have no results: told, refused, never read as empty."""

import io
import re
import time
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from applications.importing import BadFile, read_map, read_records, read_table
from applications.importing.formulas import LONGEST, Cell, cells_without_result
from applications.importing.text_files import ReadOptions
from applications.models import Application, RosterJob, RosterUpload
from workflow import jobs

pytestmark = pytest.mark.django_db

HEADINGS = ("Email", "Name", "Town", "Note")
ADA = ("ada@example.org", "Ada Holm", "Elora", '="from "&C2')
BO = ("bo@example.org", '="Bo "&"Rask"', "=C2", "")
MAP = """
[fields.email]
column = "Email"

[fields.name]
column = "Name"

[fields.place]
column = "Town"
"""


def library_file(*rows, hide_row=0):
    """A workbook as a library writes it: its formulas have no results."""
    book = openpyxl.Workbook()
    for row in (HEADINGS, *rows):
        book.active.append(row)
    if hide_row:
        book.active.row_dimensions[hide_row].hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def found(table):
    return [(one.heading, one.count, one.cells) for one in table.without_result]


def edited(content, edit):
    """The workbook with its sheet's XML and its settings edited."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, edit(name, old.read(name).decode()))
    return out.getvalue()


def saved_by_a_spreadsheet_program(content, result="<v>Bo Rask</v>"):
    """The same workbook with the results of its formulas, as a spreadsheet program saves it."""

    def edit(name, text):
        text = text.replace("<v />", result).replace('fullCalcOnLoad="1"', "")
        return re.sub(r'(<c r="\w+")(><f>)', r'\1 t="str"\2', text)

    return edited(content, edit)


class TestFinding:
    def test_each_cell_is_counted_under_its_heading(self):
        table = read_table(library_file(ADA, BO))
        assert found(table) == [("Note", 1, ("D2",)), ("Name", 1, ("B3",)), ("Town", 1, ("C3",))]

    def test_the_first_ones_are_named_and_all_are_counted(self):
        people = [(f"p{n}@example.org", f'="P {n}"', "", "") for n in range(40)]
        ((heading, count, cells),) = found(read_table(library_file(*people)))
        assert (heading, count, cells) == ("Name", 40, ("B2", "B3", "B4", "B5", "B6"))

    def test_what_a_spreadsheet_program_has_saved_is_read(self):
        table = read_table(saved_by_a_spreadsheet_program(library_file(BO)))
        assert not found(table)
        table = read_table(saved_by_a_spreadsheet_program(library_file(ADA, BO)))
        assert [row[1] for row in table.rows] == ["Ada Holm", "Bo Rask"]

    def test_an_empty_text_is_a_result(self):
        row = ("bo@example.org", '=""', "Elora", "")
        content = library_file(ADA[:3], row)
        assert not found(read_table(saved_by_a_spreadsheet_program(content, "<v></v>")))
        assert found(read_table(content)) == [("Name", 1, ("B3",))]

    def test_a_zero_that_asks_for_a_calculation_is_none(self):
        """Some libraries write a zero for the result of each formula."""

        def with_zero(name, text):
            return text.replace("<v />", "<v>0</v>")

        def calculated(name, text):
            return with_zero(name, text).replace('fullCalcOnLoad="1"', "")

        row = ("bo@example.org", "=1-1", "Elora", "")
        content = library_file(row)
        assert found(read_table(edited(content, with_zero))) == [("Name", 1, ("B2",))]
        assert not found(read_table(edited(content, calculated)))

    def test_hidden_rows_that_are_left_out_do_not_count(self):
        content = library_file(ADA[:3], BO, hide_row=3)
        assert found(read_table(content))
        assert not found(read_table(content, options=ReadOptions(skip_hidden=True)))

    def test_a_title_above_the_headings_does_not_count(self):
        book = openpyxl.Workbook()
        for row in (['="Sign-up "&2026'], [], HEADINGS, ADA[:3]):
            book.active.append(row)
        out = io.BytesIO()
        book.save(out)
        assert not found(read_table(out.getvalue()))

    def test_a_table_of_nothing_but_formulas_says_what_to_do(self):
        rows = [tuple(f"=Sheet2!{column}{n}" for column in "ABCD") for n in (2, 3)]
        with pytest.raises(BadFile, match=r"8 cells have a formula .*A2, .*save it there"):
            read_table(library_file(*rows))

    @pytest.mark.parametrize("size", [10, 2**20 - 30, 2**20 - LONGEST, 2**20, 3 * 2**20])
    def test_a_cell_is_found_wherever_the_file_is_cut(self, size):
        cell = b'<c r="B2"><f>A2&amp;"x"</f><v></v></c><c r="C2" t="s"><f>A2</f><v>7</v></c>'
        text = b"<row>" + b" " * size + cell + b" " * size + cell.replace(b"2", b"3")
        cells = list(cells_without_result(io.BytesIO(text), is_recalculated=False))
        assert cells == [Cell(2, 2, "B2"), Cell(3, 2, "B3")]

    def test_other_spellings_of_a_cell(self):
        text = (
            b'<x:c r="AA10" s="1">\n<x:f t="shared" si="0"/></x:c><c><f>A1</f></c>'
            b'<c r="A2"/><c r="A3"><v></v></c><c r="A4" t="e"><f>A1</f><v>#REF!</v></c>'
        )
        cells = list(cells_without_result(io.BytesIO(text), is_recalculated=False))
        assert cells == [Cell(10, 27, "AA10"), Cell(0, 0, "")]

    @pytest.mark.parametrize(
        "piece", [b"<c r='A1'><f>", b"<c>", b"<c ><f>x", b"<f>", b"<c " + b" "]
    )
    def test_a_broken_sheet_costs_no_time(self, piece):
        began = time.process_time()
        list(cells_without_result(io.BytesIO(piece * 300_000), is_recalculated=True))
        assert time.process_time() - began < 5


class TestReading:
    def test_a_column_that_is_read_is_refused(self):
        table = read_table(library_file(ADA, BO))
        records, problems = read_records(
            table, read_map(f'ignore = ["Note"]\n{MAP}', role="mentee"), role="mentee"
        )
        assert not records
        assert [problem.column for problem in problems] == ["Name", "Town"]

    def test_the_command_refuses_it_too(self, tmp_path, cohort, capsys):
        file, map_ = tmp_path / "people.xlsx", tmp_path / "map.toml"
        file.write_bytes(library_file(ADA, BO))
        map_.write_text(f'ignore = ["Note"]\n{MAP}')
        with pytest.raises(CommandError, match="2 problems; nothing was imported"):
            call_command("import_roster", cohort.slug, "mentee", file, map=map_)
        assert "Name: 1 cell has a formula" in capsys.readouterr().err
        assert not Application.objects.exists()


class TestPages:
    @pytest.fixture
    def client(self, as_user, cleo):
        return as_user(cleo)

    def upload(self, client, cohort, content):
        file = SimpleUploadedFile("people.xlsx", content)
        data = {"cohort": cohort.pk, "role": "mentee", "file": file}
        client.post(reverse("admin:applications_rosterupload_add"), data)
        jobs.run_due()
        return RosterUpload.system.latest("pk")

    def page(self, upload):
        return reverse("admin:applications_rosterupload_columns", args=[upload.public_id])

    def check(self, client, upload, **choices):
        """Choose what the page offers, and `choices`; return the text of the check."""
        form = client.get(self.page(upload)).context["form"]
        shown = {name: form[name].value() for name in form.fields}
        data = {name: one for name, one in shown.items() if one not in (None, False)}
        client.post(self.page(upload), {**data, "state": "submitted", **choices})
        jobs.run_due()
        job = RosterJob.system.latest()
        assert job.purpose == "check"
        page = reverse("admin:applications_rosterupload_job", args=[job.public_id])
        return client.get(page).content.decode()

    def test_it_is_said_before_any_column_is_chosen(self, client, cohort):
        text = client.get(self.page(self.upload(client, cohort, library_file(ADA, BO))))
        text = text.content.decode()
        assert "Formulas without results" in text
        assert "Name: 1 cell has a formula whose result is not in the file: B3." in text
        assert "save it there, and upload it again" in text

    def test_a_workbook_with_its_results_says_nothing(self, client, cohort):
        content = saved_by_a_spreadsheet_program(library_file(ADA[:3], BO))
        text = client.get(self.page(self.upload(client, cohort, content))).content.decode()
        assert "Formulas without results" not in text

    def test_the_check_refuses_it_and_nothing_can_be_imported(self, client, cohort):
        text = self.check(client, self.upload(client, cohort, library_file(ADA, BO)))
        assert "Nothing was imported." in text
        assert "Town: 1 cell has a formula whose result is not in the file: C3." in text
        assert ">Import<" not in text
        upload = RosterUpload.system.get()
        client.post(reverse("admin:applications_rosterupload_import", args=[upload.public_id]))
        jobs.run_due()
        assert not Application.objects.exists()

    def test_a_column_that_is_left_out_is_only_told(self, client, cohort):
        upload = self.upload(client, cohort, library_file(ADA))
        text = self.check(client, upload, **{"field-3": ""})
        assert "Worth knowing" in text
        assert "Note: 1 cell has a formula whose result is not in the file: D2." in text
        client.post(reverse("admin:applications_rosterupload_import", args=[upload.public_id]))
        jobs.run_due()
        assert Application.objects.get().person.profile.place == "Elora"

    def test_it_never_clears_what_is_known(self, client, cohort):
        upload = self.upload(client, cohort, library_file(ADA[:3]))
        self.check(client, upload)
        client.post(reverse("admin:applications_rosterupload_import", args=[upload.public_id]))
        jobs.run_due()
        newer = library_file(("ada@example.org", "Ada Holm", '="Elo"&"ra"'))
        text = self.check(client, self.upload(client, cohort, newer), **{"clear-2": "clear"})
        assert "Town: 1 cell has a formula" in text
        assert Application.objects.get().person.profile.place == "Elora"
