"""A program's own questions: from a column in one press, read by whom it was said, kept true."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts import privacy
from applications.models import Application, QuestionAnswer, RosterJob
from matches.models import Match
from programs.models import ProgramQuestion
from testkit import factories
from workflow import jobs

pytestmark = pytest.mark.django_db

FILE = (
    "E-mail,Name,Grade,What drives you?,Sites\n"
    "mei@example.org,Mei Lin,EO,Curiosity zq1,North;South\n"
    "ola@example.org,Ola Berg,AO,My sister zq2,North\n"
    "ida@example.org,Ida Holm,EO,,\n"
)
FIELDS = ("email", "name", "own", "own", "own-shared")


def question(heading):
    return ProgramQuestion.objects.get(heading=heading)


def answers(email):
    rows = QuestionAnswer.system.filter(application__person__email=email)
    return {row.question.heading: row.values for row in rows.select_related("question")}


@pytest.fixture
def imported(bring):
    bring(FILE, *FIELDS)


def review(client, email):
    application = Application.objects.get(person__email=email)
    url = reverse("admin:applications_application_change", args=[application.pk])
    return client.get(url).content.decode()


class TestFromAColumn:
    def test_one_press_makes_a_question_and_stores_the_answers(self, imported, program):
        grade, _drives, sites = ProgramQuestion.objects.order_by("position")
        assert (grade.heading, grade.kind, grade.channel) == ("Grade", "one", "committee")
        assert (grade.asked, grade.program) == ("mentee", program)
        assert (sites.heading, sites.kind, sites.channel) == ("Sites", "several", "shared")
        assert answers("mei@example.org") == {
            "Grade": ["EO"],
            "What drives you?": ["Curiosity zq1"],
            "Sites": ["North", "South"],
        }
        assert answers("ida@example.org") == {"Grade": ["EO"]}

    def test_only_what_two_people_answered_becomes_a_possible_answer(self, imported):
        assert question("Grade").options == ["EO"]
        assert question("What drives you?").options == []

    def test_a_check_alone_adds_nothing(self, bring, as_user, cleo):
        page, _done = bring(FILE.replace("mei@example.org", ""), *FIELDS)
        assert "e-mail" in page.lower()
        assert not ProgramQuestion.objects.exists()

    def test_the_next_file_finds_the_question_and_may_use_another_heading(self, imported, bring):
        grade = question("Grade")
        bring(
            "E-mail,Name,grade ,Level today\nada@example.org,Ada Brook,HEO,\n"
            "bo@example.org,Bo Ek,,SEO\n",
            "email",
            "name",
            f"own-known-{grade.pk}",
            f"own-known-{grade.pk}",
            role="mentor",
        )
        assert ProgramQuestion.objects.count() == 3
        assert answers("ada@example.org") == {"Grade": ["HEO"]}
        assert answers("bo@example.org") == {"Grade": ["SEO"]}
        grade.refresh_from_db()
        assert grade.asked == "both"

    def test_a_known_heading_is_offered_as_that_question(self, imported, as_user, cleo, bring):
        bring("E-mail,Name,GRADE\nbo@example.org,Bo Ek,SEO\n", "email", "name", *[], role="mentor")
        upload = RosterJob.system.latest().upload
        assert answers("bo@example.org") == {"Grade": ["SEO"]}
        assert 'attributes."Grade"' in upload.map_text or "[attributes.Grade]" in upload.map_text

    def test_undo_takes_back_questions_and_answers(self, imported, as_user, cleo):
        job = RosterJob.system.get(purpose="import")
        as_user(cleo).post(reverse("admin:applications_rosterupload_undo", args=[job.public_id]))
        jobs.run_due()
        assert not QuestionAnswer.system.exists()
        assert not ProgramQuestion.objects.exists()

    def test_a_corrected_file_corrects_answers_and_the_same_one_changes_nothing(
        self, imported, bring
    ):
        before = QuestionAnswer.system.get(
            application__person__email="ola@example.org", question=question("Grade")
        )
        bring(FILE, *FIELDS)
        again = QuestionAnswer.system.get(application=before.application, question=before.question)
        assert (again.pk, again.changed_at) == (before.pk, before.changed_at)
        bring(FILE.replace(",AO,", ",SEO,"), *FIELDS)
        assert answers("ola@example.org")["Grade"] == ["SEO"]


class TestWhoReads:
    def test_the_review_page_shows_answers_and_who_reads_them(self, imported, as_user, reader):
        page = review(as_user(reader), "mei@example.org")
        assert "Curiosity zq1" in page
        assert "North, South" in page
        assert "Shared with the match after publication" in page

    def test_a_carer_without_the_pair_reads_only_what_is_shared(self, imported, as_user, carer):
        page = review(as_user(carer), "mei@example.org")
        assert "Curiosity zq1" not in page
        assert "North, South" in page

    def test_the_partner_reads_shared_answers_only(self, imported, as_user, ada, cohort, dan):
        mei = Application.objects.get(person__email="mei@example.org")
        mine = QuestionAnswer.objects.visible_to(ada).filter(application=mei)
        assert not mine.exists()
        mentor = factories.application(ada, cohort, "mentor")
        match = Match.objects.create(mentee=mei, mentor=mentor)
        assert [row.values for row in mine.all()] == [["North", "South"]]
        page = as_user(ada).get(reverse("matches:match-hello", args=[match.public_id]))
        assert "South" in page.content.decode()
        assert "zq1" not in page.content.decode()
        assert not QuestionAnswer.objects.visible_to(dan).exists()

    def test_a_pair_shares_only_shared_answers_whatever_else_one_reads(
        self, imported, reader, cohort, dan
    ):
        mei = Application.objects.get(person__email="mei@example.org")
        assert QuestionAnswer.objects.visible_to(reader).filter(application=mei).count() > 1
        for person in (reader, dan, AnonymousUser()):
            assert not QuestionAnswer.objects.shared_with(person).exists()
        mentor = factories.application(reader, cohort, "mentor")
        Match.objects.create(mentee=mei, mentor=mentor)
        for person in (reader, mei.person):
            found = QuestionAnswer.objects.shared_with(person)
            assert [row.values for row in found] == [["North", "South"]]

    def test_the_person_finds_everything_in_my_data(self, imported):
        mei = Application.objects.get(person__email="mei@example.org").person
        mine = json.dumps(privacy.export_person(mei), default=str)
        assert "Curiosity zq1" in mine
        assert "committee only" in mine

    def test_erasing_takes_the_answers_and_leaves_those_of_others(self, imported):
        mei = Application.objects.get(person__email="mei@example.org").person
        privacy.erase_person(mei)
        assert {row.application.person.email for row in QuestionAnswer.system.all()} == {
            "ola@example.org",
            "ida@example.org",
        }

    def test_answers_are_encrypted(self, imported):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT values_json FROM applications_questionanswer")
            assert not any("zq1" in row[0] for row in cursor.fetchall())


class TestInTheAdmin:
    def data(self, row, **changes):
        return {
            "program": row.program_id,
            "heading": row.heading,
            "asked": row.asked,
            "kind": row.kind,
            "channel": row.channel,
            "options_text": "\n".join(row.options),
            "position": row.position,
            **changes,
        }

    def change(self, client, row, **changes):
        url = reverse("admin:programs_programquestion_change", args=[row.pk])
        return client.post(url, self.data(row, **changes))

    @pytest.mark.parametrize(
        ("heading", "changes", "words"),
        [
            ("Grade", {"heading": "Rank"}, "3 people have answered"),
            ("Grade", {"kind": "text", "options_text": ""}, "3 people have answered"),
            ("Grade", {"channel": "shared"}, "for the committee only, so"),
            ("Grade", {"asked": "mentor"}, "in the other role"),
            ("Grade", {"options_text": "AO"}, "Keep these answers"),
        ],
    )
    def test_what_would_make_answers_untrue_is_refused(
        self, imported, as_user, cleo, heading, changes, words
    ):
        before = ProgramQuestion.objects.filter(heading=heading).values().get()
        page = self.change(as_user(cleo), question(heading), **changes)
        assert words in page.content.decode()
        assert ProgramQuestion.objects.filter(pk=before["id"]).values().get() == before

    @pytest.mark.parametrize(
        "changes",
        [
            {"name_en": "Grade today"},
            {"options_text": "AO\nEO\nHEO"},
            {"asked": "both"},
            {"retired_on": "2026-01-01"},
            {"position": 9},
        ],
    )
    def test_what_keeps_answers_true_is_saved(self, imported, as_user, cleo, changes):
        before = ProgramQuestion.objects.filter(heading="Grade").values().get()
        page = self.change(as_user(cleo), question("Grade"), **changes)
        assert page.status_code == 302
        assert ProgramQuestion.objects.filter(heading="Grade").values().get() != before
        assert answers("mei@example.org")["Grade"] == ["EO"]

    def test_a_retired_question_is_not_offered_for_a_column(self, imported, program):
        assert question("Grade") in ProgramQuestion.objects.current(program)
        ProgramQuestion.objects.filter(heading="Grade").update(retired_on="2026-01-01")
        assert question("Grade") not in ProgramQuestion.objects.current(program)

    def test_a_chair_adds_one_and_a_reader_cannot(self, as_user, cleo, reader, program):
        url = reverse("admin:programs_programquestion_add")
        row = ProgramQuestion(program=program, heading="Which site?", kind="one", asked="both")
        sent = self.data(row, options_text="North\n\nSouth\nnorth")
        assert as_user(reader).post(url, sent).status_code == 403
        assert as_user(cleo).post(url, sent).status_code == 302
        assert question("Which site?").options == ["North", "South"]
        again = as_user(cleo).post(url, sent)
        assert "already exists" in again.content.decode()
        assert ProgramQuestion.objects.count() == 1

    def test_own_words_have_no_possible_answers(self, as_user, cleo, program):
        url = reverse("admin:programs_programquestion_add")
        row = ProgramQuestion(program=program, heading="Why?", kind="text")
        page = as_user(cleo).post(url, self.data(row, options_text="Because"))
        assert "has no possible answers" in page.content.decode()

    def test_the_list_asks_the_same_queries_whatever_its_length(
        self, imported, as_user, cleo, program, django_assert_max_num_queries
    ):
        client, url = as_user(cleo), reverse("admin:programs_programquestion_changelist")
        client.get(url)
        with django_assert_max_num_queries(30) as few:
            assert "3" in client.get(url).content.decode()
        for number in range(20):
            ProgramQuestion.objects.create(program=program, heading=f"Question {number}")
        with django_assert_max_num_queries(len(few.captured_queries)):
            client.get(url)
