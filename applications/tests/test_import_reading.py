"""Files as form tools and spreadsheets write them: read right, or asked about on the page."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from applications.importing import BadFile, read_table
from applications.importing.answer_meanings import nearest_choices
from applications.importing.column_guesses import guess_fields
from applications.importing.parsers import InvalidCell, parse
from applications.importing.summaries import summarize
from applications.importing.text_files import ReadOptions
from applications.models import Application, RosterJob, RosterUpload
from programs.models import Topic
from testkit import factories
from workflow import jobs


def table(text, **options):
    content = text.encode() if isinstance(text, str) else text
    return read_table(content, options=ReadOptions(**options))


class TestSeparators:
    @pytest.mark.parametrize(
        ("text", "headers"),
        [
            ('Email;"Name, first, last";"Town, if any"\na;b;c\n', 3),
            ('Email;"Which topics, exactly,\nwould you like";Name\na;b;c\n', 3),
            ('Email\t"Name, first, last, all"\na\tb\n', 2),
            ("sep=;\r\nEmail;Name, all of it, please\r\na;b\r\n", 2),
            ('\ufeff"sep=|"\nEmail|Name\na|b\n', 2),
            ("Email\na\n", 1),
        ],
    )
    def test_they_are_found_outside_quotation_marks(self, text, headers):
        assert len(table(text).headers) == headers

    def test_it_can_be_chosen(self):
        assert table("a,b,c|d\n1,2,3|4\n", delimiter="|").headers == ("a,b,c", "d")


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
    def test_utf_16_without_a_mark_is_read(self, encoding):
        assert table("Email,Name\na@b.org,Zoë\n".encode(encoding)).rows == (("a@b.org", "Zoë"),)

    def test_another_one_can_be_chosen(self):
        content = "Email,Name\na@b.org,Zoë\n".encode("cp1252")
        with pytest.raises(BadFile, match="Line 2 is not UTF-8"):
            table(content)
        assert table(content, encoding="cp1252").rows[0][1] == "Zoë"


class TestHeadings:
    def test_a_title_above_the_table_is_passed_over(self):
        found = table("Mentoring sign-up,\n,\nEmail,Name\na@b.org,Ann\n")
        assert (found.headers, found.heading_row, found.numbers) == (("Email", "Name"), 3, (4,))

    def test_the_row_can_be_chosen(self):
        found = table("x,y\nEmail,Name\na@b.org,Ann\n", heading_row=2)
        assert found.headers == ("Email", "Name")

    def test_two_rows_of_headings_are_joined(self):
        found = table(
            "Id,Email,Which topics?,,,Town\n"
            ",Open-Ended Response,Hiring,Pay,Change,Open-Ended Response\n"
            "11,a@b.org,Hiring,,Change,Elora\n"
        )
        assert found.headers == (
            "Id",
            "Email",
            "Which topics?: Hiring",
            "Which topics?: Pay",
            "Which topics?: Change",
            "Town",
        )
        assert len(found.rows) == 1

    def test_repeated_headings_are_told_apart_and_guessed_as_one(self):
        found = table("Email,Name,Employer,Employer\na@b.org,Ann,Acme,\nb@b.org,Bo,,Rim\n")
        assert found.headers == ("Email", "Name", "Employer", "Employer (2)")
        guessed = guess_fields(summarize(found))
        assert guessed["Employer"] == guessed["Employer (2)"] == "employer"

    def test_a_column_without_a_heading_has_a_name(self):
        assert table("Email,Name,,Town\na@b.org,Ann,x,y\n").headers[2] == "(C)"


class TestGuesses:
    def test_an_address_is_where_the_cells_hold_addresses(self):
        found = table("ID,Email,Name,Email2\n1,anonymous,,a@b.org\n2,anonymous,,c@b.org\n")
        guessed = guess_fields(summarize(found))
        assert guessed == {"Email2": "email"}

    def test_a_column_is_the_role_if_its_cells_say_so(self):
        found = table("Email,I am a\na@b.org,Mentor\nb@b.org,Both\n")
        assert guess_fields(summarize(found))["I am a"] == "role"
        other = table("Email,Role\na@b.org,HR manager\n")
        assert "Role" not in guess_fields(summarize(other))

    def test_choices_are_offered_nearest_first(self):
        stages = [("1", "Student"), ("3", "Mid career"), ("6", "Executive")]
        assert nearest_choices("Mid-career professional", stages)[0] == ("3", "Mid career")


class TestWords:
    @pytest.mark.parametrize(
        ("field", "written", "value"),
        [
            ("language", "Français", "fr"),
            ("language", "fr-CA", "fr"),
            ("language", "English (Canada)", "en"),
            ("time_zone", "Eastern Time (US & Canada)", "America/Toronto"),
            ("time_zone", "(UTC-08:00) Pacific Time (US & Canada)", "America/Vancouver"),
            ("time_zone", "EST", "America/Toronto"),
            ("time_zone", "america/halifax", "America/Halifax"),
            ("role", "Les deux", "both"),
        ],
    )
    def test_they_are_understood(self, field, written, value):
        assert parse(field, written) == value

    def test_an_unknown_zone_is_refused(self):
        with pytest.raises(InvalidCell):
            parse("time_zone", "Middle Earth")

    @pytest.mark.parametrize(
        "written", ["Ann F <a@example.org>", "mailto:a@example.org", " A@Example.org\u200b "]
    )
    def test_addresses_in_other_spellings(self, written):
        assert parse("email", written) == "a@example.org"


@pytest.mark.django_db
class TestOnThePage:
    def test_options_that_contain_the_separator_are_kept_whole(self, bring, program):
        for n, name in enumerate(["Health, safety and wellbeing", "Pay"]):
            Topic.objects.create(program=program, code=f"t{n}", names={"en": name})
        file = 'Email,Name,Topics\na@example.org,A B,"Health, safety and wellbeing, Pay"\n'
        bring(file, "email", "name", "topics")
        topics = Application.objects.get().topic_rows.all()
        assert sorted(str(row) for row in topics) == ["Health, safety and wellbeing", "Pay"]

    def test_lists_in_brackets_lose_their_brackets(self, bring):
        file = "Email,Name,Topics\na@example.org,A B,\"['Pay', 'Change']\"\n"
        bring(file, "email", "name", "topics", create="on")
        assert sorted(str(one) for one in Topic.objects.all()) == ["Change", "Pay"]

    def test_a_column_can_be_the_role_and_both_makes_two_applications(self, bring):
        bring(
            "Email,Name,I want to be\na@example.org,Ann,Mentor\nb@example.org,Bo,Mentee\n"
            "c@example.org,Cy,Both\n"
        )
        found = Application.objects.order_by("person__name", "role")
        assert [(one.person.name, one.role) for one in found] == [
            ("Ann", "mentor"),
            ("Bo", "mentee"),
            ("Cy", "mentee"),
            ("Cy", "mentor"),
        ]

    def test_the_first_filled_answer_of_a_repeated_question_counts(self, bring):
        bring("Email,Name,Employer,Employer\na@example.org,A,Acme,Other\nb@example.org,B,,Rim\n")
        found = User.objects.filter(profile__employer__isnull=False).order_by("email")
        assert [str(one.profile.employer) for one in found] == ["Acme", "Rim"]

    @pytest.mark.parametrize(
        ("twice", "town"), [("later", "Hamilton"), ("earlier", "Guelph"), ("stop", None)]
    )
    def test_a_person_who_answered_twice(self, bring, twice, town):
        file = "Email,Name,Town\na@example.org,Ann,Guelph\nA@example.org,Ann,Hamilton\n"
        check, _done = bring(file, twice=twice)
        if town:
            assert Application.objects.get().person.profile.place == town
        else:
            assert check.count("This is the same person as in row 2.") == 1

    def test_a_total_below_the_table_is_one_message_and_can_be_left_out(self, bring):
        file = "Email,Name\na@example.org,Ann\n,\nTotal: 1 mentee,\n"
        check, _done = bring(file)
        assert check.count("Row 4") == 1
        bring(file, skip_without_address="on")
        assert Application.objects.get().person.name == "Ann"

    def test_each_column_has_its_own_separator(self, bring):
        file = 'Email,Name,Skills,Topics\na@example.org,A,Pay;Law,"Hiring, Change"\n'
        bring(
            file, "email", "name", "topics", "topics",
            **{"create": "on", "split-2": ";", "split-3": ","},
        )  # fmt: skip
        assert Topic.objects.count() == 4

    def test_the_map_is_offered_for_the_next_file_of_the_program(
        self, bring, as_user, cleo, cohort
    ):
        bring("Email,Name,Wohnort\na@example.org,Ann,Elora\n", "email", "name", "place")
        file = SimpleUploadedFile("n.csv", b"Email,Name,Wohnort,New\nb@example.org,Bo,Elora,x\n")
        client = as_user(cleo)
        add = reverse("admin:applications_rosterupload_add")
        client.post(add, {"cohort": cohort.pk, "role": "mentor", "file": file})
        jobs.run_due()
        upload = RosterUpload.system.latest("pk")
        url = reverse("admin:applications_rosterupload_columns", args=[upload.public_id])
        form = client.get(url).context["form"]
        assert form.fields["field-2"].initial == "place"
        other = factories.member(program=factories.program(), role="chair")
        assert as_user(other).get(url).status_code == 404

    def test_a_remembered_map_gives_way_to_the_cells(self, bring):
        bring('Email,Name,Topics\na@example.org,A,"Pay, Law"\n', create="on")
        bring("Email,Name,Topics\nb@example.org,B,Hiring;Change\n", create="on")
        names = {str(one) for one in Topic.objects.all()}
        assert names == {"Pay", "Law", "Hiring", "Change"}
        bring("Email,Email2,Name\nanonymous,c@example.org,C\n")
        assert User.objects.filter(email="c@example.org").exists()

    def test_a_file_that_was_read_wrong_is_read_again_as_chosen(self, as_user, cleo, cohort):
        client = as_user(cleo)
        file = SimpleUploadedFile("w.csv", "Email;Name\na@example.org;Zoë\n".encode("cp1252"))
        add = reverse("admin:applications_rosterupload_add")
        client.post(add, {"cohort": cohort.pk, "role": "mentor", "file": file})
        jobs.run_due()
        upload = RosterUpload.system.get()
        job = RosterJob.system.get()
        page = client.get(reverse("admin:applications_rosterupload_job", args=[job.public_id]))
        assert "Read the file again" in page.content.decode()
        url = reverse("admin:applications_rosterupload_reading", args=[upload.public_id])
        client.post(url, {"encoding": "cp1252"})
        jobs.run_due()
        columns = reverse("admin:applications_rosterupload_columns", args=[upload.public_id])
        assert "Zoë" in client.get(columns).content.decode()
        refused = client.post(url, {"encoding": "runes"}).content.decode()
        assert '<a href="#id_encoding">' in refused  # of the summary
        assert "<details open>" in refused


def test_a_title_in_a_workbook_is_passed_over():
    book = openpyxl.Workbook()
    for row in (["Sign-up 2026"], [], ["Email", "Name"], ["a@b.org", "Ann"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    assert table(out.getvalue()).rows == (("a@b.org", "Ann"),)
