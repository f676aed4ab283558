"""What was chosen for one file is proposed for the next one, shown, and can be changed."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.importing import read_map
from applications.importing.grids import GRID
from applications.models import Application, RosterJob, RosterUpload
from programs.models import Topic
from workflow import jobs

pytestmark = pytest.mark.django_db


class Pages:
    """Takes files through the import pages as one member, with the choices that are shown."""

    def __init__(self, client, cohort):
        self.client, self.cohort = client, cohort

    def url(self, name):
        upload = RosterUpload.system.latest("pk")
        return reverse(f"admin:applications_rosterupload_{name}", args=[upload.public_id])

    def upload(self, content, role="mentee", map_text=""):
        content = content.encode() if isinstance(content, str) else content
        data = {
            "cohort": self.cohort.pk,
            "role": role,
            "file": SimpleUploadedFile("in", content),
            **({"map": SimpleUploadedFile("map.toml", map_text.encode())} if map_text else {}),
        }
        self.client.post(reverse("admin:applications_rosterupload_add"), data)
        jobs.run_due()
        return self

    @property
    def page(self):
        return self.client.get(self.url("columns"))

    @property
    def form(self):
        return self.page.context["form"]

    @property
    def roster(self):
        return read_map(RosterUpload.system.latest("pk").map_text)

    def choose(self, **choices):
        """Press "Check the rows" with what the page shows, and with these changes."""
        form = self.form
        data = {name: form[name].value() for name in form.fields}
        data = {name: one for name, one in data.items() if one not in (None, False)}
        for name, one in choices.items():
            data.pop(name, None) if one is False else data.update({name: one})
        self.client.post(self.url("columns"), {"state": "submitted", **data})
        jobs.run_due()
        return self

    def mean(self, **meanings):
        """Say what the answers mean that the page asks for or shows, by their first word."""
        form = self.form
        asked = {**form.answers, **form.explained}
        names = {one.answer.split()[0]: name for name, one in asked.items()}
        return self.choose(**{names[word]: code for word, code in meanings.items()})

    @property
    def words_form(self):
        job = RosterJob.system.latest()
        address = reverse("admin:applications_rosterupload_job", args=[job.public_id])
        return self.client.get(address).context["words_form"]

    def words(self):
        """Return {new word: what is chosen for it}."""
        form = self.words_form
        return {one["word"]: form[name].value() for name, one in form.words.items()}

    def call(self, **choices):
        """Say what new words are."""
        form = self.words_form
        data = {name: choices[one["word"]] for name, one in form.words.items()}
        job = RosterJob.system.latest()
        address = reverse("admin:applications_rosterupload_words", args=[job.public_id])
        self.client.post(address, data)
        jobs.run_due()
        return self

    def take(self):
        self.client.post(self.url("import"))
        jobs.run_due()
        assert RosterJob.system.latest().state == "done", RosterJob.system.latest().error
        return self


@pytest.fixture
def pages(as_user, cleo, cohort):
    return Pages(as_user(cleo), cohort)


FILE = "Email,Name,Town,Skills\na@example.org,A Holm,,Pay;Change\n"


class TestChoicesBesideTheColumns:
    def test_those_about_the_whole_file_are_proposed_again(self, pages):
        pages.upload(FILE).choose(
            state="accepted", twice="later", skip_without_address="on", create="on"
        )
        form = pages.upload(FILE, role="mentor").form
        shown = {name: form[name].value() for name in ("state", "twice", "create")}
        assert shown == {"state": "accepted", "twice": "later", "create": True}
        assert form["skip_without_address"].value() is True
        assert "The choices of the file of" in pages.page.content.decode()

    def test_what_the_committee_vouches_for_is_said_anew(self, pages):
        pages.upload(FILE).choose(code_accepted="on", orientation_passed="on")
        assert pages.form["code_accepted"].value() is True  # of this file
        form = pages.upload(FILE).form
        assert not form["code_accepted"].value()
        assert not form["orientation_passed"].value()

    def test_a_file_of_another_shape_gets_none_of_them(self, pages):
        pages.upload(FILE).choose(state="accepted")
        form = pages.upload("Courriel,Nom,Sujets,Ville\na@example.org,A Holm,Paie,Laval\n").form
        assert form["state"].value() is None
        assert not any(row["is_remembered"] for row in form.rows())

    def test_each_column_has_its_own_and_can_be_changed(self, pages):
        pages.upload(FILE).choose(**{"clear-2": "clear", "field-3": "own", "split-3": ""})
        form = pages.upload(FILE).form
        shown = [form[name].value() for name in ("clear-2", "field-3", "split-3")]
        assert (shown[0], shown[1].startswith("own"), shown[2]) == ("clear", True, "")
        pages.choose(**{"clear-2": "", "field-3": "topics", "split-3": ";"})
        assert pages.roster.fields["place"].clears == frozenset()
        assert pages.roster.fields["topics"].splits == {"skills": ";"}
        assert pages.upload(FILE).form["field-3"].value() == "topics"

    def test_they_are_found_in_an_older_file_too(self, pages):
        pages.upload(FILE).choose(**{"clear-2": "clear"})
        pages.upload("Email,Name\nb@example.org,B Li\n").choose()
        assert pages.upload(FILE).form["clear-2"].value() == "clear"

    def test_a_column_that_was_ignored_is_ignored_again(self, pages):
        pages.upload(FILE).choose(**{"field-2": ""})
        row = pages.upload(FILE).form.rows()[2]
        assert (row["field"].value(), row["is_remembered"]) == ("", True)
        assert "as before" in pages.page.content.decode()

    def test_cohort_and_role_are_those_of_the_last_import(self, pages, client):
        add = reverse("admin:applications_rosterupload_add")
        assert "As in your last import" not in pages.client.get(add).content.decode()
        pages.upload(FILE, role="mentor")
        page = pages.client.get(add)
        form = page.context["form"]
        assert (form["cohort"].value(), form["role"].value()) == (pages.cohort.pk, "mentor")
        assert "As in your last import" in page.content.decode()

    def test_the_columns_of_the_other_role_are_said(self, pages):
        pages.upload(FILE, role="mentor").choose()
        pages.upload(FILE, role="mentee")
        assert "people who apply as mentor" in pages.page.content.decode()
        pages.choose().upload(FILE, role="mentee")
        assert "people who apply as" not in pages.page.content.decode()


class TestMeanings:
    FILE = "Email,Name,Stage,Two roles,Pay?\na@example.org,A Holm,Middle,Both please,Surely\n"
    COLUMNS = {"field-2": "level", "field-3": "both", "field-4": "topics", "split-4": GRID}

    def test_they_are_shown_again_and_can_be_changed(self, pages):
        pages.upload(self.FILE).choose(create="on", **self.COLUMNS)
        pages.mean(Middle="3", Both="true", Surely="true")
        form = pages.upload(self.FILE.replace("a@", "b@")).form
        shown = {one.answer: form[name].value() for name, one in form.explained.items()}
        assert shown == {"Middle": "3", "Both please": "true", "Surely": "true"}
        assert "What these answers were said to mean" in pages.page.content.decode()
        pages.mean(Middle="4", Both="false", Surely="false")
        pages.take()
        application = Application.objects.get(person__email="b@example.org")
        assert (application.person.profile.level, application.topic_rows.count()) == (4, 0)

    def test_one_that_is_taken_away_is_asked_again(self, pages):
        pages.upload(self.FILE).choose(create="on", **self.COLUMNS)
        pages.mean(Middle="3", Both="true", Surely="true")
        pages.upload(self.FILE).mean(Middle="", Both="", Surely="")
        assert {one.answer for one in pages.form.answers.values()} == {
            "Middle",
            "Both please",
            "Surely",
        }

    def test_a_page_that_asks_for_less_takes_nothing_away(self, pages):
        """Another member may have explained more since the page was opened."""
        pages.upload(self.FILE).choose(create="on", **self.COLUMNS)
        pages.mean(Middle="3", Both="true", Surely="true")
        names = dict.fromkeys(pages.form.explained, False)
        pages.choose(**names)
        assert pages.form.answers == {}


class TestReading:
    @staticmethod
    def book(*sheets):
        book, file = openpyxl.Workbook(), io.BytesIO()
        book.remove(book.active)
        for name, *rows in sheets:
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(file)
        return file.getvalue()

    def test_the_sheet_and_its_heading_row_are_remembered(self, pages):
        people = ["People", ["Our list", "of 2026"], ["Email", "Name"], ["a@example.org", "A Holm"]]
        content = self.book(["Notes", ["Email", "Why"], ["x@example.org", "y"]], people)
        pages.upload(content)
        options = {"sheet": "People", "heading_row": "2", "heading_rows": "1"}
        pages.client.post(pages.url("reading"), options)
        jobs.run_due()
        assert pages.form.table.headers == ["Email", "Name"]
        pages.choose()
        pages.upload(content)
        assert pages.form.table.headers == ["Email", "Name"]
        assert "read as you chose for an earlier one" in pages.page.content.decode()
        pages.client.post(pages.url("reading"), {"sheet": "Notes"})
        jobs.run_due()
        assert pages.form.table.headers == ["Email", "Why"]
        assert "read as you chose" not in pages.page.content.decode()

    def test_they_are_not_used_where_they_find_no_columns(self, pages):
        pages.upload("Our list,\nEmail,Name\na@example.org,A Holm\n")
        pages.client.post(pages.url("reading"), {"heading_row": "2"})
        jobs.run_due()
        pages.choose()
        assert pages.upload(FILE).form.table.headers == ["Email", "Name", "Town", "Skills"]
        assert RosterUpload.system.latest("pk").read_options == {}

    def test_an_encoding_is_used_only_for_a_file_that_needs_it(self, pages):
        pages.upload("Email,Name\na@example.org,Zoë\n".encode("cp1252"))
        pages.client.post(pages.url("reading"), {"encoding": "cp1252"})
        jobs.run_due()
        pages.choose()
        pages.upload("Email,Name\na@example.org,Zoë\n")
        assert pages.form.table.answers("Name") == ("Zoë",)
        pages.upload("Email,Name\na@example.org,Zoé\n".encode("cp1252"))
        assert pages.form.table.answers("Name") == ("Zoé",)


MAP = """
[file]
encoding = "utf-8"
[application]
state = "accepted"
twice = "later"
[fields.email]
column = "Email"
[fields.name]
columns = ["Last", "First"]
join = ", "
[fields.topics]
pivot = {"Where: Pay" = "Total rewards", "Change" = "Managing change"}
keep = ["maybe"]
weight = 3
[fields.experiences]
column = "Lived"
split = "|"
create = true
depth = "accompanied"
rename = {"x" = "Y"}
[fields.mode]
default = "online"
[attributes.Sites]
column = "Sites"
split = "python"
values = {"N" = "North", "S" = "South"}
shared = true
[attributes.Days]
pivot = {"Mon" = "Monday"}
keep = ["yes"]
drop = ["never"]
[both]
column = "Two roles"
values = ["both"]
[matching]
capacity = 3
weights = {topics = 1.5}
"""
MAPPED = (
    "Email,First,Last,Where: Pay,Change,Lived,Sites,Mon,Two roles,Other\n"
    "a@example.org,A,Holm,Maybe,Definitely,x|y,\"['N']\",yes,both,z\n"
)


def test_a_map_that_was_uploaded_stays_as_it_is(pages):
    """Pressing "Check the rows" without a change writes the same map, grids included."""
    pages.upload(MAPPED, map_text=MAP)
    assert pages.form.answers == {}
    for _twice in range(2):
        pages.choose()
        before, after = read_map(MAP), pages.roster
        assert after.ignore == {"other"}
        for name in before.fields.keys() | after.fields.keys():
            assert after.fields[name] == before.fields[name], name
        for name in before.attributes.keys() | after.attributes.keys():
            assert after.attributes[name] == before.attributes[name], name
        assert (after.both, after.matching) == (before.both, before.matching)
        assert (after.encoding, after.state, after.twice) == ("utf-8", "accepted", "later")


def test_what_the_map_says_of_everyone_is_shown(pages):
    text = pages.upload(MAPPED, map_text=MAP).page.content.decode()
    assert "How to meet: “online” for everyone" in text
    assert "a list in Python&#x27;s notation" in text
    assert "several, separated by |" in text


class TestWords:
    FILE = "Email,Name,Topics\na@example.org,A Holm,Payy;Rubbish\n"

    @pytest.fixture
    def explained(self, pages, program):
        for n, name in enumerate(["Pay", "Change"]):
            Topic.objects.create(program=program, code=f"t{n}", names={"en": name}, position=n)
        pages.upload(self.FILE).choose()
        assert pages.words() == {"Payy": "=Pay", "Rubbish": "+"}
        pages.call(Payy="=Change", Rubbish="-")
        return pages.take()

    def test_what_they_were_called_is_shown_and_counts(self, explained):
        explained.upload(self.FILE.replace("a@", "b@")).choose()
        assert explained.words() == {"Payy": "=Change", "Rubbish": "-"}
        explained.take()
        rows = Application.objects.get(person__email="b@example.org").topic_rows.all()
        assert [str(row) for row in rows] == ["Change"]

    def test_it_can_be_changed(self, explained):
        explained.upload(self.FILE.replace("a@", "b@")).choose()
        explained.call(Payy="=Pay", Rubbish="+").take()
        rows = Application.objects.get(person__email="b@example.org").topic_rows.all()
        assert sorted(str(row) for row in rows) == ["Pay", "Rubbish"]
