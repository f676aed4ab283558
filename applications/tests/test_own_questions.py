"""A program's own questions on its form: in two languages, read by whom they say, required."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from applications import completeness, submission
from applications.applying_again import apply_again
from applications.models import Application, QuestionAnswer
from programs.models import ProgramQuestion
from testkit import factories
from testkit.programs import MENTEE, answer

pytestmark = pytest.mark.django_db

FRENCH = {
    "heading": "Dans quel service?",
    "help_text": "Un seul.",
    "options": ["Urgences", "Pédiatrie"],
}


@pytest.fixture
def ward(program):
    """One answer, required, committee only, in both languages."""
    return ProgramQuestion.objects.create(
        program=program, heading="Which ward?", help_text="Only one.", kind="one", position=1,
        options=["Emergency", "Children"], is_on_form=True, is_required=True,
        translations={"fr": FRENCH},
    )  # fmt: skip


@pytest.fixture
def hobbies(program):
    """Several answers, optional, shared with the match, in English only."""
    return ProgramQuestion.objects.create(
        program=program, heading="What do you like?", kind="several", channel="shared", position=2,
        options=["Cooking", "Walking", "Music"], is_on_form=True,
    )  # fmt: skip


@pytest.fixture
def url(draft):
    return reverse("applications:application-page", args=[draft.public_id, "own-questions"])


def answers(draft):
    rows = QuestionAnswer.system.filter(application=draft)
    return {row.question.heading: row.values for row in rows.select_related("question")}


def save(client, url, **given):
    seen = client.get(url).context["form"]["fingerprint"].value()
    return client.post(url, {"fingerprint": seen, **given})


def codes(draft):
    return [page.code for page in completeness.pages(draft)]


class TestTheForm:
    def test_it_has_no_such_page_without_questions(self, as_user, ben, draft, url):
        assert "own-questions" not in codes(draft)
        assert as_user(ben).get(url).status_code == 404

    @pytest.mark.parametrize(
        "changes",
        [{"is_on_form": False}, {"retired_on": "2026-01-01"}, {"asked": "mentor"}],
    )
    def test_only_what_is_on_the_form_for_this_role_is_asked(self, draft, ward, changes):
        assert "own-questions" in codes(draft)
        ProgramQuestion.objects.filter(pk=ward.pk).update(**changes)
        assert "own-questions" not in codes(draft)

    def test_questions_of_another_program_are_not_asked(self, draft, ward):
        ProgramQuestion.objects.filter(pk=ward.pk).update(program=factories.program(name="Other"))
        assert "own-questions" not in codes(draft)

    def test_answers_are_saved_shown_and_changed(self, as_user, ben, draft, url, ward, hobbies):
        client, one, other = as_user(ben), f"question-{ward.pk}", f"question-{hobbies.pk}"
        assert (
            save(client, url, **{one: "Children", other: ["Music", "Cooking"]}).status_code == 302
        )
        assert answers(draft) == {
            "Which ward?": ["Children"],
            "What do you like?": ["Music", "Cooking"],
        }
        check = client.get(reverse("applications:application-check", args=[draft.public_id]))
        assert "Children" in check.content.decode()
        assert save(client, url, **{one: "Emergency"}).status_code == 302
        assert answers(draft) == {"Which ward?": ["Emergency"]}

    def test_each_question_says_who_reads_the_answer(self, as_user, ben, url, ward, hobbies):
        page = as_user(ben).get(url).content.decode()
        assert "Only one. Only the committee reads your answer." in page
        assert "and so does your match once you are introduced" in page

    def test_a_required_question_needs_an_answer(self, as_user, ben, draft, url, ward):
        page = save(as_user(ben), url)
        assert "Answer this question." in page.content.decode()
        answer(draft, MENTEE)
        draft.refresh_from_db()
        assert [page.code for page in completeness.missing(draft)] == ["own-questions"]
        save(as_user(ben), url, **{f"question-{ward.pk}": "Children"})
        assert completeness.missing(draft) == []
        submission.send(draft, by=ben)
        assert draft.state == "submitted"

    def test_optional_questions_are_done_once_the_page_was_saved(
        self, as_user, ben, draft, url, hobbies
    ):
        assert "own-questions" in [page.code for page in completeness.missing(draft)]
        save(as_user(ben), url)
        draft.refresh_from_db()
        assert "own-questions" not in [page.code for page in completeness.missing(draft)]

    def test_an_answer_that_is_not_offered_is_refused(self, as_user, ben, draft, url, ward):
        page = save(as_user(ben), url, **{f"question-{ward.pk}": "Kitchen"})
        assert page.status_code == 200
        assert answers(draft) == {}

    def test_a_required_question_added_later_leaves_what_was_sent(self, cohort, ben, ward, program):
        sent = factories.application(ben, cohort, state="submitted", review_started_at=None)
        submission.send(sent, by=ben)
        assert sent.state == "submitted"

    def test_two_tabs_do_not_wipe_each_other(self, as_user, ben, draft, url, ward):
        client, name = as_user(ben), f"question-{ward.pk}"
        old = client.get(url).context["form"]["fingerprint"].value()
        save(client, url, **{name: "Children"})
        page = client.post(url, {"fingerprint": old, name: "Emergency"})
        assert "This part has changed since you opened it" in page.content.decode()
        assert answers(draft) == {"Which ward?": ["Children"]}

    def test_someone_else_finds_no_page(self, as_user, dan, url, ward):
        assert as_user(dan).get(url).status_code == 404

    def test_nothing_changes_after_sending_and_reading(self, as_user, ben, draft, url, ward):
        client, name = as_user(ben), f"question-{ward.pk}"
        seen = client.get(url).context["form"]["fingerprint"].value()
        Application.objects.filter(pk=draft.pk).update(
            state="submitted", review_started_at=draft.created_at
        )
        client.post(url, {"fingerprint": seen, name: "Children"})
        assert answers(draft) == {}

    def test_withdrawing_a_draft_takes_its_answers(self, as_user, ben, draft, url, ward):
        save(as_user(ben), url, **{f"question-{ward.pk}": "Children"})
        submission.withdraw(draft, by=ben)
        assert answers(draft) == {}

    def test_a_later_application_starts_with_the_answers(self, as_user, ben, draft, url, ward):
        save(as_user(ben), url, **{f"question-{ward.pk}": "Children"})
        again = apply_again(draft, factories.cohort(program=draft.program, name="Next"), by=ben)
        assert answers(again) == {"Which ward?": ["Children"]}

    def test_the_number_of_queries_does_not_grow(
        self, as_user, ben, draft, url, ward, program, django_assert_max_num_queries
    ):
        client = as_user(ben)
        tasks = reverse("applications:application-tasks", args=[draft.public_id])
        for page in (url, tasks):
            client.get(page)
            with django_assert_max_num_queries(40) as few:
                client.get(page)
            for number in range(5):
                ProgramQuestion.objects.create(
                    program=program, heading=f"{page} {number}", is_on_form=True
                )
            with django_assert_max_num_queries(len(few.captured_queries)):
                client.get(page)


class TestTwoLanguages:
    def test_the_page_speaks_french_and_stores_the_answer_of_the_program(
        self, as_user, ben, draft, url, ward, hobbies
    ):
        ben.language = "fr"
        ben.save()
        client = as_user(ben)
        page = client.get(url, headers={"Accept-Language": "fr"}).content.decode()
        assert "Dans quel service?" in page
        assert "Pédiatrie" in page
        assert '<span lang="en">What do you like?</span>' in page
        save(client, url, **{f"question-{ward.pk}": "Children"})
        assert answers(draft) == {"Which ward?": ["Children"]}

    def test_whoever_reads_an_answer_reads_it_in_their_language(self, ward):
        with override("fr"):
            assert ward.in_reader_language(["Children", "Elsewhere"]) == ["Pédiatrie", "Elsewhere"]
            assert str(ward) == "Dans quel service?"
        with override("en"):
            assert ward.in_reader_language(["Children"]) == ["Children"]
            assert str(ward) == "Which ward?"


class TestInTheAdmin:
    def data(self, program, **changes):
        return {
            "program": program.pk, "heading": "Which ward?", "asked": "mentee", "kind": "one",
            "channel": "committee", "options_text": "Emergency\nChildren", "position": 1,
            "is_on_form": "on", "heading_fr": FRENCH["heading"],
            "options_fr": "Urgences\nPédiatrie", **changes,
        }  # fmt: skip

    def add(self, client, program, **changes):
        url = reverse("admin:programs_programquestion_add")
        return client.post(url, self.data(program, **changes))

    def test_a_chair_adds_a_question_in_both_languages(self, as_user, cleo, program):
        assert self.add(as_user(cleo), program).status_code == 302
        row = ProgramQuestion.objects.get()
        assert (row.is_on_form, row.is_required) == (True, False)
        assert row.translations == {
            "fr": {"heading": FRENCH["heading"], "options": ["Urgences", "Pédiatrie"]}
        }

    def test_the_preview_shows_both_languages_and_saves_nothing(self, as_user, cleo, program):
        page = self.add(as_user(cleo), program, _preview="Preview").content.decode()
        assert "Preview, not saved yet" in page
        assert "Dans quel service?" in page
        assert "Seul le comité" in page  # who reads it, in French
        assert "Only the committee reads your answer." in page
        assert not ProgramQuestion.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"options_fr": "Urgences"}, "Enter 2 answers, as many as in the language"),
            ({"options_text": "Emergency", "options_fr": ""}, "at least two possible answers"),
            ({"heading_en": "Which one?"}, "This is the language of the program."),
            ({"options_fr": f"{'x' * 121}\nb"}, "is longer than 120 characters"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, as_user, cleo, program, changes, words):
        for button in ({}, {"_preview": "Preview"}):
            page = self.add(as_user(cleo), program, **changes, **button).content.decode()
            assert words in page
            assert "not saved yet" not in page
        assert not ProgramQuestion.objects.exists()

    def test_an_answered_translation_stays_and_a_missing_one_can_be_added(
        self, as_user, cleo, program, draft, ward, hobbies, ben, url
    ):
        one, other = f"question-{ward.pk}", f"question-{hobbies.pk}"
        save(as_user(ben), url, **{one: "Children", other: ["Music"]})

        def change(row, **changes):
            edit = reverse("admin:programs_programquestion_change", args=[row.pk])
            options = "\n".join(row.options)
            sent = self.data(
                program, heading=row.heading, kind=row.kind, channel=row.channel, asked="both",
                options_text=options, **{"heading_fr": "", "options_fr": "", **changes},
            )  # fmt: skip
            return as_user(cleo).post(edit, sent)

        page = change(ward, heading_fr="Autre chose?", options_fr="Urgences\nPédiatrie")
        assert "1 person has answered" in page.content.decode()
        page = change(ward, heading_fr=FRENCH["heading"], options_fr="Urgences\nCuisine")
        assert "1 person has answered" in page.content.decode()
        page = change(hobbies, heading_fr="Qu'aimez-vous?", options_fr="Cuisine\nMarche\nMusique")
        assert page.status_code == 302

    def test_a_reader_sees_it_and_cannot_preview_or_change_it(self, as_user, reader, ward):
        client = as_user(reader)
        edit = reverse("admin:programs_programquestion_change", args=[ward.pk])
        page = client.get(edit).content.decode()
        assert "Which ward?" in page
        assert "_preview" not in page
        sent = self.data(ward.program, _preview="Preview")
        assert client.post(edit, sent).status_code == 403

    def test_the_review_page_shows_each_answer_once(self, as_user, ben, cleo, draft, url, hobbies):
        save(as_user(ben), url, **{f"question-{hobbies.pk}": ["Music"]})
        Application.objects.filter(pk=draft.pk).update(
            state="submitted", submitted_at=draft.created_at
        )
        review = reverse("admin:applications_application_change", args=[draft.pk])
        assert as_user(cleo).get(review).content.decode().count("What do you like?") == 1


def test_an_imported_question_is_not_on_the_form(bring, cohort):
    bring("E-mail,Name,Grade\nmei@example.org,Mei Lin,EO\n", "email", "name", "own")
    assert not ProgramQuestion.objects.get(heading="Grade").is_on_form
