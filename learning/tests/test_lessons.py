"""Lessons that pairs share: offered with consent, edited without names, taken back and erased."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from accounts.privacy import erase_person, export_person
from applications.models import PrivateAnswers, QuestionAnswer
from learning import lessons
from learning.lesson_checks import names_in, problems, same_words
from learning.lessons import Edited
from learning.models import ItemVersion, Lesson, LibraryItem
from matches import retention
from matches.models import Match
from programs.models import Conflict, ProgramQuestion
from testkit import factories

pytestmark = pytest.mark.django_db
WORDS = "We wrote down one question before each talk. It saved us much time."
GOOD = Edited("One question", "How to begin a talk", WORDS)


@pytest.fixture
def pair(ada, ben, cohort):
    made = factories.match(ben, ada, cohort, state="closing", ends_on=timezone.localdate())
    return Match.objects.with_people().get(pk=made.pk)


def offered(pair, by, text=WORDS):
    return lessons.offer(pair, by=by, text=text)


def page_of(pair, name="lesson"):
    return reverse(f"learning:{name}", args=[pair.public_id])


def desk(name, lesson):
    return reverse(f"admin:learning_lesson_{name}", args=[lesson.pk])


def text_of(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def typed(**changes):
    return {"title": GOOD.title, "summary": GOOD.summary, "text": GOOD.text, **changes}


def test_the_end_offers_it_and_a_lesson_is_offered_with_consent(as_user, pair, ben):
    client = as_user(ben)
    closing = text_of(client.get(reverse("matches:match-closing", args=[pair.public_id])))
    assert "Share one lesson with later pairs" in closing
    reflection = client.get(reverse("agreements:reflection", args=[pair.public_id]))
    assert page_of(pair) in text_of(reflection)
    refused = text_of(client.post(page_of(pair), {"text": WORDS}))
    assert "Without your consent it can't be shared." in refused
    assert not Lesson.system.exists()
    done = text_of(client.post(page_of(pair), {"text": WORDS, "agrees": "on"}, follow=True))
    assert "Thank you. A chair reads it before anyone else can." in done
    lesson = Lesson.system.get()
    assert (lesson.text, lesson.person, lesson.language) == (WORDS, ben, "en")
    client.post(page_of(pair), {"text": "Other words", "agrees": "on"})
    lesson = Lesson.system.get()
    assert lesson.text == "Other words"


def test_nobody_else_offers_one_and_nobody_before_the_end(as_user, pair, cohort, ada, ben, dan):
    with pytest.raises(ActionNotAllowed, match="Only the two people of a pair"):
        offered(pair, dan)
    assert as_user(dan).get(page_of(pair)).status_code == 404
    with pytest.raises(ActionNotAllowed, match="Write your lesson first"):
        offered(pair, ben, "  ")
    pair.state = "active"
    pair.save(update_fields=["state"])
    with pytest.raises(ActionNotAllowed, match="when your time together is coming to its end"):
        offered(pair, ben)
    assert as_user(ben).get(page_of(pair)).status_code == 302


def test_the_partner_and_other_members_do_not_read_it(as_user, pair, program, ada, ben):
    lesson = offered(pair, ben)
    assert WORDS not in text_of(as_user(ada).get(page_of(pair)))
    reader = factories.member(program=program, role="reader")
    assert as_user(reader).get(desk("change", lesson)).status_code in {302, 403, 404}
    assert not Lesson.objects.visible_to(ada).exists()


def test_a_chair_edits_and_publishes_it_without_a_name(as_user, pair, cleo, ada, ben):
    lesson, client = offered(pair, ben), as_user(cleo)
    page = text_of(client.get(desk("change", lesson)))
    assert "Edit and publish it" in page
    assert ben.name not in page
    assert "lesson of a pair to edit" in text_of(client.get(reverse("admin:index")))
    answer = client.post(desk("edit", lesson), typed(step="first_meeting"))
    item = LibraryItem.objects.get(kind="lesson")
    assert answer.url == reverse("admin:learning_libraryitem_change", args=[item.pk])
    assert (item.words("en").text, item.step, item.versions.count()) == (WORDS, "first_meeting", 1)
    lesson = Lesson.system.get()
    assert (lesson.item, lesson.text) == (item, "")
    listed = text_of(as_user(ada).get(reverse("learning:item-list")))
    assert "One question" in listed
    assert "Lesson from a pair" in listed
    assert ben.name not in listed
    assert "Your lesson is in the library" in text_of(as_user(ben).get(page_of(pair)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Then OKORO said no.", "It names someone or something of the pair: Okoro. Leave it out."),
        (
            "It began with: what Ben Okoro is going through, then more",
            "Ben, Okoro",
        ),
        (
            "He told me of a lay-off after nine years in payroll.",
            "“a lay off after nine years” is also in an answer to the application.",
        ),
    ],
)
def test_names_and_words_of_answers_are_refused(as_user, pair, cleo, ben, text, said):
    pair.mentee.situation = "I lived through a lay-off after nine years."
    pair.mentee.save(update_fields=["situation"])
    lesson = offered(pair, ben)
    assert said in text_of(as_user(cleo).post(desk("edit", lesson), typed(text=text)))
    with pytest.raises(ActionNotAllowed):
        lessons.publish(lesson, Edited("T", "S", text), by=cleo)
    assert not LibraryItem.objects.filter(kind="lesson").exists()


def test_a_part_of_another_word_is_no_name(pair, ada, ben):
    ada.name = "Ad Brook"
    pair.mentor.person.name = ada.name
    assert names_in("Adventures in the brooklet, ad hoc", pair) == set()
    assert names_in("By the brook", pair) == {"Brook"}
    assert same_words("one two three four five", pair) == ""
    assert problems("We met early.", pair.pk) == []


def test_a_later_edit_may_not_name_anyone_either(as_user, pair, cleo, ben):
    item = lessons.publish(offered(pair, ben), GOOD, by=cleo)
    change = reverse("admin:learning_libraryitem_change", args=[item.pk])
    words = {"title_en": "T", "summary_en": "S", "text_en": "Ask Ben.", "position": "1"}
    assert "It names someone" in text_of(as_user(cleo).post(change, words))
    item.refresh_from_db()
    assert item.texts == {"en": WORDS}


def test_only_a_chair_without_a_conflict_decides_and_only_once(pair, program, cleo, ada, ben):
    lesson = offered(pair, ben)
    carer = factories.member(program=program, role="carer")
    Match.objects.filter(pk=pair.pk).update(carer=carer)
    assert Lesson.objects.for_committee(carer).exists()
    near = factories.member(program=program, role="chair")
    Conflict.objects.create(member=near, person=ada)
    for member in (carer, near, ben):
        with pytest.raises(ActionNotAllowed, match="Only a chair without a conflict"):
            lessons.publish(lesson, GOOD, by=member)
        with pytest.raises(ActionNotAllowed, match="Only a chair without a conflict"):
            lessons.decline(lesson, by=member)
    lessons.decline(lesson, by=cleo)
    for verb in (lambda: lessons.publish(lesson, GOOD, by=cleo), lambda: offered(pair, ben)):
        with pytest.raises(ActionNotAllowed, match="decided about already"):
            verb()
    assert Lesson.system.get().text == ""


def test_a_chair_leaves_it_out_and_the_writer_sees_that(as_user, pair, cleo, ben):
    lesson = offered(pair, ben)
    answer = as_user(cleo).post(desk("decline", lesson), follow=True)
    assert "The lesson was left out and its words were erased." in text_of(answer)
    assert "It was not taken into the library" in text_of(as_user(ben).get(page_of(pair)))
    again = as_user(cleo).post(desk("decline", lesson), follow=True)
    assert "decided about already" in text_of(again)
    assert as_user(cleo).get(desk("edit", lesson)).status_code == 302


def test_the_writer_takes_it_back_also_when_it_is_published(as_user, pair, cleo, ada, ben):
    item = lessons.publish(offered(pair, ben), GOOD, by=cleo)
    offered(pair, ada, "Mine")
    for _twice in range(2):
        answer = as_user(ben).post(page_of(pair, "lesson-withdraw"), follow=True)
        assert "taken back and its words were erased" in text_of(answer)
    item.refresh_from_db()
    assert (item.is_retired, item.titles, item.texts) == (True, {}, {})
    assert ItemVersion.objects.get(item=item).texts == {}
    assert Lesson.system.get().person == ada
    page = text_of(as_user(ada).get(reverse("learning:item-detail", args=[item.public_id])))
    assert "The committee does not recommend this any more." in page
    assert as_user(cleo).get(
        reverse("admin:learning_libraryitem_change", args=[item.pk])
    ).status_code == 200  # fmt: skip


def test_erasing_a_person_takes_their_lessons_back(pair, cleo, ada, ben):
    item = lessons.publish(offered(pair, ben), GOOD, by=cleo)
    mine = offered(pair, ada, f"It helped that {ben.name} was patient.")
    assert export_person(ben)["learning"]["lessons"][0]["published"] == WORDS
    erase_person(ben)
    item.refresh_from_db()
    assert (item.is_retired, item.texts) == (True, {})
    mine = Lesson.system.get()
    assert mine.person == ada
    assert "Okoro" not in mine.text


def test_after_retention_a_lesson_stays_and_nobody_knows_whose_it_was(pair, cleo, ada, ben):
    item = lessons.publish(offered(pair, ben), GOOD, by=cleo)
    offered(pair, ada, "Mine")
    long_ago = timezone.now() - timedelta(days=3000)
    Match.objects.filter(pk=pair.pk).update(
        state="closed", closed_at=long_ago, closed_kind="completed"
    )
    retention.erase_old_pairs(timezone.now())
    assert not Lesson.system.exists()
    item.refresh_from_db()
    assert (item.texts, item.is_retired) == ({"en": WORDS}, False)
    erase_person(ben)
    item.refresh_from_db()
    assert item.texts == {"en": WORDS}


def test_words_that_only_the_committee_read_are_refused(pair, program):
    PrivateAnswers.objects.create(
        application=pair.mentor, limits="I can't talk about the strike of last year"
    )
    question = ProgramQuestion.objects.create(program=program, heading="Why now?")
    answer = QuestionAnswer(application=pair.mentee, question=question)
    answer.values = ["My father fell ill in the spring of that year"]
    answer.save()
    for text, words in (
        ("We talk about the strike of last year.", "talk about the strike of last"),
        ("It began when father fell ill in the spring.", "father fell ill in the spring"),
    ):
        (problem,) = problems(text, pair.pk)
        assert f"“{words}” is also in an answer" in problem
