"""The exchange of expectations: alone first, then side by side; it blocks nothing."""

import pytest
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from accounts import privacy
from agreements import expectations
from agreements.models import Expectations
from matches import endings
from testkit import agreements as make

pytestmark = pytest.mark.django_db
URL = "agreements:expectation-exchange"


def say(match, by, show=False, **answers):
    return expectations.answer(match, by=by, answers=answers, show=show)


def theirs(match, reader):
    return expectations.exchange_of(match, reader).theirs


def address(match):
    return reverse(URL, args=[match.public_id])


def test_the_other_reads_once_both_have_answered(match, ada, ben):
    say(match, ben, hopes="A sounding board")
    assert theirs(match, ada) is None
    assert expectations.has_answered(match, ben)
    say(match, ada, gives="Questions")
    assert theirs(match, ada).hopes == "A sounding board"
    assert theirs(match, ben).gives == "Questions"


def test_the_author_can_show_it_at_once(match, ada, ben):
    say(match, ben, hopes="A sounding board", show=True)
    assert theirs(match, ada).hopes == "A sounding board"
    say(match, ben, hopes="More than that")
    assert theirs(match, ada).hopes == "More than that", "what is shown stays shown"


def test_twice_is_once_and_nothing_at_all_is_refused(match, ben):
    first = say(match, ben, hopes="Calm")
    second = say(match, ben, hopes="Calm")
    assert (first.pk, first.saved_at) == (second.pk, second.saved_at)
    with pytest.raises(ActionNotAllowed, match="at least one"):
        say(match, ben, hopes=" ")


def test_no_one_else_answers_or_reads(match, ada, ben, cleo, dan, as_user):
    say(match, ben, hopes="Calm", show=True)
    for other in (cleo, dan):
        with pytest.raises(ActionNotAllowed, match="two people"):
            say(match, other, hopes="x")
        assert not Expectations.objects.visible_to(other).exists()
        assert as_user(other).get(address(match)).status_code == 404


def test_not_after_the_end(match, ben, as_user):
    say(match, ben, hopes="Calm")
    endings.end(match, by=ben, kind="choice")
    match.refresh_from_db()
    with pytest.raises(ActionNotAllowed, match="ended"):
        say(match, ben, hopes="More")
    assert "<textarea" not in as_user(ben).get(address(match)).content.decode()


def test_the_page_from_the_first_answer_to_both(match, ada, ben, as_user):
    mentee, mentor = as_user(ben), as_user(ada)
    empty = mentee.post(address(match), {"hopes": " "}).content.decode()
    assert "Answer at least one question" in empty
    mentee.post(address(match), {"hopes": "A sounding board", "between": "My employer"})
    assert "You read what Ada expects once" in mentee.get(address(match)).content.decode()
    page = mentor.get(address(match)).content.decode()
    assert "Ben has answered" in page
    assert "A sounding board" not in page
    mentor.post(address(match), {"gives": "Questions"})
    for client in (mentor, mentee):
        page = client.get(address(match)).content.decode()
        assert "A sounding board" in page
        assert "Questions" in page


def test_both_answers_are_material_where_the_part_is_written(match, ada, ben, as_user):
    say(match, ben, hopes="A sounding board", between="My employer")
    say(match, ada, between="What clients say")
    for part, mine, other in (
        ("goals", "A sounding board", "My employer"),
        ("confidentiality", "What clients say", "A sounding board"),
    ):
        page = as_user(ben).get(reverse("agreements:part-update", args=[match.public_id, part]))
        assert mine in page.content.decode()
        assert other not in page.content.decode()


def test_it_blocks_nothing(match, ben, as_user):
    say(match, ben, hopes="Calm")
    assert make.signed(match).signed_at is not None


def test_it_is_exported_and_goes_with_its_author(match, ada, ben):
    say(match, ben, hopes="Calm")
    say(match, ada, gives="For Ben Okoro: questions")
    found = privacy.export_person(ben)["agreements"]["expectations"]
    assert [row["hopes"] for row in found] == ["Calm", ""]
    privacy.erase_person(ben)
    left = Expectations.objects.visible_to(ada).get()
    assert (left.author, "Okoro" in left.gives) == (ada, False)
