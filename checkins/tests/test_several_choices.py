"""A question with answers to tick, from the draft to the pooled figures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from checkins import privacy, results
from checkins.answering import answer, own_answers
from checkins.edition_comparison import compare
from checkins.editions import publish, start_edition
from checkins.models import Answer, Concern, Question, Wave
from checkins.result_readers import ResultReader, with_turnout
from testkit import checkins as make
from testkit import factories

pytestmark = pytest.mark.django_db
HELP = [
    ["a1", {"en": "Advice", "fr": "Conseils"}],
    ["a2", {"en": "Time", "fr": "Temps"}],
    ["a3", {"en": "Contacts", "fr": "Contacts"}],
]


@pytest.fixture
def several(program, cleo, surveys):
    """A published pulse whose only question has three answers, of which two can be ticked."""
    draft = make.draft(program, cleo)
    draft.questions.all().delete()
    question = draft.questions.create(
        code="helps",
        kind="several",
        most_chosen=2,
        channel="care",
        is_counted=True,
        texts={"en": "What helps?", "fr": "Qu'est-ce qui aide?"},
        choices=HELP,
        concern_codes=["a3"],
    )
    publish(draft, by=cleo)
    return question


@pytest.fixture
def checkin(several, cared, ben):
    return make.opened(cared, ben)


class TestAnswering:
    def send(self, as_user, checkin, *codes):
        url = reverse("checkins:checkin-answer", args=[checkin.public_id])
        return as_user(checkin.person).post(url, {"helps": codes})

    def test_it_is_stored_in_the_order_of_the_question(self, as_user, checkin, ben):
        assert self.send(as_user, checkin, "a2", "a1", "a2").status_code == 302
        assert own_answers(checkin, ben) == {"helps": "a1 a2"}
        assert Answer.system.get().shown == "Advice; Time"

    @pytest.mark.parametrize(
        ("codes", "error"),
        [
            ((), "Tick at least one answer."),
            (("a1", "a2", "a3"), "You ticked 3 answers. Untick some: at most 2 can be ticked."),
            (("a9",), "Select a valid choice. a9 is not one of the available choices."),
            (("a1 a2",), "Select a valid choice. a1 a2 is not one of the available choices."),
        ],
    )
    def test_nonsense_is_refused_with_the_reason(self, codes, error, as_user, checkin):
        response = self.send(as_user, checkin, *codes)
        assert response.context["form"].errors == {"helps": [error]}
        assert not Answer.system.exists()

    def test_it_can_be_left_out_where_it_is_optional(self, as_user, checkin, ben):
        make.change_published("helps", is_required=False)
        assert self.send(as_user, checkin).status_code == 302
        assert own_answers(checkin, ben) == {}

    def test_they_are_ticked_when_the_person_comes_back(self, as_user, checkin):
        self.send(as_user, checkin, "a1", "a2")
        url = reverse("checkins:checkin-answer", args=[checkin.public_id])
        assert as_user(checkin.person).get(url).content.decode().count(" checked") == 2

    def test_the_page_says_how_many_and_who_reads(self, as_user, checkin):
        url = reverse("checkins:checkin-answer", args=[checkin.public_id])
        text = as_user(checkin.person).get(url).content.decode()
        said = "Tick up to 2 answers. Only your carer, Eve Lund, and the chair read this answer."
        assert said in text

    def test_one_of_the_answers_becomes_a_concern(self, checkin, ben, eve):
        answer(checkin, by=ben, answers={"helps": "a1 a2"})
        assert not Concern.system.exists()
        answer(checkin, by=ben, answers={"helps": "a1 a3"})
        assert Concern.system.get().cause == Concern.Cause.ANSWER

    def test_the_carer_reads_each_with_its_words(self, as_user, checkin, ben, eve):
        answer(checkin, by=ben, answers={"helps": "a1 a3"})
        address = reverse("admin:checkins_checkin_change", args=[checkin.pk])
        assert "Advice; Contacts" in as_user(eve).get(address).content.decode()
        concern = reverse("admin:checkins_concern_change", args=[Concern.system.get().pk])
        assert "What helps? Advice; Contacts" in as_user(eve).get(concern).content.decode()

    def test_one_s_own_are_in_the_export(self, checkin, ben):
        answer(checkin, by=ben, answers={"helps": "a1 a2"})
        assert privacy.export(ben)["answers"][0]["answer"] == "Advice; Time"


def test_the_database_keeps_the_limit_with_its_kind(several, program, cleo):
    draft = start_edition(several.survey, program=program, by=cleo)
    row = draft.questions.get()
    assert row.most_chosen == 2
    for kind, most in (("several", 1), ("choice", 2)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Question.objects.filter(pk=row.pk).update(kind=kind, most_chosen=most)


def test_editions_are_compared_with_the_limit(several, program, cleo):
    draft = start_edition(several.survey, program=program, by=cleo)
    draft.questions.update(most_chosen=3)
    [row] = compare(several.survey, draft, user=cleo, program=program).questions
    [change] = row.changes
    assert (change.what, change.old, change.new) == ("How many can be ticked", ["2"], ["3"])


class TestCounting:
    def answers_of(self, count, cohort, codes):
        at = timezone.now() - timedelta(days=70)
        for number in range(count):
            match = factories.match(
                factories.person(f"Mentee {number}"), factories.person(f"Mentor {number}"), cohort,
                introduced_at=at,
            )  # fmt: skip
            checkin = make.opened(match, match.mentee.person, at=at)
            answer(checkin, by=match.mentee.person, answers={"helps": codes[number % len(codes)]},
                   at=at)  # fmt: skip
        results.publish_waves(timezone.now())
        reader = factories.member("Zoe", program=cohort.program)
        [wave] = with_turnout(Wave.objects.all(), reader)
        [table] = ResultReader.of(wave, reader).tables()
        return table["rows"]

    def test_each_answer_has_its_share_of_the_people(self, several, cohort):
        rows = self.answers_of(10, cohort, ["a1 a2", "a1"])
        assert rows[0]["shares"] == [("Advice", 100), ("Time", 50), ("Contacts", 0)]
        assert (rows[0]["count"], rows[0]["figure"]["median"]) == (10, None)

    def test_few_answers_are_hidden(self, several, cohort):
        rows = self.answers_of(4, cohort, ["a1 a2"])
        assert [row["figure"] for row in rows] == [None, None, None]
