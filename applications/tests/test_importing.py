"""Rosters of every bad habit: nothing is guessed, nothing is half done, nothing comes twice."""

import io

import pytest
import tablib
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from applications.importing import BadFile, BadMap, read_map, read_records, read_table, save_records
from applications.importing.normalization import split_answers
from applications.models import Application, ApplicationTopic, NamedWish, QuestionAnswer
from programs.models import Topic
from testkit import factories
from workflow.models import Transition

MAP = """
ignore = ["Start time"]
[application]
state = "accepted"
code_accepted = true
orientation_passed = true
[fields.key]
column = "Staff id"
[fields.email]
column = "E-mail"
[fields.name]
columns = ["First name", "Last name"]
[fields.employer]
column = "Where do you work?"
[fields.capacity]
column = "How many?"
values = { "One, please!" = 1, "I'm willing to take on two mentees." = 2 }
[fields.topics]
column = "Which of these can you help with? (tick all)"
split = ";"
remove = "Skill: "
create = true
[fields.prefer]
column = "Names or ids you prefer"
split = " ,;"
[attributes.sites]
pivot = { "Where: North" = "North", "Where: South" = "South" }
keep = ["Definitely yes", "I'd make it work."]
"""
HEAD = (
    "Staff id,Start time,E-mail,First name,Last name,Where do you work?,How many?,"
    '"Which of these can you help\nwith? (tick all)",Names or ids you prefer,'
    "Where: North,Where: South\n"
)
MEI = (
    "101,2026-01-01 10:00,Mei.Lin@Example.org,Mei,Lin,Fjord Co,"
    '"I’m willing to take on two mentees.",Skill: Talks;Skill: Pay;,,Definitely Yes,No\n'
)
OLA = (
    '102 ,,ola@example.org,Ola,Berg,fjord  co,"One, please!",'
    'skill: talks;,"101,  ",,"I’d make it work."\n'
)


def load(text, cohort, *, role="mentor", roster=MAP, **options):
    table = read_table(text if isinstance(text, bytes) else text.encode())
    roster = read_map(roster)
    records, problems = read_records(table, roster, role=role)
    return problems or save_records(records, roster, cohort=cohort, by=None, **options)


def problems(text, cohort, **options):
    found = load(text, cohort, **options)
    return [str(one) for one in (found if isinstance(found, list) else found.problems)]


@pytest.mark.django_db
class TestWhatComesIn:
    def test_a_messy_export_becomes_clean_applications(self, cohort):
        assert load(HEAD + MEI + OLA, cohort).created == 2
        mei, ola = Application.objects.order_by("external_key")
        assert (mei.external_key, mei.person.email, mei.person.name, mei.capacity) == (
            "101",
            "mei.lin@example.org",
            "Mei Lin",
            2,
        )
        assert [str(row) for row in mei.topic_rows.all()] == ["Talks", "Pay"]
        assert mei.person.profile.employer == ola.person.profile.employer
        own = QuestionAnswer.system.get(application=ola)
        assert (own.question.heading, own.values) == ("sites", ["South"])
        assert NamedWish.system.get().person == mei.person

    def test_the_map_sets_state_orientation_and_code_of_conduct(self, cohort):
        load(HEAD + MEI, cohort)
        assert Application.objects.ready().count() == 1
        assert (
            Transition.objects.of(Application.objects.get()).get().why == "imported from a roster"
        )

    def test_the_same_file_twice_changes_nothing(self, cohort):
        load(HEAD + MEI + OLA, cohort)
        before = [list(m.objects.values()) for m in (User, Application, Topic)]
        again = load(HEAD + MEI + OLA, cohort)
        assert (again.created, again.updated, again.unchanged, again.people_created) == (0, 0, 2, 0)
        assert [list(m.objects.values()) for m in (User, Application, Topic)] == before
        assert ApplicationTopic.objects.count() == 3

    def test_an_answer_that_its_person_changed_stays_and_is_told(self, cohort):
        load(HEAD + MEI, cohort)
        Application.objects.update(version=1, capacity=1)
        again = load(HEAD + MEI, cohort)
        assert [one.kept for one in again.changes] == [{"capacity": (1, 2)}]
        assert Application.objects.get().capacity == 1

    @pytest.mark.parametrize("state", ["draft", "declined"])
    def test_an_application_that_is_not_open_is_passed_over_with_a_reason(self, cohort, state):
        load(HEAD + MEI, cohort)
        Application.objects.update(state=state, capacity=1)
        again = load(HEAD + MEI, cohort)
        assert (again.skipped, "not changed" in again.changes[0].reason) == (1, True)
        assert Application.objects.get().capacity == 1

    def test_a_dry_run_counts_and_writes_nothing(self, cohort):
        assert load(HEAD + MEI + OLA, cohort, dry_run=True).created == 2
        assert not User.objects.exists()

    def test_a_known_person_keeps_the_profile(self, cohort):
        mei = factories.person(
            "Mei Lin Berg", email="mei.lin@example.org", employer="Own Words Ltd"
        )
        load(HEAD + MEI, cohort)
        mei.refresh_from_db()
        assert (mei.name, str(mei.profile.employer)) == ("Mei Lin Berg", "Own Words Ltd")

    def test_a_person_who_answers_both_gets_two_applications(self, cohort):
        roster = MAP + '[both]\ncolumn = "Start time"\nvalues = ["both"]\n'
        load(
            HEAD + MEI.replace("2026-01-01 10:00", "Both"),
            cohort,
            roster=roster.replace('ignore = ["Start time"]', ""),
        )
        assert sorted(Application.objects.values_list("role", flat=True)) == ["mentee", "mentor"]
        assert Application.objects.values("person").distinct().count() == 1

    def test_another_word_than_yes_or_no_about_the_other_role_is_reported(self, cohort):
        roster = MAP.replace('ignore = ["Start time"]', "")
        roster += '[both]\ncolumn = "Start time"\nvalues = ["both"]\n'
        row = MEI.replace("2026-01-01 10:00", "Perhaps")
        [problem] = problems(HEAD + row, cohort, roster=roster)
        assert problem.startswith("Row 2, Start time: “Perhaps”: say whether")
        assert not load(HEAD + row, cohort, roster=roster + 'drop = ["perhaps"]\n').problems
        assert Application.objects.get().role == "mentor"

    def test_named_wishes_are_resolved_in_either_order_of_imports(self, cohort):
        load(HEAD + OLA, cohort, role="mentee")
        assert NamedWish.system.get().person is None
        load(HEAD + MEI, cohort)
        assert NamedWish.system.get().person.name == "Mei Lin"


@pytest.mark.django_db
class TestInvalidFiles:
    @pytest.mark.parametrize(
        ("row", "says"),
        [
            (MEI.replace("Mei.Lin@Example.org", "not an address"), "Row 2, E-mail"),
            (MEI.replace("Mei.Lin@Example.org", ""), "This cell is empty"),
            (
                MEI.replace("Mei,Lin", "https://spam.example,x"),
                "without links or control characters",
            ),
            (MEI.replace("I’m willing to take on two mentees.", "Two"), "not one of the answers"),
            (
                MEI.replace(
                    "I’m willing to take on two mentees.", "I'm willing to take two mentees"
                ),
                "Did you mean “I'm willing",
            ),
            (MEI.replace("Mei,Lin", "M" * 90 + ",Lin"), "more than 80 characters"),
            (MEI + OLA.replace("102 ", "101"), "the id of the person in row 2"),
            (MEI + OLA.replace("ola@", "mei.lin@"), "the same person as in row 2"),
        ],
    )
    def test_an_invalid_row_is_reported(self, cohort, row, says):
        found = problems(HEAD + row, cohort)
        assert says in " ".join(found)
        assert not User.objects.exists()

    def test_one_invalid_row_stops_the_import(self, cohort):
        assert problems(HEAD + MEI + OLA.replace("ola@example.org", "ola"), cohort)
        assert not Application.objects.exists()

    def test_an_unmapped_column_is_reported(self, cohort):
        found = problems("Shoe size," + HEAD + "38," + MEI, cohort)
        assert found == [
            "The file, Shoe size: The map does not name this column. "
            "Map it or list it under “ignore”."
        ]

    def test_a_missing_column_is_reported_with_the_closest_name(self, cohort):
        found = problems(HEAD.replace("How many?", "How many ?!") + MEI, cohort)
        assert "Did you mean “How many ?!”?" in found[0]

    def test_an_unknown_topic_is_refused_unless_the_map_creates(self, cohort):
        Topic.objects.create(code="speaking", names={"en": "Talks", "fr": "Exposés"})
        Topic.objects.create(code="wages", names={"en": "Rewards"})
        found = problems(HEAD + MEI, cohort, roster=MAP.replace("create = true", ""))
        assert [one for one in found if "Pay" in one] == [
            "Row 2, topics: “Pay” is not in the vocabulary."
        ]

    def test_no_one_is_imported_without_the_commitment(self, cohort):
        roster = (
            MAP.replace('ignore = ["Start time"]', "")
            + '[fields.commitment]\ncolumn = "Start time"\n'
        )
        assert (
            "did not agree"
            in problems(HEAD + MEI.replace("2026-01-01 10:00", "No"), cohort, roster=roster)[0]
        )


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_encodings_with_a_byte_order_mark_are_read(self, encoding):
        assert read_table("Näme,b\nÉva,2\n".encode(encoding)).headers == ("Näme", "b")

    def test_another_encoding_is_reported_by_line_and_can_be_given(self):
        content = "Name,b\nok,1\nÉva,2\n".encode("cp1252")
        with pytest.raises(BadFile, match="Line 3 is not UTF-8"):
            read_table(content)
        assert read_table(content, encoding="cp1252").rows[1] == ("Éva", "2")

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "empty"),
            (b"\xef\xbb\xbf \r\n", "empty"),
            (b"a,b\n", "no rows"),
            (b"a,b\n1,2,3\n", "more cells"),
            (b'a,b\n"1,2\n', "Row 2 is not a row of a table"),
            (b"a,b\n1,\x00\xff\n", "not UTF-8"),
            (b"PK\x03\x04nonsense", "workbook"),
            (b"x" * (10 * 2**20 + 1), "larger than"),
        ],
    )
    def test_a_file_without_a_table_is_refused_with_a_reason(self, content, says):
        with pytest.raises(BadFile, match=says):
            read_table(content)

    @pytest.mark.parametrize("encoding", ["klingon", "punycode", "idna", "undefined", "hex"])
    def test_an_encoding_that_reads_no_text_is_refused(self, encoding):
        with pytest.raises(BadFile, match=r"unknown encoding|not UTF-8"):
            read_table("a,b\né,2\n".encode(), encoding=encoding)

    def test_half_a_character_becomes_one_that_can_be_stored(self):
        table = read_table(rb"a,b" b"\n" rb"\ud800,2", encoding="unicode_escape")
        assert table.rows == (("\ufffd", "2"),)
        assert split_answers(r"['\ud800x', 'y\0']", "python") == ["\ufffdx", "y"]

    def test_semicolons_tabs_and_workbooks_are_read(self):
        workbook = tablib.Dataset(["Éva", 2], headers=["a", "b"]).export("xlsx")
        for content in (b"a;b\n\xc3\x89va;2\n", "a\tb\nÉva\t2\n".encode(), workbook):
            assert read_table(content).rows == (("Éva", "2"),)


class TestMaps:
    @pytest.mark.parametrize(
        ("change", "says"),
        [
            (("[fields.email]", "[fields.emial]"), "Did you mean “email”"),
            (("split", "spilt"), "Did you mean “split”"),
            (('state = "accepted"', 'state = "matched"'), "is unknown"),
            (('column = "E-mail"', ""), "needs one of"),
            (("keep =", "# keep ="), "which answers to keep"),
            (("[fields.key]", "[fields.key"), "not valid TOML"),
            (("[fields.key]", "deep = " + "[" * 5000 + "\n[fields.key]"), "not valid TOML"),
            (('column = "E-mail"', 'column = "a\\u0000"'), "null character"),
            (('column = "E-mail"', 'default = ["a\\u0000"]'), "null character"),
            (('column = "E-mail"', 'rename = {"a\\u0000" = "b"}'), "null character"),
        ],
    )
    def test_an_invalid_map_is_refused(self, change, says):
        with pytest.raises(BadMap, match=says):
            read_map(MAP.replace(*change))

    @pytest.mark.parametrize(
        ("key", "value", "kind"),
        [
            ("columns", "5", "a list"),
            ("column", "[]", "a text"),
            ("values", "[1]", "a table"),
            ("pivot", '"x"', "a table"),
            ("splits", "5", "a table"),
            ("keep", "5", "a list"),
            ("clear", "5", "true or false"),
            ("weight", '"2"', "a whole number"),
            ("create", '"no"', "true or false"),
        ],
    )
    def test_a_value_of_another_kind_is_refused(self, key, value, kind):
        fields = f'[fields.name]\ncolumn = "n"\n[fields.email]\n{key} = {value}\n'
        with pytest.raises(BadMap, match=rf"\[fields.email\] {key} must be {kind}"):
            read_map(fields)

    @pytest.mark.parametrize("text", ['file = "x"', "ignore = 5", "application = 5", "both = []"])
    def test_a_table_of_another_kind_is_refused(self, text):
        with pytest.raises(BadMap, match="must be"):
            read_map(f'{text}\n[fields.email]\ncolumn = "e"\n[fields.name]\ncolumn = "n"\n')

    def test_a_map_without_addresses_is_refused(self):
        with pytest.raises(BadMap, match="email"):
            read_map('[fields.name]\ncolumn = "n"\n')

    def test_lists_in_python_notation(self):
        roster = read_map(MAP.replace('split = " ,;"', 'split = "python"'))
        table = read_table(
            (HEAD + MEI.replace(";,,Def", ";,\"['101', 'None', '102']\",Def")).encode()
        )
        records, _problems = read_records(table, roster, role="mentor")
        assert records[0].lists["prefer"] == ["101", "102"]


@pytest.mark.django_db
class TestCommand:
    @pytest.fixture
    def files(self, tmp_path):
        (tmp_path / "map.toml").write_text(MAP)
        (tmp_path / "in.csv").write_text(HEAD + MEI + OLA)
        return tmp_path

    def run(self, cohort, files, *extra):
        out = io.StringIO()
        call_command(
            "import_roster",
            cohort,
            "mentor",
            files / "in.csv",
            "--map",
            files / "map.toml",
            *extra,
            stdout=out,
            stderr=out,
        )
        return out.getvalue()

    def test_it_reports_what_it_did(self, cohort, files):
        assert "2 rows: 2 applications were created" in self.run(cohort.slug, files)

    def test_a_dry_run_reports_what_it_would_do(self, cohort, files):
        assert "would be created" in self.run(cohort.slug, files, "--dry-run")
        assert not Application.objects.exists()

    def test_problems_stop_it(self, cohort, files):
        (files / "in.csv").write_text(HEAD + MEI.replace("@", " at "))
        with pytest.raises(CommandError, match="nothing was imported"):
            self.run(cohort.slug, files)

    def test_an_unknown_cohort_is_reported_with_the_known_ones(self, cohort, files):
        with pytest.raises(CommandError, match=cohort.slug):
            self.run("spring-99", files)


@pytest.mark.django_db
def test_five_thousand_rows_take_few_queries(cohort, django_assert_max_num_queries):
    rows = "".join(
        f'{n},,p{n}@example.org,Pat {n},Smith,Firm {n % 40},"One, please!",'
        "Skill: Talks;Skill: Pay;,,No,No\n"
        for n in range(1, 5001)
    )
    with django_assert_max_num_queries(1000):
        assert load(HEAD + rows, cohort).created == 5000


@pytest.mark.django_db
def test_an_import_asks_as_often_for_many_people_as_for_few(cohort):
    def asked(numbers):
        rows = "".join(
            f"{n},,p{n}@example.org,P,{n},Works {n},,Skill: Talks;Skill: Pay;,,Definitely Yes,No\n"
            for n in numbers
        )
        with CaptureQueriesContext(connection) as queries:
            assert load(HEAD + rows, cohort).created == len(numbers)
        return [query["sql"] for query in queries]

    asked(range(1000, 1003))
    few, many = asked(range(2000, 2003)), asked(range(3000, 3040))
    assert len(many) < len(few) + 5  # SQLite splits a long INSERT
    # A CASE for every value: the larger the import, the slower each of its rows.
    assert not [sql for sql in many if "CASE" in sql]
