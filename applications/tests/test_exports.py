"""Exports of the committee's lists: what is in them, for whom, and that importing changes nothing.

Both formats, both languages, over the real pages.
"""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Industry, Language
from applications.importing import export_words
from applications.importing.parsers import InvalidCell, parse
from applications.models import (
    Application,
    ApplicationExperience,
    ApplicationTopic,
    NamedWish,
    PrivateAnswers,
    QuestionAnswer,
)
from programs.models import Conflict, Experience, ProgramQuestion, Topic
from programs.spreadsheets import protected, unprotected
from testkit import factories
from testkit.table_snapshots import differences, snapshot

from .export_files import export, import_again

pytestmark = pytest.mark.django_db

LANGUAGES = ("en", "fr")
KINDS = ("csv", "xlsx")
FORMULAS = ("=1+1", "+1 519 555 0100", "-2", "@sum", "'=1+1", "\t=1", "''-x", "it's")
CHOSEN = {
    "help_kinds": ["listen", "progress"],
    "mentor_styles": ["frank", "organised"],
    "join_reasons": ["learn"],
    "hours_per_month": 6,
}
# The import itself, and that someone has exported.
OF_THE_IMPORT = ("applications.RosterUpload", "applications.RosterJob", "admin.LogEntry")
SIGN_IN = ("sessions.Session", "usersessions.UserSession")


def rows_of(content: bytes, kind: str) -> list[dict[str, str]]:
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    head, *lines = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [
        dict(zip(head, ("" if one is None else one for one in line), strict=True)) for line in lines
    ]


@pytest.fixture
def full(ben, ada, cohort, vocabulary):
    """Two applications of each answer that there is, with everything that is hard to write."""
    topics, experiences = list(Topic.objects.all()), list(Experience.objects.all())
    grade, sites = (
        ProgramQuestion.objects.create(program=cohort.program, heading=name, asked=asked)
        for name, asked in (("grade", "both"), ("sites", "both"))
    )
    for person, role in ((ben, "mentee"), (ada, "mentor"), (ada, "mentee")):
        one = factories.application(
            person, cohort, role=role, state="submitted", external_key=f"K; {person.pk}",
            situation="First\r\nsecond line; with, marks", hopes="=2+5", mode="either",
            travel_km=12, rhythm_days=14, capacity=2, is_first_time=True, **CHOSEN,
        )  # fmt: skip
        for topic, weight in zip(topics, (1, 2, 3), strict=False):
            ApplicationTopic.objects.create(application=one, topic=topic, weight=weight)
        depths = ["now"] if role == "mentee" else ["lived", "accompanied"]
        for experience, depth in zip(experiences, depths, strict=False):
            ApplicationExperience.objects.create(
                application=one, experience=experience, depth=depth, is_shared=True
            )
        private = PrivateAnswers(application=one, needs="-none", limits="", accommodations="@x")
        private.training_needs = ["questions", "ending"]
        private.save()
        for question, values in ((grade, ["Grade 7"]), (sites, ["North; yard", "None of it's"])):
            answer = QuestionAnswer(application=one, question=question)
            answer.values = values
            answer.save()
        for rank, written in enumerate(("Roy, Ann", "Sam; Lee"), start=1):
            NamedWish.objects.create(application=one, kind="avoid", rank=rank, written=written)
        NamedWish.objects.create(application=one, kind="prefer", written="=Bo")
        profile = person.profile
        profile.level, profile.years_experience = 3, 7
        profile.phone, profile.place = "+1 519 555 0100", "Élora"
        profile.about, profile.job_title = "None", "  HR\u200b lead"
        profile.availability = ["sat-morning", "tue-evening"]
        profile.save()
        profile.languages.set(Language.objects.all())
        profile.industries.set(Industry.objects.all())
    Topic.objects.filter(pk=topics[0].pk).update(retired_on=date(2026, 1, 1))
    return cohort


def client_in(as_user, user, language):
    user.language = language
    user.save()
    client = as_user(user)
    client.cookies["django_language"] = language
    return client


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_importing_an_export_changes_nothing(full, as_user, cleo, language, kind):
    client = client_in(as_user, cleo, language)
    before = snapshot(without=(*OF_THE_IMPORT, *SIGN_IN), exactly=True)
    job = import_again(client, export(client, kind), full, kind=kind)
    expected = {"unchanged": 3, "created": 0, "updated": 0, "skipped": 0, "kept": 0}
    assert {name: job.counts[name] for name in expected} == expected, job.report
    assert differences(before, snapshot(without=(*OF_THE_IMPORT, *SIGN_IN), exactly=True)) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_export_brings_back_what_was_lost(full, as_user, cleo, language):
    client = client_in(as_user, cleo, language)
    content = export(client, "csv")
    blank = Application()
    Application.objects.update(**{name: getattr(blank, name) for name in CHOSEN})
    PrivateAnswers.system.update(training_needs=[])
    job = import_again(client, content, full, kind="csv")
    assert job.counts["updated"] == 3, job.report
    for one in Application.objects.all():
        assert {name: getattr(one, name) for name in CHOSEN} == CHOSEN
    found = PrivateAnswers.system.values_list("training_needs", flat=True)
    assert list(found) == [["questions", "ending"]] * 3


def test_an_answer_that_is_not_one_of_the_choices_is_named():
    assert parse("help_kinds", "Honest feedback") == "feedback"
    with pytest.raises(InvalidCell, match="“Magic” is not one of: listen, advice"):
        parse("help_kinds", "Magic")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headings_of_an_export_differ_and_are_known_again(language):
    with override(language):
        headings = [export_words.heading(name) for name in export_words.FIELDS]
    assert len(set(headings)) == len(headings)
    assert "ignore = []" in export_words.map_of_export(headings)


def test_a_file_of_another_tool_is_no_export():
    assert export_words.map_of_export(["E-mail address", "Name", "Phone"]) == ""


class TestFormulas:
    @pytest.mark.parametrize("text", FORMULAS)
    def test_protection_is_put_on_and_taken_off(self, text):
        stored = protected(text)
        assert not str(stored).startswith(("=", "+", "-", "@", "\t", "\r"))
        assert unprotected(str(stored)) == text

    @pytest.mark.parametrize("kind", KINDS)
    def test_no_cell_of_an_export_is_run(self, full, as_user, cleo, kind):
        content = export(as_user(cleo), kind)
        cells = [cell for row in rows_of(content, kind) for cell in row.values()]
        assert "'=2+5" in cells
        assert not [cell for cell in cells if str(cell).startswith(("=", "+", "-", "@", "\t"))]
        if kind == "xlsx":
            sheet = openpyxl.load_workbook(io.BytesIO(content)).active
            assert "f" not in {cell.data_type for line in sheet for cell in line}

    def test_numbers_stay_numbers_in_a_workbook(self, full, as_user, cleo):
        row = rows_of(export(as_user(cleo), "xlsx"), "xlsx")[0]
        assert (row["How many mentees"], row["Travel in km"]) == (2, 12)


PRIVATE_COLUMNS = (
    "For the committee: comments",
    "For the committee: what would help",
    "Would like to be paired with",
    "Would rather not be paired with",
    "Question: grade",
)


class TestWhoReadsWhat:
    """The same rules as the review page: `mentoring/tests/test_confidentiality_table.py`."""

    def rows(self, client):
        return rows_of(export(client), "csv")

    @pytest.mark.parametrize("role", ["reader", "matcher", "chair"])
    def test_reviewers_get_the_answers_for_the_committee(self, full, as_user, program, role):
        for row in self.rows(as_user(factories.member(program=program, role=role))):
            assert all(row[column] for column in PRIVATE_COLUMNS)

    def test_a_carer_gets_those_of_the_people_in_their_care_only(
        self, full, as_user, program, ben, ada
    ):
        carer = factories.member(program=program, role="carer")
        factories.person("Cy Vance")
        pair = factories.match(ben, ada, factories.cohort(program=program, slug="other"))
        type(pair).objects.filter(pk=pair.pk).update(carer=carer)
        rows = self.rows(as_user(carer))
        read = [bool(row.get("For the committee: comments")) for row in rows]
        assert len(rows) == 5
        assert not any(read)  # their other applications are in nobody's care
        PrivateAnswers.objects.create(application=pair.mentee, needs="captions")
        read = [row for row in self.rows(as_user(carer)) if row["For the committee: comments"]]
        assert [row["E-mail address"] for row in read] == [ben.email]
        assert all(row["Situation (shared with the match)"] for row in rows if row["Phone"])

    def test_who_has_a_conflict_of_interest_is_not_in_the_file(self, full, as_user, cleo, ben):
        Conflict.objects.create(member=cleo, person=ben)
        assert {row["Name"] for row in self.rows(as_user(cleo))} == {"Ada Brook"}

    def test_a_wish_that_names_a_hidden_person_is_left_out_with_its_like(
        self, full, as_user, cleo, ben
    ):
        hidden = factories.person("Bo Rask")
        Conflict.objects.create(member=cleo, person=hidden)
        wish = NamedWish.system.filter(kind="avoid").first()
        NamedWish.system.filter(pk=wish.pk).update(
            person=hidden, decided_by=cleo, decided_at=timezone.now()
        )
        cells = [row["Would rather not be paired with"] for row in self.rows(as_user(cleo))]
        assert sorted(map(bool, cells)) == [False, True, True]
        # The file says nothing about the wishes of that person, so importing it keeps them all.
        client = as_user(cleo)
        before = snapshot(without=(*OF_THE_IMPORT, *SIGN_IN), exactly=True)
        import_again(client, export(client), full)
        assert differences(before, snapshot(without=(*OF_THE_IMPORT, *SIGN_IN), exactly=True)) == {}

    def test_the_committee_of_another_program_gets_an_empty_list(self, full, as_user):
        other = as_user(factories.member(program=factories.program(), role="chair"))
        page = other.get(reverse("admin:applications_application_export")).content.decode()
        assert "nothing to export" in page
        assert rows_of(export(other), "csv") == []

    @pytest.mark.parametrize("model", ["applications_application", "matches_match"])
    def test_no_one_else_exports(self, full, as_user, dan, ben, client, model):
        address = reverse(f"admin:{model}_export")
        for one in (as_user(dan), as_user(ben), client):
            response = one.post(address, {"format": "csv"})
            assert "Content-Disposition" not in response
        assert not LogEntry.objects.exists()

    def test_an_erased_person_is_not_in_the_file(self, full, as_user, cleo, ben):
        type(ben).objects.filter(pk=ben.pk).update(email="erased-1@erased.invalid", name="Erased")
        assert {row["Name"] for row in self.rows(as_user(cleo))} == {"Ada Brook"}


class TestTheList:
    def test_the_list_leads_to_a_page_that_says_what_is_in_the_file(self, full, as_user, cleo):
        client = as_user(cleo)
        page = client.get(reverse("admin:applications_application_changelist")).content.decode()
        assert f'href="{reverse("admin:applications_application_export")}"' in page
        page = client.get(reverse("admin:applications_application_export")).content.decode()
        assert "Applications: 3 rows." in page
        assert not LogEntry.objects.exists()

    def test_the_file_has_what_the_filters_show(self, full, as_user, cleo):
        client = as_user(cleo)
        page = client.get(reverse("admin:applications_application_export") + "?role__exact=mentor")
        assert "Applications: 1 row." in page.content.decode()
        assert "Only the rows" in page.content.decode()
        rows = rows_of(export(client, role__exact="mentor"), "csv")
        assert [row["Role"] for row in rows] == ["mentor"]

    def test_an_unknown_filter_is_refused_as_on_the_list(self, full, as_user, cleo):
        address = reverse("admin:applications_application_export")
        assert as_user(cleo).get(f"{address}?person__email__startswith=b").status_code == 400

    def test_an_unknown_kind_of_file_is_a_form_error(self, full, as_user, cleo):
        address = reverse("admin:applications_application_export")
        response = as_user(cleo).post(address, {"format": "exe"})
        assert (response.status_code, LogEntry.objects.count()) == (200, 0)

    def test_who_exported_what_is_in_the_history_of_the_program(self, full, as_user, cleo, program):
        client = as_user(cleo)
        export(client, "xlsx")
        history = client.get(reverse("admin:programs_program_history", args=[program.pk]))
        assert "Exported as XLSX: applications, 3 rows" in history.content.decode()
        assert LogEntry.objects.get().user == cleo

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_number_of_queries_does_not_grow(
        self, full, as_user, cleo, kind, django_assert_num_queries
    ):
        client = as_user(cleo)
        export(client, kind)  # what is cached for the process is read
        with CaptureQueriesContext(connection) as few:
            export(client, kind)
        for n in range(12):
            one = factories.application(factories.person(f"P {n}"), full, state="submitted")
            PrivateAnswers.objects.create(application=one, needs="n")
        with django_assert_num_queries(len(few)):
            export(client, kind)


def test_rows_of_other_cohorts_and_closed_applications_are_left_out(
    full, as_user, cleo, program, ben, ada
):
    other = factories.cohort(program=program, name="Other year", slug="other-year")
    Application.objects.filter(person=ada, role="mentor").update(state="withdrawn")
    Application.objects.filter(person=ada, role="mentee").update(cohort=other)
    client = as_user(cleo)
    content = export(client)
    assert len(rows_of(content, "csv")) == 3
    before = snapshot(without=(*OF_THE_IMPORT, *SIGN_IN), exactly=True)
    job = import_again(client, content, full)
    assert (job.counts["unchanged"], job.counts["created"]) == (1, 0)
    assert [note["text"] for note in job.report["notes"] if not note["row"]] == [
        "The file: 1 row of another cohort is left out.",
        "The file: 1 row of a closed application is left out.",
    ]
    assert differences(before, snapshot(without=(*OF_THE_IMPORT, *SIGN_IN), exactly=True)) == {}


class TestOtherLists:
    def test_pairs(self, as_user, cleo, ben, ada, cohort):
        factories.match(ben, ada, cohort)
        (row,) = rows_of(export(as_user(cleo), "xlsx", model="matches_match"), "xlsx")
        assert (row["Mentee"], row["Mentor's e-mail"], row["State"]) == (
            "Ben Okoro",
            ada.email,
            "Introduced",
        )
        assert row["Introduced on"].year

    def test_pairs_of_someone_with_a_conflict_are_left_out(self, as_user, cleo, ben, ada, cohort):
        factories.match(ben, ada, cohort)
        Conflict.objects.create(member=cleo, person=ada)
        assert rows_of(export(as_user(cleo), model="matches_match"), "csv") == []

    @pytest.mark.parametrize(
        ("model", "code"),
        [
            ("programs_topic", "payroll"),
            ("programs_experience", "lay-off"),
            ("accounts_language", "en"),
            ("accounts_industry", "health"),
        ],
    )
    @pytest.mark.parametrize("kind", KINDS)
    def test_words(self, as_user, cleo, vocabulary, model, code, kind):
        rows = rows_of(export(as_user(cleo), kind, model=model), kind)
        assert code in {row["Code"] for row in rows}
        assert all(row["Name in English"] for row in rows)

    def test_words_of_other_programs_are_left_out(self, as_user, cleo, vocabulary):
        Topic.objects.create(program=factories.program(), code="own", names={"en": "Own"})
        codes = {
            row["Code"] for row in rows_of(export(as_user(cleo), model="programs_topic"), "csv")
        }
        assert "own" not in codes
