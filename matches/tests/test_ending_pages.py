"""The pages on which a pair ends: what each of the two reads before and after."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from matches import endings
from matches.models import Closure, EndingNote, EndingReason, EndingRequest, FollowUp, Match
from testkit import factories


@pytest.fixture
def carer(program):
    return factories.member("Karin Osei", program=program, role="carer")


@pytest.fixture
def pair(ada, ben, cohort, carer):
    return factories.match(ben, ada, cohort, carer=carer)


def url(name, pair):
    return reverse(f"matches:match-{name}", args=[pair.public_id])


def text_of(response):
    return html.unescape(response.content.decode())


KIND = {"kind": "choice", "farewell": "Thank you for your time.", "reason": "fit"}


def test_ending_is_two_taps_from_the_pairs_page(pair, as_user, ben):
    page = text_of(as_user(ben).get(url("detail", pair)))
    assert url("ending", pair) in page
    choices = text_of(as_user(ben).get(url("ending", pair)))
    for name in ("talk-first", "ask-committee", "end"):
        assert url(name, pair) in choices


def test_the_words_that_help_write_nothing(pair, as_user, ben):
    page = text_of(as_user(ben).get(url("talk-first", pair)))
    assert "Karin Osei looks after your pair" in page
    assert not EndingRequest.objects.exists()


def test_the_partners_text_is_shown_before_anything_is_sent(pair, as_user, ben):
    page = text_of(as_user(ben).post(url("end", pair), KIND | {"offers_last_meeting": "on"}))
    assert "Ben has decided to end your pair." in page
    assert "Ben would like to meet you once more to say goodbye." in page
    assert "Thank you for your time." in page
    assert not Closure.objects.exists()
    assert not EndingReason.system.exists()


def test_confirming_ends_the_pair_and_asks_what_next(pair, as_user, ben):
    response = as_user(ben).post(url("end-confirm", pair), KIND | {"reason_text": "No words."})
    assert response["Location"] == url("next", pair)
    pair.refresh_from_db()
    assert pair.state == Match.State.CLOSED
    assert EndingReason.objects.visible_to(ben).get().text == "No words."


def test_the_partner_reads_the_farewell_and_never_the_reason(pair, as_user, ada, ben):
    as_user(ben).post(url("end-confirm", pair), KIND | {"reason_text": "CANARY"})
    page = text_of(as_user(ada).get(url("detail", pair)))
    assert "Thank you for your time." in page
    assert "Ben has decided to end your pair." in page
    assert "CANARY" not in page
    assert "get on well" not in page


def test_without_a_kind_the_form_says_what_is_missing(pair, as_user, ben):
    for name in ("end", "end-confirm"):
        assert "Choose how it ends." in text_of(as_user(ben).post(url(name, pair), {}))
    assert not Closure.objects.exists()


def test_asking_the_committee_is_not_told_to_the_partner(pair, as_user, ada, ben):
    as_user(ben).post(url("ask-committee", pair), {"reason": "", "reason_text": ""})
    assert "You asked the committee" in text_of(as_user(ben).get(url("ending", pair)))
    assert "asked the committee" not in text_of(as_user(ada).get(url("ending", pair)))
    as_user(ada).post(url("ask-committee", pair), {})
    for person in (ada, ben):
        page = text_of(as_user(person).get(url("ending", pair)))
        assert "have both asked the committee" in page


def test_a_request_is_taken_back_with_one_button(pair, as_user, ben):
    endings.ask_committee(pair, by=ben)
    as_user(ben).post(url("ending-withdraw", pair))
    assert not EndingRequest.objects.open().exists()


def test_a_request_of_a_pair_that_has_ended_does_not_let_it_go_on(pair, as_user, ada, ben):
    endings.ask_committee(pair, by=ben)
    endings.end(pair, by=ada, kind="choice")
    page = text_of(as_user(ben).post(url("ending-withdraw", pair), follow=True))
    assert "This pair has ended already." in page
    assert "Your pair goes on." not in page


def test_the_preview_does_not_give_away_what_the_partner_asked(pair, as_user, ada, ben):
    endings.ask_committee(pair, by=ben)
    page = text_of(as_user(ada).post(url("end", pair), KIND))
    assert "Ada has decided to end your pair." in page
    assert "both asked" not in page


@pytest.mark.parametrize("name", ["ending", "talk-first", "ask-committee", "end"])
def test_after_the_end_the_steps_lead_back_to_the_pairs_page(pair, as_user, ada, ben, name):
    endings.end(pair, by=ben, kind="choice")
    assert as_user(ada).get(url(name, pair))["Location"] == url("detail", pair)


def test_ending_at_the_same_time_as_the_partner_is_no_error(pair, as_user, ada, ben):
    endings.end(pair, by=ben, kind="choice")
    response = as_user(ada).post(url("end-confirm", pair), KIND)
    assert response["Location"] == url("next", pair)
    assert Closure.objects.get().closed_by == ben


def test_what_next_is_answered_on_one_page(pair, as_user, ben):
    endings.end(pair, by=ben, kind="choice")
    page = text_of(as_user(ben).get(url("next", pair)))
    assert "without the usual pause of 14 days" in page
    assert "fewer mentees" not in page
    answer = {"wish": "again", "is_rest_skipped": "on"}
    assert as_user(ben).post(url("next", pair), answer)["Location"] == url("detail", pair)
    row = FollowUp.objects.get(person=ben)
    assert (row.wish, row.is_rest_skipped) == ("again", True)
    assert "I would like another match" in text_of(as_user(ben).get(url("detail", pair)))


def test_the_question_is_not_there_while_the_pair_goes_on(pair, as_user, ben):
    assert as_user(ben).get(url("next", pair))["Location"] == url("detail", pair)


def test_the_home_page_knows_that_the_pair_has_ended(pair, as_user, ben):
    endings.end(pair, by=ben, kind="choice")
    home = reverse("dashboard:home")
    assert as_user(ben).get(home).context["step"].title == "What would you like next?"
    as_user(ben).post(url("next", pair), {"wish": "stop"})
    page = as_user(ben).get(home)
    assert page.context["step"].title == "Your time together is over"
    assert [row["label"] for row in page.context["path"]][-1] == "Pair ended"
    as_user(ben).post(url("next", pair), {"wish": "again"})
    page = as_user(ben).get(home)
    assert page.context["step"].title == "You're in. We are looking for your match"


def test_a_pair_made_by_mistake_is_as_if_it_had_never_been(pair, as_user, ben, carer):
    endings.end(pair, by=carer, kind="error", cause="mistake")
    page = as_user(ben).get(reverse("dashboard:home"))
    assert page.context["step"].title == "You're in. We are looking for your match"


def test_before_withdrawing_the_page_says_what_the_partner_will_read(pair, as_user, ben):
    page = reverse("applications:application-withdraw", args=[pair.mentee.public_id])
    text = text_of(as_user(ben).get(page))
    assert "Your pair with Ada ends at once." in text
    assert "Ben no longer takes part in the program" in text
    as_user(ben).post(page)
    pair.refresh_from_db()
    assert pair.state == Match.State.CLOSED


def test_before_erasing_too(pair, ben):
    from accounts.privacy import erasure_effects

    assert "Your pair with Ada ends at once." in " ".join(erasure_effects(ben))


# --- the committee's pages


def admin(name, *args):
    return reverse(f"admin:matches_match_{name}", args=args)


ONE_SIDED = {"cause": "one_sided", "about": "mentee", "note": "They spoke."}


def test_the_carer_sees_who_gets_what_and_ends(pair, as_user, carer):
    member = as_user(carer)
    page = text_of(member.post(admin("end", pair.pk), ONE_SIDED))
    assert "You have ended your pair with Ada." in page
    assert "Ben has decided to end your pair." in page
    assert not Closure.objects.exists()
    member.post(admin("end-confirm", pair.pk), ONE_SIDED)
    pair.refresh_from_db()
    assert (pair.state, pair.closed_kind) == (Match.State.CLOSED, "choice")
    assert "They spoke." in text_of(member.get(admin("change", pair.pk)))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({}, "This field is required."),
        ({"cause": "one_sided"}, "Choose which of the two this is about."),
        ({"cause": "silence", "about": "mentee"}, "Try to reach them another way first"),
        (
            {"cause": "silence", "about": "mentee", "tried_on": "2999-01-01"},
            "This day is in the future.",
        ),
    ],
)
def test_the_form_names_what_is_missing(pair, as_user, cleo, data, error):
    for name in ("end", "end-confirm"):
        assert error in text_of(as_user(cleo).post(admin(name, pair.pk), data))
    assert not Closure.objects.exists()


def test_several_pairs_are_ended_from_the_list(pair, as_user, cleo, cohort, without_zeal):
    other = factories.match(factories.person("Joel"), factories.person("Priya"), cohort)
    asked = {"action": "end_pairs", "_selected_action": [pair.pk, other.pk]}
    address = as_user(cleo).post(admin("changelist"), asked)["Location"]
    assert text_of(as_user(cleo).get(address)).count("<li>") >= 2
    data = {"cause": "expected", "pk": [pair.pk, other.pk]}
    assert "End these pairs now?" in text_of(as_user(cleo).post(admin("end-selected"), data))
    as_user(cleo).post(admin("end-selected-confirm"), data)
    assert Closure.objects.count() == 2


def test_a_carer_ends_only_pairs_in_their_care(pair, as_user, program):
    other = factories.member("Milo Park", program=program, role="carer")
    assert as_user(other).get(admin("end", pair.pk)).status_code == 404
    data = {"cause": "expected", "pk": [pair.pk]}
    as_user(other).post(admin("end-selected-confirm"), data)
    assert not Closure.objects.exists()


def test_reopening_asks_first(pair, as_user, carer, ben):
    endings.end(pair, by=ben, kind="choice")
    assert "can be reopened until" in text_of(as_user(carer).get(admin("reopen", pair.pk)))
    pair.refresh_from_db()
    assert pair.state == Match.State.CLOSED
    as_user(carer).post(admin("reopen", pair.pk))
    pair.refresh_from_db()
    assert pair.state == Match.State.INTRODUCED


def test_the_checklist_is_kept_with_dates(pair, as_user, carer, ben):
    endings.end(pair, by=ben, kind="choice")
    dates = {"last_meeting_offered_on": "2026-06-03", "thanked_on": ""}
    as_user(carer).post(admin("note", pair.pk), {"text": "Offered.", **dates})
    closure = Closure.objects.get()
    assert str(closure.last_meeting_offered_on) == "2026-06-03"
    assert closure.thanked_on is None
    page = as_user(carer).post(admin("note", pair.pk), {"text": "Kept.", "thanked_on": "soon"})
    assert '<a href="#id_thanked_on">' in page.content.decode()  # of the summary
    assert "Kept." in text_of(page)
    assert EndingNote.system.count() == 1


def test_the_carer_enters_a_wish_they_were_told(pair, as_user, carer, ben):
    endings.end(pair, by=ben, kind="choice")
    row = FollowUp.objects.get(person=ben)
    as_user(carer).post(admin("wish", pair.pk), {"follow_up": row.pk, "wish": "again"})
    row.refresh_from_db()
    assert (row.wish, row.answered_by) == ("again", carer)
    page = as_user(carer).post(admin("wish", pair.pk), {"follow_up": row.pk}, follow=True)
    assert "Choose what the person would like next." in text_of(page)


def test_the_reason_is_on_the_page_of_those_in_care_only(pair, as_user, carer, ben, program):
    endings.give_reason(pair, by=ben, reason="time", text="CANARY")
    reader = factories.member("Rita Vale", program=program, role="reader")
    assert "CANARY" in text_of(as_user(carer).get(admin("change", pair.pk)))
    assert "CANARY" not in text_of(as_user(reader).get(admin("change", pair.pk)))
