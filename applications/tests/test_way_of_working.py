"""The page on how to work together: who sees it, what is kept, copied, exported and erased."""

import pytest
from django.utils import timezone

from applications.applying_again import apply_again
from applications.completeness import missing, pages
from applications.forms.registry import filled_pages
from applications.importing.answer_writing import write_answers
from applications.importing.export_words import words
from applications.importing.maps import FIELDS
from applications.importing.parsers import InvalidCell, parse
from applications.importing.stored_answers import WAYS, read_answers
from applications.models import WAY_QUESTIONS, Application, MattersMost, shared_ways, way_numbers
from applications.privacy import empty, export
from programs.models import Experience, Policy, Topic
from testkit import factories
from testkit.programs import MENTEE, fill_in

SAID = {"feedback": "direct", "talks": "open"}


def page_of(application):
    return f"/applications/{application.public_id}/way-of-working/"


def save(client, application, **answers):
    seen = client.get(page_of(application)).context["form"]["fingerprint"].value()
    return client.post(page_of(application), {**answers, "fingerprint": seen})


def test_answers_are_kept_and_shown_again(as_user, ben, draft):
    client = as_user(ben)
    assert save(client, draft, **SAID, matters_most="understands").status_code == 302
    draft.refresh_from_db()
    assert (draft.way_of_working, draft.matters_most) == (SAID, "understands")
    form = client.get(page_of(draft)).context["form"]
    assert form.initial["feedback"] == "direct"
    shown = dict(form.answers())
    assert shown["How would you like feedback to be?"] == ["Direct and to the point"]
    assert shown["What is mentoring for, to you?"] == []


def test_the_page_may_be_saved_without_answers_or_skipped(as_user, ben, draft):
    assert "way-of-working" in [page.code for page in pages(draft)]
    assert "way-of-working" not in [page.code for page in missing(draft)]
    assert save(as_user(ben), draft).status_code == 302
    draft.refresh_from_db()
    assert (draft.way_of_working, draft.matters_most) == ({}, "")
    assert "way-of-working" in draft.saved_pages


def test_a_complete_application_without_the_page_is_sent(as_user, ben, draft):
    client = as_user(ben)
    fill_in(client, draft, {code: one for code, one in MENTEE.items() if code != "way-of-working"})
    tasks = client.get(f"/applications/{draft.public_id}/").context["tasks"]
    assert {row["state"] for row in tasks} == {"completed"}
    client.post(f"/applications/{draft.public_id}/send/")
    draft.refresh_from_db()
    assert draft.state == "submitted"


@pytest.mark.parametrize("answer", [{"feedback": "rude"}, {"matters_most": "wishes"}])
def test_other_answers_are_refused(as_user, ben, draft, answer):
    assert save(as_user(ben), draft, **answer).status_code == 200
    draft.refresh_from_db()
    assert (draft.way_of_working, draft.matters_most) == ({}, "")


def test_no_one_else_opens_the_page_and_nothing_changes_in_review(as_user, ben, ada, draft):
    assert as_user(ada).get(page_of(draft)).status_code == 404
    client = as_user(ben)
    seen = client.get(page_of(draft)).context["form"]["fingerprint"].value()
    Application.objects.filter(pk=draft.pk).update(
        state="submitted", review_started_at="2026-01-01T00:00Z"
    )
    client.post(page_of(draft), {**SAID, "fingerprint": seen})
    draft.refresh_from_db()
    assert draft.way_of_working == {}


def test_the_page_says_what_the_answers_are_for(as_user, ben, draft, program):
    text = as_user(ben).get(page_of(draft)).content.decode()
    assert "so it counts a little" in text
    assert "not about who you are" in text
    assert "The same way of working" in text
    Policy.objects.filter(program=program).update(way_of_working_percent=0)
    text = as_user(ben).get(page_of(draft)).content.decode()
    assert "so it counts a little" not in text
    assert "The same way of working" not in text


def test_the_reader_sees_the_answers(reader, sent):
    Application.objects.filter(pk=sent.pk).update(way_of_working=SAID, matters_most="can_help")
    sent.refresh_from_db()
    (page,) = [one for one in filled_pages(sent, reader) if one.code == "way-of-working"]
    lines = dict(page.answers())
    assert lines["How would you like to use your meetings?"] == [
        "Open, for what is on your mind that day"
    ]
    assert lines["Does one of these matter most to you?"] == [
        "The topics that the mentee needs help with"
    ]


def test_applying_again_offers_the_same_answers(ben, sent, program):
    Application.objects.filter(pk=sent.pk).update(way_of_working=SAID, matters_most="practical")
    sent.refresh_from_db()
    made = apply_again(sent, factories.cohort(program=program, name="Next"), by=ben)
    made.refresh_from_db()
    assert (made.way_of_working, made.matters_most) == (SAID, "practical")


def test_the_answers_are_exported_and_erased(ben, sent):
    Application.objects.filter(pk=sent.pk).update(way_of_working=SAID, matters_most="practical")
    (exported,) = export(ben)["applications"]
    assert (exported["way_of_working"], exported["matters_most"]) == (SAID, "practical")
    empty(Application.objects.filter(pk=sent.pk))
    sent.refresh_from_db()
    assert (sent.way_of_working, sent.matters_most) == ({}, "")


def test_answers_are_numbers_in_the_order_of_the_questions():
    assert way_numbers({**SAID, "purpose": "gone"}) == [1, 3, 0, 0, 0, 0]
    assert way_numbers({}) == [0] * len(WAY_QUESTIONS)


def test_two_share_what_both_answered_alike():
    other = {"feedback": "gentle", "talks": "open", "staying": "term"}
    assert [one.shared for one in shared_ways(SAID, other)] == ["open talks"]
    assert shared_ways({}, {}) == []


def test_no_question_maps_to_a_vocabulary_of_the_program(vocabulary):
    """The criterion is never a trait of who someone is: nothing of it is a topic or experience."""
    words = {row.code for model in (Topic, Experience) for row in model.objects.all()}
    codes = {question.code for question in WAY_QUESTIONS}
    codes |= {answer.code for question in WAY_QUESTIONS for answer in question.answers}
    assert not codes & words
    personal = ("age", "gender", "origin", "faith", "health", "personality", "introvert", "born")
    said = " ".join(
        str(text).casefold()
        for question in WAY_QUESTIONS
        for text in (question.text, *(label for _code, label in question.choices))
    )
    assert not [word for word in personal if word in said.split()]


def test_what_can_be_marked_is_what_the_engine_lifts():
    from matching.engine import MARKABLE

    assert tuple(MattersMost.values) == MARKABLE


def test_a_roster_brings_the_answers_and_an_export_takes_them(sent):
    said = {**SAID, "staying": "term"}
    Application.objects.filter(pk=sent.pk).update(way_of_working=said, matters_most="practical")
    sent.refresh_from_db()
    stored = read_answers([sent])[sent.pk]
    assert (stored["way_feedback"], stored["way_help"]) == ("direct", "")
    text = words("way_feedback")[stored["way_feedback"]]
    assert parse("way_feedback", str(text)) == "direct"
    assert parse("matters_most", "times, places and languages that suit") == "practical"
    with pytest.raises(InvalidCell):
        parse("way_talks", "whatever")
    changed = {"way_feedback": "gentle", "way_talks": "", "matters_most": "industry"}
    write_answers({sent: changed}, at=timezone.now())
    sent.refresh_from_db()
    assert sent.way_of_working == {"feedback": "gentle", "staying": "term"}
    assert sent.matters_most == "industry"
    assert {*WAYS, "matters_most"} <= FIELDS
