"""Small files as real programs send them, imported on the committee's page.

Each file is invented and stands for a kind of trap. The right answer is in the test.
"""

import io
import time
import zipfile
from importlib import import_module

import openpyxl
import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.urls import reverse

from accounts.models import Industry, User
from applications.importing import BadFile, read_table
from applications.models import (
    Application,
    ImportedRow,
    NamedWish,
    PrivateAnswers,
    RosterJob,
)
from programs.models import Topic
from programs.spellings import unique_code
from testkit import factories

pytestmark = pytest.mark.django_db
MARK = '<span class="wm-chip wm-chip-amber">From import</span>'


def stored(email):
    application = Application.objects.get(person__email=email)
    private = PrivateAnswers.system.filter(application=application).first()
    wishes = NamedWish.system.filter(application=application)
    return {
        "name": application.person.name,
        "place": application.person.profile.place,
        "topics": sorted(str(row) for row in application.topic_rows.all()),
        "comments": private.needs if private else "",
        "avoid": [wish.written for wish in wishes],
    }


FIRST = (
    "Email,Name,Topics,Please not with,Comments\n"
    "iva@example.org,Iva Horn,Hiring;Change,Bo Rask,uses captions\n"
)
FIRST_FIELDS = ("email", "name", "topics", "avoid", "needs")
FEWER = "Email,Name,Town\niva@example.org,Iva Horn,Elora\n"


class TestALaterFileWithFewerColumns:
    @pytest.mark.parametrize("state", ["submitted", "accepted"])
    def test_it_changes_only_what_it_has_columns_for(self, bring, state):
        bring(FIRST, *FIRST_FIELDS, create="on", state=state)
        before = stored("iva@example.org")
        assert before["topics"] == ["Change", "Hiring"]
        check, done = bring(FEWER, "email", "name", "place")
        assert stored("iva@example.org") == {**before, "place": "Elora"}
        for page in (check, done):
            assert "– &rarr; Elora" in page

    def test_an_empty_cell_keeps_what_is_stored(self, bring):
        bring(FIRST, *FIRST_FIELDS, create="on")
        before = stored("iva@example.org")
        bring(FIRST.replace("Hiring;Change,Bo Rask,uses captions", ",,"), *FIRST_FIELDS)
        assert stored("iva@example.org") == before

    def test_an_empty_cell_clears_if_the_committee_chose_that_for_its_column(self, bring):
        bring(FIRST, *FIRST_FIELDS, create="on")
        empty = FIRST.replace("Hiring;Change,Bo Rask,uses captions", ",,")
        check, _done = bring(empty, *FIRST_FIELDS, **{"clear-4": "clear", "clear-2": "clear"})
        assert "uses captions &rarr; –" in check
        now = stored("iva@example.org")
        assert (now["topics"], now["comments"], now["avoid"]) == ([], "", ["Bo Rask"])

    def test_the_same_file_again_says_that_nothing_changes(self, bring):
        bring(FIRST, *FIRST_FIELDS, create="on")
        rows = ImportedRow.system.count()
        bring(FIRST, *FIRST_FIELDS)
        counts = RosterJob.system.latest().counts
        assert (counts["updated"], counts["unchanged"]) == (0, 1)
        assert ImportedRow.system.count() == rows


class TestACorrectedFile:
    WRONG = "Email,Name,Job title,Town\nole@example.org,Ole Sixten,HR Advisor,Elora\n"
    RIGHT = "Email,Name,Job title,Town\nole@example.org,Olé Sixtén,HR Manager,Fergus\n"
    FIELDS = ("email", "name", "job_title", "place")

    def test_it_corrects_what_the_person_has_not_changed(self, bring):
        bring(self.WRONG, *self.FIELDS)
        check, _done = bring(self.RIGHT, *self.FIELDS)
        assert "HR Advisor &rarr; HR Manager" in check
        ole = User.objects.get(email="ole@example.org")
        assert (ole.name, ole.profile.job_title, ole.profile.place) == (
            "Olé Sixtén",
            "HR Manager",
            "Fergus",
        )

    def test_what_the_person_changed_stays_and_the_page_says_so(self, bring):
        bring(self.WRONG, *self.FIELDS)
        ole = User.objects.get(email="ole@example.org")
        ole.profile.place = "Arthur"
        ole.profile.save()
        check, _done = bring(self.RIGHT, *self.FIELDS)
        assert "Arthur (the file says: Fergus)" in check
        ole.profile.refresh_from_db()
        assert (ole.profile.place, ole.profile.job_title) == ("Arthur", "HR Manager")

    def test_a_person_who_signed_up_alone_keeps_their_own_facts(self, bring):
        own = factories.person("Ole S.", email="ole@example.org")
        own.profile.job_title = "Head of People"
        own.profile.save()
        check, _done = bring(self.RIGHT, *self.FIELDS)
        own.refresh_from_db()
        own.profile.refresh_from_db()
        assert (own.name, own.profile.job_title) == ("Ole S.", "Head of People")
        assert own.profile.place == "Fergus"  # they had not said
        # Their account is no secret that a file can bring out.
        assert "Head of People" not in check


def test_names_that_look_like_nothing_stay_names(bring):
    bring(
        "Email,First name,Last name,Full name\n"
        "p1@example.org,Na,Kim,\np2@example.org,Maria,Null,\np3@example.org,Nan,Li,\n"
        "p4@example.org,,,None\n",
        "email",
        "first_name",
        "last_name",
        "name",
    )
    names = User.objects.filter(email__startswith="p").order_by("email")
    assert [person.name for person in names] == ["Na Kim", "Maria Null", "Nan Li", "None"]


@pytest.mark.parametrize("fields", [(), ("name", "name", "email")])
def test_the_first_name_comes_first_whatever_the_order_of_columns(bring, fields):
    check, _done = bring("Last name,First name,Email\nHolm,Ada,ah@example.org\n", *fields)
    assert "Ada Holm" in check
    assert User.objects.get(email="ah@example.org").name == "Ada Holm"


def test_a_second_verified_address_is_the_same_person(bring):
    amina = factories.person("Amina Farah", email="amina@example.org")
    EmailAddress.objects.create(user=amina, email="amina.home@example.org", verified=True)
    people = User.objects.count()
    bring("Email,Name\namina.home@example.org,Amina Farah\n")
    assert User.objects.count() == people
    assert Application.objects.get().person == amina


def test_an_address_that_someone_only_claims_is_not_theirs(bring):
    other = factories.person("Dan", email="dan.d@example.org")
    EmailAddress.objects.create(user=other, email="amina.home@example.org", verified=False)
    bring("Email,Name\namina.home@example.org,Amina Farah\n")
    assert Application.objects.get().person != other


def test_two_addresses_of_one_person_are_reported(bring):
    amina = factories.person("Amina Farah", email="amina@example.org")
    EmailAddress.objects.create(user=amina, email="amina.home@example.org", verified=True)
    check, _done = bring("Email,Name\namina@example.org,A\namina.home@example.org,A\n")
    assert "Row 3: This address belongs to the same person as the one in row 2." in check


def test_invisible_characters_are_removed_and_that_is_said(bring):
    check, done = bring("Email,Name\nzoe@example.org\u200b,Zoe\u2060 Unal\u00ad\n")
    person = User.objects.get(email="zoe@example.org")
    assert person.name == "Zoe Unal"
    for page in (check, done):
        assert "Row 2, Email: Invisible characters were removed from 1 cell." in page
        assert "Row 2, Name: Invisible characters were removed from 1 cell." in page


class TestUnequalWordsWithEqualSlugs:
    FILE = (
        "Email,Name,Topics\n"
        "t1@example.org,T One,C;C++;C#\n"
        "t2@example.org,T Two,職場;健康;Résumé;Resume\n"
    )

    def test_each_word_becomes_an_entry_of_its_own_at_every_import(self, bring):
        bring(self.FILE, "email", "name", "topics", create="on")
        names = {str(one) for one in Topic.objects.all()}
        assert names == {"C", "C++", "C#", "職場", "健康", "Résumé", "Resume"}
        bring(self.FILE.replace("t1", "t3").replace("t2", "t4"), "email", "name", "topics")
        assert Topic.objects.count() == len(names)

    def test_a_code_of_a_retired_word_is_not_used_again(self, bring, program):
        Topic.objects.create(
            program=program, code="pay", names={"en": "Wages"}, retired_on="2026-01-01"
        )
        bring("Email,Name,Topics\nt@example.org,T,Pay\n", "email", "name", "topics", create="on")
        assert str(Application.objects.get().topic_rows.get().topic) == "Pay"

    def test_codes_are_the_same_wherever_they_are_made(self):
        taken = set()
        codes = [unique_code(word, taken) for word in ("C", "C++", "C#", "職場", "健康", "C")]
        assert len(set(codes)) == 6
        assert codes[1] == unique_code("C++", set())

    def test_new_words_come_last(self, bring, program):
        Topic.objects.create(program=program, code="x", names={"en": "Known"}, position=40)
        bring("Email,Name,Topics\nt@example.org,T,Pay\n", "email", "name", "topics", create="on")
        assert [str(one) for one in Topic.objects.current(program)] == ["Known", "Pay"]

    def test_new_words_are_marked_in_the_list_and_where_words_are_merged(
        self, bring, program, as_user, cleo
    ):
        Topic.objects.create(program=program, code="x", names={"en": "Known"})
        file = "Email,Name,Topics,Industry\nt@example.org,T,Pay;Known,Rail\n"
        bring(file, "email", "name", "topics", "industries", create="on")
        marked = {str(one): one.is_from_import for one in Topic.objects.all()}
        assert marked == {"Known": False, "Pay": True}
        assert Industry.objects.get().is_from_import
        client, url = as_user(cleo), reverse("admin:programs_topic_changelist")
        assert client.get(url).content.decode().count(MARK) == 1
        only = client.get(url, {"is_from_import__exact": 1}).context["cl"].result_list
        assert [str(one) for one in only] == ["Pay"]
        chosen = Topic.objects.values_list("pk", flat=True)
        data = {"action": "merge_selected", "_selected_action": list(chosen)}
        assert client.post(url, data).content.decode().count(MARK) == 1
        industries = reverse("admin:accounts_industry_changelist")
        assert MARK in client.get(industries).content.decode()

    def test_a_word_that_is_too_long_is_reported_and_not_cut(self, bring):
        file = f"Email,Name,Topics\nt@example.org,T,{'w' * 121}\n"
        check, _done = bring(file, "email", "name", "topics", create="on")
        assert "has more than 120 characters" in check
        assert not Topic.objects.exists()


def sheet(*rows, far=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if far:
        book.active[far] = "stray"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class TestLimits:
    def test_a_stray_cell_far_below_costs_next_to_nothing(self):
        rows = [("Email", "Name"), *((f"p{n}@example.org", f"P {n}") for n in range(500))]
        started = time.process_time()
        read_table(sheet(*rows))
        usual = time.process_time() - started
        content = sheet(*rows, far="A1048576")
        started = time.process_time()
        table = read_table(content)
        assert len(table.rows) == 501
        assert table.numbers[-1] == 1048576
        assert time.process_time() - started < max(3 * usual, usual + 1)

    def test_a_cell_far_to_the_right_is_reported_with_its_row(self):
        with pytest.raises(BadFile, match="Row 2 has more cells"):
            read_table(sheet(("Email", "Name"), ("p@example.org", "P"), far="XFD2"))

    def test_a_workbook_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked(
        self, monkeypatch
    ):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * (101 * 2**20))
        monkeypatch.setattr(openpyxl, "load_workbook", None)
        with pytest.raises(BadFile, match="unpacks to more than 100 MB"):
            read_table(out.getvalue())

    def test_a_workbook_of_the_old_format_is_named(self):
        with pytest.raises(BadFile, match="old Excel workbook"):
            read_table(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100)

    def test_too_many_rows_stop_the_reading_at_once(self):
        lines = (f"p{n}@example.org,P\n" for n in range(20_001))
        with pytest.raises(BadFile, match="more than 20000 rows"):
            read_table(("Email,Name\n" + "".join(lines)).encode())

    def test_too_many_filled_cells_stop_the_reading(self, monkeypatch):
        monkeypatch.setattr("applications.importing.tables.MAX_FILLED_CELLS", 3)
        with pytest.raises(BadFile, match="more than 3 filled cells"):
            read_table(b"a,b\n1,2\n3,4\n")

    def test_a_cell_that_is_too_long_is_told_with_its_row(self):
        with pytest.raises(BadFile, match="Row 2 has a cell of more than 131072 characters"):
            read_table(b"Email,Name\na@example.org," + b"x" * 140_000 + b"\n")

    @pytest.mark.parametrize("content", [b'{"a": "b, c"}', b' [\n{"Email": "x"}]'])
    def test_a_json_file_is_named(self, content):
        with pytest.raises(BadFile, match="This is a JSON file"):
            read_table(content)

    def test_a_stray_quotation_mark_is_told_with_its_row_in_our_words(self):
        with pytest.raises(BadFile, match="Row 2 is not a row of a table: a quotation mark"):
            read_table(b'Email,Name\na@example.org,"Ann "Annie" Smith"\nb@example.org,Bo\n')


class TestUnknownStaysUnknown:
    FILE = "Email,Name\nune@example.org,Une Known\n"

    def test_what_the_file_does_not_say_is_not_stored(self, bring):
        bring(self.FILE, role="mentor")
        une = Application.objects.get()
        assert (une.rhythm_days, une.capacity, une.is_first_time) == (None, None, None)

    def test_the_review_page_says_that_it_is_unknown_and_never_no(self, bring, as_user, cleo):
        bring(self.FILE, role="mentor")
        url = reverse("admin:applications_application_change", args=[Application.objects.get().pk])
        context = as_user(cleo).get(url).context
        rows = [row for section in context["sections"] for row in section.rows]
        assert rows
        assert not [row for row in rows if list(map(str, row.lines)) == ["no"]]
        unknown = {str(label) for label in context["unanswered"]}
        assert {"This is my first time as a mentor", "I accept the code of conduct"} <= unknown

    def test_a_mentor_of_unknown_capacity_takes_one_mentee(self, bring, program):
        bring(self.FILE, role="mentor")
        une = Application.objects.get()
        capacity_for = program.policy.capacity_for
        assert capacity_for(une.capacity, is_first_time=une.is_first_time) == 1
        assert capacity_for(3, is_first_time=None) == program.policy.capacity_max

    def test_defaults_that_earlier_versions_stored_become_unknown(self, bring):
        bring("Email,Name,Mentees\nune@example.org,Une,1\n", "email", "name", "capacity")
        Application.objects.update(rhythm_days=30, is_first_time=False)
        migration = import_module("applications.migrations.0009_forget_unsaid_answers")
        migration.forget_unsaid_answers(apps, None)
        une = Application.objects.get()
        assert (une.rhythm_days, une.capacity, une.is_first_time) == (None, 1, None)

    def test_what_the_file_says_is_stored(self, bring):
        bring(
            "Email,Name,First time,Mentees,How often\nune@example.org,Une,no,2,every month\n",
            "email", "name", "is_first_time", "capacity", "rhythm_days", role="mentor",
        )  # fmt: skip
        une = Application.objects.get()
        assert (une.rhythm_days, une.capacity, une.is_first_time) == (30, 2, False)


def test_a_column_of_one_answer_has_no_separator(bring):
    bring("Email,Name\nude@example.org,Ud&eacute; Lim\n")
    assert RosterJob.system.latest().upload.map_text.count("splits") == 0
