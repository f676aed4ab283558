import re
from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from meetings.models import Meeting
from programs.models import Program
from testkit import agreements, factories

HOME = reverse("dashboard:home")


@pytest.fixture
def pair(ada, ben, cohort):
    """Ben (mentee) and Ada (mentor), introduced a moment ago."""
    return factories.match(ben, ada, cohort)


def test_someone_without_an_application_sees_what_is_open(as_user, dan, cohort):
    page = as_user(dan).get(HOME)
    assert list(page.context["cohorts"]) == [cohort]


def test_a_committee_member_without_a_role_goes_to_the_committee(as_user, cleo):
    assert as_user(cleo).get(HOME)["Location"] == reverse("admin:index")


def test_my_home_page_in_the_head_of_the_committee_leads_to_a_page(as_user, cleo):
    committee = as_user(cleo).get(reverse("admin:index")).content.decode()
    address = re.search(r'href="([^"]+)">My home page', committee)[1]
    assert as_user(cleo).get(address).status_code == 200


def test_the_mentee_writes_first(as_user, ben, pair):
    page = as_user(ben).get(HOME)
    assert page.context["step"].title == "Write to Ada"
    assert page.context["step"].url == reverse("matches:match-hello", args=[pair.public_id])


def test_the_mentor_waits_and_is_told_for_whom(as_user, ada, pair):
    page = as_user(ada).get(HOME)
    assert (page.context["is_mine"], page.context["waiting_for"]["who"]) == (False, "Ben")


@pytest.mark.parametrize(("role", "is_promised"), [("mentee", True), ("mentor", False)])
def test_only_a_mentee_left_out_has_priority(as_user, dan, cohort, role, is_promised):
    factories.application(dan, cohort, role, waiting_since=timezone.localdate())
    text = as_user(dan).get(HOME).content.decode()
    assert "looking for your match" in text
    assert ("You have priority in the next round." in text) is is_promised


def test_exactly_one_thing_is_asked(as_user, ben, pair):
    assert as_user(ben).get(HOME).content.decode().count("wm-card-next") == 1


def test_a_shared_text_is_signed_by_whoever_has_not(as_user, ada, ben, pair):
    agreements.sign(agreements.shared(pair), ben)
    assert as_user(ada).get(HOME).context["step"].action == "Read and sign"
    assert as_user(ben).get(HOME).context["step"].title == "You have signed"


def test_an_active_pair_with_a_date_ahead_rests(as_user, ada, ben, pair):
    agreements.signed(pair)
    day = timezone.localdate() + timedelta(days=9)
    Meeting.objects.create(
        match=pair, state="set", on=day, wall_time=time(18), zone="UTC", proposed_by=ben
    )
    page = as_user(ada).get(HOME)
    assert page.context["step"].title.startswith("You are all set until")
    assert "wm-card-next" not in page.content.decode()


def test_a_mentor_of_two_has_a_tab_for_each_and_sees_one(as_user, ada, pair, cohort):
    other = factories.person("Nia Cole")
    mentor = pair.mentor
    Application.objects.filter(pk=mentor.pk).update(capacity=2)
    second = type(pair).objects.create(mentee=factories.application(other, cohort), mentor=mentor)
    page = as_user(ada).get(HOME, {"pair": second.public_id})
    assert {tab["label"] for tab in page.context["tabs"]} == {
        "You and Ben Okoro",
        "You and Nia Cole",
    }
    assert page.context["status"].partner == other


def test_an_address_of_another_pair_shows_ones_own(as_user, ada, ben, pair, cohort):
    strange = factories.match(factories.person("Nia Cole"), factories.person("Otto Kern"), cohort)
    page = as_user(ben).get(HOME, {"pair": strange.public_id})
    assert page.context["status"].match == pair


def test_the_path_has_one_step_that_is_now(as_user, ben, pair):
    states = [step["state"] for step in as_user(ben).get(HOME).context["path"]]
    assert states == ["done", "done", "done", "now", "later", "later"]


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_pairs(
    pairs, as_user, ada, cohort, django_assert_max_num_queries
):
    mentor = factories.application(ada, cohort, "mentor", capacity=3)
    for _number in range(pairs):
        mentee = factories.application(factories.person(), cohort)
        agreements.shared(
            Application.objects.get(pk=mentee.pk).matches_as_mentee.create(mentor=mentor)
        )
    client = as_user(ada)
    client.get(HOME)  # the first page after signing in notes the device
    with django_assert_max_num_queries(12):
        assert len(client.get(HOME).context["tabs"] or [1]) == pairs


@pytest.mark.parametrize(
    ("role", "state", "is_public", "is_offered"),
    [
        ("mentor", "accepted", True, True),
        ("mentor", "accepted", False, False),
        ("mentor", "submitted", True, False),
        ("mentee", "accepted", True, False),
    ],
)
def test_a_mentor_without_a_pair_can_invite_another_one(
    as_user, dan, cohort, role, state, is_public, is_offered
):
    Program.objects.update(is_public=is_public)
    application = factories.application(dan, cohort, role, state=state)
    client = as_user(dan)
    invite = reverse("applications:mentor-invitation-create", args=[cohort.program.slug])
    assert (client.get(invite).status_code == 200) is is_offered
    sent = reverse("applications:application-sent", args=[application.public_id])
    for page in (HOME, sent):
        assert (invite in client.get(page).content.decode()) is is_offered
