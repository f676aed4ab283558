"""Which help, hours, phone; why mentors join and what they want to learn; names in any script."""

import pytest
from django.urls import reverse

from applications.applying_again import apply_again
from applications.models import Application, PrivateAnswers
from testkit import factories
from testkit.programs import MENTEE, MENTOR, answer, fill_in

LONG_NAME = ("Noor \u05d0\u05d1\u05d2 \u0645\u0631\u062d\u0628\u0627 \U0001f600 " * 5)[:79] + "x"


def page_url(draft, code):
    return f"/applications/{draft.public_id}/{code}/"


@pytest.fixture
def offer(ada, cohort, vocabulary):
    return Application.objects.create(cohort=cohort, person=ada, role="mentor")


def test_a_mentee_says_which_help_and_a_mentor_also_why(as_user, ben, draft, ada, offer):
    mentee = as_user(ben).get(page_url(draft, "help"))
    assert list(mentee.context["form"].fields) == ["help_kinds", "mentor_styles", "fingerprint"]
    fill_in(as_user(ben), draft, {"help": MENTEE["help"]})
    fill_in(as_user(ada), offer, {"help": MENTOR["help"]})
    draft.refresh_from_db()
    offer.refresh_from_db()
    assert (draft.help_kinds, draft.join_reasons) == (["listen", "feedback"], [])
    assert (offer.mentor_styles, offer.join_reasons) == (["patient"], ["give-back", "learn"])


def test_training_needs_of_a_mentor_are_for_the_committee(as_user, ada, cleo, offer):
    answer(offer, {"private": MENTOR["private"]})
    row = PrivateAnswers.objects.visible_to(ada).get(application=offer)
    assert row.training_needs == ["ending"]
    Application.objects.filter(pk=offer.pk).update(state="submitted")
    page = as_user(cleo).get(reverse("admin:applications_application_change", args=[offer.pk]))
    assert "What would you like to learn or practise?" in page.content.decode()
    assert "Ending well" in page.content.decode()


def test_a_mentee_is_not_asked_for_training(as_user, ben, draft):
    page = as_user(ben).get(page_url(draft, "private"))
    assert "training_needs" not in page.context["form"].fields


@pytest.mark.parametrize("hours", ["0", "41", "-1", "many"])
def test_hours_a_month_are_between_one_and_forty(as_user, ben, draft, hours):
    answers = {**MENTEE["meeting"], "hours_per_month": hours}
    page = as_user(ben).post(page_url(draft, "meeting"), answers)
    assert page.context["form"].errors.keys() == {"hours_per_month"}


def test_a_phone_number_is_kept_on_the_profile(as_user, ben, draft):
    fill_in(as_user(ben), draft, {"about-you": MENTEE["about-you"]})
    ben.profile.refresh_from_db()
    assert ben.profile.phone == "+1 519 555 0100"
    bad = {**MENTEE["about-you"], "phone": "call me"}
    page = as_user(ben).post(page_url(draft, "about-you"), bad)
    assert page.context["form"].errors.keys() == {"phone"}


def test_a_long_name_with_right_to_left_text_and_emoji_is_kept(as_user, ben, draft):
    assert len(LONG_NAME) == 80
    fill_in(as_user(ben), draft, {"about-you": {**MENTEE["about-you"], "name": LONG_NAME}})
    ben.refresh_from_db()
    assert ben.name == LONG_NAME.strip()


def test_what_was_given_before_is_offered_when_applying_again(ada, offer, program):
    answer(offer, MENTOR)
    offer.refresh_from_db()
    later = apply_again(offer, factories.cohort(program=program, name="Next"), by=ada)
    assert (later.help_kinds, later.hours_per_month) == (["listen"], 4)
    assert later.join_reasons == ["give-back", "learn"]
    private = PrivateAnswers.objects.visible_to(ada).get(application=later)
    assert private.training_needs == ["ending"]


@pytest.mark.parametrize("code", MENTEE)
def test_a_form_sent_after_the_sign_in_has_ended_comes_back_with_its_text(client, draft, code):
    page = client.post(page_url(draft, code), MENTEE[code])
    assert "Please send the form again" in page.content.decode()
    sent = [
        value for one in MENTEE[code].values() for value in ([one] if isinstance(one, str) else one)
    ]
    assert [
        value
        for value in sent
        if value
        and f'value="{value}"' not in page.content.decode()
        and value not in page.content.decode()
    ] == []


def test_addresses_that_only_take_forms_lead_to_their_page(as_user, ben, draft):
    for address, page in (("send/", ""), ("topics/find/", "topics/")):
        answer_ = as_user(ben).get(f"/applications/{draft.public_id}/{address}")
        assert (answer_.status_code, answer_.url) == (
            303,
            f"/applications/{draft.public_id}/{page}",
        )
