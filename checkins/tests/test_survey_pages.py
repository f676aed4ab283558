"""The chair writes, tries, publishes, retires and compares editions of a survey."""

from __future__ import annotations

from html import unescape

import pytest
from django.urls import reverse

from checkins.editions import publish
from checkins.models import Answer, Question, Survey, current_survey
from notifications.testing import deliver_due_emails
from testkit import checkins as make
from testkit import factories

pytestmark = pytest.mark.django_db


def page(name, *args):
    return reverse(f"admin:checkins_survey_{name}", args=args)


def words_of(response):
    return unescape(" ".join(response.content.decode().split()))


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def draft(program, cleo, surveys):
    return make.draft(program, cleo)


@pytest.fixture
def chair(as_user, cleo):
    return as_user(cleo)


@pytest.fixture
def reader(as_user, program):
    return as_user(factories.member("Rita Voss", program=program, role="reader"))


class TestTheList:
    @pytest.mark.parametrize("drafts", [1, 3])
    def test_it_takes_the_same_queries_for_many(
        self, drafts, program, cleo, chair, surveys, django_assert_num_queries
    ):
        for number in range(drafts):
            Survey.objects.create(program=factories.program(name=f"P{number}"), kind="fit")
        chair.get(page("changelist"))  # reads the content types
        with django_assert_num_queries(LIST_QUERIES):
            chair.get(page("changelist"))

    def test_drafts_of_other_programs_are_not_there(self, draft, as_user):
        other = factories.member(program=factories.program(name="Other"), role="chair")
        client = as_user(other)
        assert draft not in client.get(page("changelist")).context["cl"].result_list
        assert client.get(page("change", draft.pk)).status_code == 302


LIST_QUERIES = 5


class TestTheSurvey:
    def test_a_chair_is_offered_what_they_can_do(self, draft, chair):
        text = words_of(chair.get(page("change", draft.pk)))
        for link in ("words", "publish", "retire", "start"):
            assert page(link, draft.pk) in text
        assert page("compare", draft.pk, draft.based_on_id) in text

    def test_a_reader_only_reads(self, draft, reader):
        text = words_of(reader.get(page("change", draft.pk)))
        assert "How useful is mentoring" in text
        assert "Read by: the carer, their deputy and the chair" in text
        assert page("preview", draft.pk, "mentee", "en") in text
        for link in ("words", "publish", "retire", "start", "test"):
            assert page(link, draft.pk) not in text

    def test_it_says_what_is_missing(self, draft, chair):
        Question.objects.filter(survey=draft, code="useful").update(texts={"en": "Useful?"})
        text = words_of(chair.get(page("change", draft.pk)))
        assert "The question is missing in French. Write it." in text

    @pytest.mark.parametrize("questions", [1, 3])
    def test_it_takes_the_same_queries_for_many(
        self, questions, draft, chair, django_assert_num_queries
    ):
        rows = list(draft.questions.all())[questions:]
        draft.questions.filter(pk__in=[row.pk for row in rows]).delete()
        chair.get(page("change", draft.pk))  # reads the content types
        with django_assert_num_queries(SURVEY_QUERIES):
            chair.get(page("change", draft.pk))


SURVEY_QUERIES = 10


class TestWords:
    def test_they_are_saved_in_each_language(self, draft, chair):
        sent = {"title_en": "How is  it?", "title_fr": "Comment ça va?", "intro_en": ""}
        response = chair.post(page("words", draft.pk), sent, follow=True)
        draft.refresh_from_db()
        assert draft.titles == {"en": "How is it?", "fr": "Comment ça va?"}
        assert said(response) == ["Title and introduction saved."]

    def test_what_is_too_long_is_refused_and_kept(self, draft, chair):
        response = chair.post(page("words", draft.pk), {"title_en": "x" * 121})
        assert set(response.context["form"].errors) == {"title_en"}
        assert "x" * 121 in response.content.decode()

    def test_a_reader_has_no_page(self, draft, reader):
        assert reader.get(page("words", draft.pk)).status_code == 404

    def test_a_published_edition_says_why_not(self, draft, chair, cleo):
        publish(draft, by=cleo)
        response = chair.post(page("words", draft.pk), {"title_en": "x"}, follow=True)
        draft.refresh_from_db()
        assert draft.titles["en"] == "How is mentoring going?"
        assert said(response) == [
            "A published survey can't be changed. Start a new edition instead."
        ]


BASE = {"text_en": "Enough time?", "text_fr": "Assez de temps?", "asked": "mentor",
        "channel": "pooled", "is_required": "on"}  # fmt: skip
TWO = {"row_0_en": "Yes", "row_0_fr": "Oui", "row_1_en": "No", "row_1_fr": "Non"}


class TestQuestions:
    @pytest.mark.parametrize(
        ("kind", "sent", "choices"),
        [
            ("text", {}, []),
            (
                "yes_no",
                TWO,
                [["yes", {"en": "Yes", "fr": "Oui"}], ["no", {"en": "No", "fr": "Non"}]],
            ),
            (
                "choice",
                {**TWO, "row_4_en": "Maybe", "row_4_fr": "Peut-être"},
                [
                    ["a1", {"en": "Yes", "fr": "Oui"}],
                    ["a2", {"en": "No", "fr": "Non"}],
                    ["a3", {"en": "Maybe", "fr": "Peut-être"}],
                ],
            ),
            (
                "several",
                {**TWO, "most_chosen": "2"},
                [["a1", {"en": "Yes", "fr": "Oui"}], ["a2", {"en": "No", "fr": "Non"}]],
            ),
            (
                "scale",
                {"steps": "3", "row_0_en": "Low", "row_0_fr": "Bas", "row_2_en": "High",
                 "row_2_fr": "Haut"},
                [["1", {"en": "Low", "fr": "Bas"}], ["2", {}],
                 ["3", {"en": "High", "fr": "Haut"}]],
            ),
        ],
    )  # fmt: skip
    def test_each_kind_is_added_as_the_last(self, kind, sent, choices, draft, chair):
        response = chair.post(page("question-add", draft.pk, kind), {**BASE, **sent}, follow=True)
        assert said(response) == ["The question was saved."]
        question = draft.questions.last()
        assert (question.kind, question.choices, question.asked) == (kind, choices, "mentor")
        assert question.channel == ("care" if kind == "text" else "pooled")
        assert question.texts == {"en": "Enough time?", "fr": "Assez de temps?"}

    def test_a_reworded_answer_keeps_its_code(self, draft, chair):
        rhythm = draft.questions.get(code="rhythm")
        sent = {**BASE, "row_0_en": "Yes", "row_2_en": "Not now", "row_3_en": "More often"}
        chair.post(page("question", draft.pk, rhythm.pk), sent)
        rhythm.refresh_from_db()
        assert [code for code, _texts in rhythm.choices] == ["as_planned", "not_at_all", "a4"]
        assert rhythm.code == "rhythm"

    def test_the_form_shows_what_was_saved(self, draft, chair):
        useful = draft.questions.get(code="useful")
        form = chair.get(page("question", draft.pk, useful.pk)).context["form"]
        assert form["row_4_fr"].value() == "Plus que je ne l'espérais"
        assert [form[f"concern_{n}"].value() for n in range(5)] == [True, True, False, False, False]
        assert (form["steps"].value(), form["channel"].value()) == (5, "care")

    def test_words_beyond_the_last_step_are_refused(self, draft, chair):
        sent = {**BASE, "steps": "3", "row_3_fr": "Trop"}
        response = chair.post(page("question-add", draft.pk, "scale"), sent)
        assert response.context["form"].errors == {
            "row_3_fr": ["The scale has only 3 steps. Remove these words, or add steps."]
        }

    def test_an_answer_that_no_one_reads_is_no_concern(self, draft, chair):
        sent = {**BASE, **TWO, "concern_0": "on"}
        response = chair.post(page("question-add", draft.pk, "choice"), sent)
        assert set(response.context["form"].errors) == {"channel"}
        assert response.context["form"]["row_0_en"].value() == "Yes"

    def test_an_answer_becomes_a_concern(self, draft, chair):
        sent = {**BASE, **TWO, "channel": "care", "concern_1": "on"}
        chair.post(page("question-add", draft.pk, "yes_no"), sent)
        assert draft.questions.last().concern_codes == ["no"]

    def test_they_are_moved_and_removed(self, draft, chair):
        first = draft.questions.first()
        chair.post(page("question-move", draft.pk, first.pk), {"to": "down"})
        assert [row.code for row in draft.questions.all()][:2] == ["rhythm", "useful"]
        chair.post(page("question-move", draft.pk, first.pk), {"to": "up"})
        chair.post(page("question-move", draft.pk, first.pk), {"to": "up"})
        assert draft.questions.first() == first
        chair.get(page("question-remove", draft.pk, first.pk))
        assert draft.questions.count() == 4
        chair.post(page("question-remove", draft.pk, first.pk))
        assert [row.code for row in draft.questions.all()] == ["rhythm", "comment", "call"]
        again = chair.post(page("question-remove", draft.pk, first.pk))
        assert again.status_code == 404

    @pytest.mark.parametrize("name", ["question", "question-move", "question-remove"])
    def test_a_published_question_stays(self, name, draft, chair, cleo):
        publish(draft, by=cleo)
        first = draft.questions.first()
        before = list(draft.questions.values())
        chair.post(page(name, draft.pk, first.pk), BASE)
        assert list(draft.questions.values()) == before

    def test_a_question_of_another_survey_is_not_found(self, draft, chair, surveys):
        other = surveys[0].questions.first()
        assert chair.get(page("question", draft.pk, other.pk)).status_code == 404


class TestTrying:
    @pytest.mark.parametrize("role", ["mentee", "mentor"])
    def test_the_preview_is_the_page_of_the_role_in_the_language(self, role, draft, reader):
        draft.questions.filter(code="rhythm").update(asked="mentor")
        text = words_of(reader.get(page("preview", draft.pk, role, "fr")))
        assert "Le mentorat vous est-il utile en ce moment?" in text
        assert ("aussi souvent que prévu?" in text) == (role == "mentor")
        assert '<html lang="fr"' in text
        assert text.index("personne de référence") < text.index("Le mentorat vous est-il")

    def test_what_is_sent_is_checked_and_not_stored(self, draft, reader):
        address = page("preview", draft.pk, "mentee", "en")
        response = reader.post(address, {"useful": "9", "comment": "As typed"})
        assert set(response.context["form"].errors) == {"useful", "rhythm"}
        assert "As typed" in response.content.decode()
        text = words_of(reader.post(address, make.GOOD_PULSE))
        assert "This was a test. Nothing was stored." in text
        assert Answer.system.count() == 0

    def test_a_language_that_the_site_has_not_is_not_found(self, draft, reader):
        assert reader.get(page("preview", draft.pk, "mentee", "xx")).status_code == 404
        assert reader.get(page("preview", draft.pk, "chair", "en")).status_code == 404

    def test_a_test_goes_to_oneself_each_time(self, draft, chair, cleo):
        mine = []
        for _n in range(2):
            chair.post(page("test", draft.pk))
            mine += [mail for mail in deliver_due_emails() if mail.subject.startswith("Test: ")]
        assert [mail.to for mail in mine] == [[cleo.email]] * 2
        assert "Your answers are not stored" in mine[0].body
        assert page("preview", draft.pk, "mentee", "en") in mine[0].body

    def test_a_retired_edition_is_not_tested(self, draft, chair):
        chair.post(page("retire", draft.pk))
        response = chair.post(page("test", draft.pk), follow=True)
        assert said(response)[-1] == "This edition is retired. Test the one that is asked now."

    def test_a_reader_sends_none(self, draft, reader):
        assert reader.post(page("test", draft.pk)).status_code == 404


class TestPublishing:
    def test_the_page_says_what_happens(self, draft, chair, cared, ben):
        make.opened(cared, ben)
        text = words_of(chair.get(page("publish", draft.pk)))
        for sentence in (
            "Both people of each pair: 1 pair today, and every new one.",
            "Mentees: 4 questions.",
            "30 days after the introduction, then every 60 days.",
            "1 person was asked already and keeps the edition that they were asked.",
            "Read by no one: only counted, in groups of at least 5 people",
            "Are you meeting as often as you planned?",
            "It takes the place of “How is mentoring going?”, edition 1.",
        ):
            assert sentence in text
        draft.refresh_from_db()
        assert draft.is_draft

    def test_it_is_asked_afterwards(self, draft, chair, program):
        response = chair.post(page("publish", draft.pk), follow=True)
        assert said(response) == ["Published. It is asked from now on."]
        assert current_survey("pulse", program) == draft

    def test_with_a_problem_there_is_no_button(self, draft, chair):
        draft.questions.filter(code="useful").update(texts={"en": "Useful?"})
        text = words_of(chair.get(page("publish", draft.pk)))
        assert "The question is missing in French." in text
        assert ">Publish this edition</button>" not in text
        chair.post(page("publish", draft.pk))
        draft.refresh_from_db()
        assert draft.is_draft

    def test_twice_says_so(self, draft, chair):
        chair.post(page("publish", draft.pk))
        response = chair.post(page("publish", draft.pk), follow=True)
        assert "can't be changed" in said(response)[-1]

    def test_a_reader_has_no_page(self, draft, reader):
        assert reader.post(page("publish", draft.pk)).status_code == 404
        draft.refresh_from_db()
        assert draft.is_draft


class TestRetiringAndStarting:
    def test_retiring_says_what_is_asked_then(self, draft, chair, cleo, program):
        publish(draft, by=cleo)
        text = words_of(chair.get(page("retire", draft.pk)))
        assert "From then on the shared survey “How is mentoring going?” is asked" in text
        response = chair.post(page("retire", draft.pk), follow=True)
        assert said(response) == ["Retired. It is no longer asked."]
        assert current_survey("pulse", program).program is None

    def test_a_retired_edition_has_nothing_to_retire(self, draft, chair):
        chair.post(page("retire", draft.pk))
        for ask in (chair.get, chair.post):
            response = ask(page("retire", draft.pk), follow=True)
            assert said(response)[-1] == "This edition is retired already."

    def test_discarding_does_not_retire_what_was_published_meanwhile(self, draft, chair, cleo):
        assert '<input type="hidden" name="state" value="draft">' in words_of(
            chair.get(page("retire", draft.pk))
        )
        publish(draft, by=cleo)
        response = chair.post(page("retire", draft.pk), {"state": "draft"}, follow=True)
        assert "published meanwhile" in said(response)[-1]
        draft.refresh_from_db()
        assert draft.state == "published"

    def test_a_shared_survey_is_not_retired(self, surveys, chair):
        assert chair.post(page("retire", surveys[0].pk)).status_code == 404

    def test_a_draft_starts_from_a_shared_one(self, surveys, chair, program):
        response = chair.post(page("start", surveys[0].pk), {"program": program.pk}, follow=True)
        assert said(response) == ["The draft is ready. Nobody is asked before you publish it."]
        assert Survey.objects.get(program=program).based_on == surveys[0]

    def test_not_for_a_program_of_others(self, surveys, chair):
        other = factories.program(name="Other")
        response = chair.post(page("start", surveys[0].pk), {"program": other.pk})
        assert set(response.context["form"].errors) == {"program"}

    def test_twice_says_that_there_is_one(self, surveys, chair, program):
        sent = {"program": program.pk}
        chair.post(page("start", surveys[0].pk), sent)
        response = chair.post(page("start", surveys[0].pk), sent, follow=True)
        assert "There is a draft of this survey already" in said(response)[-1]

    def test_a_reader_has_no_page(self, surveys, reader):
        assert reader.get(page("start", surveys[0].pk)).status_code == 404


def test_the_next_edition_starts_from_the_last(draft, chair, cleo, program):
    publish(draft, by=cleo)
    chair.post(page("start", draft.pk), {"program": program.pk})
    following = Survey.objects.get(program=program, state="draft")
    assert (following.number, following.based_on) == (2, draft)
    assert following.questions.count() == 4
