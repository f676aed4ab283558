import pytest
from django.urls import reverse
from django.utils import timezone

from agreements import amending, drafting
from agreements.forms import NO_GOAL
from agreements.models import AgreedGoal, AgreementVersion, Signature
from testkit import agreements as make

pytestmark = pytest.mark.django_db


def url(name, match, *more):
    return reverse(f"agreements:{name}", args=[match.public_id, *more])


GOALS = {
    "expected_revision": 0,
    "goal_0": "Lead a panel",
    "measure_0": "Two led",
    "goal_1": "",
    "measure_1": "",
}


def test_the_empty_agreement_names_the_first_part(match, as_user, ben):
    page = as_user(ben).get(url("agreement-detail", match))
    assert page.context["next_step"]["url"] == url("part-update", match, "rhythm")
    assert AgreementVersion.objects.count() == 0, "looking writes nothing"


@pytest.mark.parametrize(
    "name", ["agreement-detail", "agreement-review", "agreement-sign", "agreement-amend"]
)
@pytest.mark.parametrize("person", ["dan", "cleo"])
def test_only_the_pair_has_these_pages(name, person, match, as_user, request):
    make.shared(match)
    page = as_user(request.getfixturevalue(person)).get(url(name, match))
    assert page.status_code == 404


def test_saving_a_part_leads_to_the_next(match, as_user, ben):
    answer = as_user(ben).post(url("part-update", match, "goals"), GOALS)
    assert answer["Location"] == url("part-update", match, "activities")
    goal = AgreedGoal.objects.visible_to(ben).get()
    assert (goal.text, goal.measure) == ("Lead a panel", "Two led")


@pytest.mark.parametrize("part", ["rhythm", "goals", "activities", "confidentiality", "term"])
def test_each_part_can_be_opened_and_saved_as_it_stands(part, match, as_user, ben):
    make.draft(match)
    client = as_user(ben)
    form = client.get(url("part-update", match, part)).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    assert client.post(url("part-update", match, part), data).status_code == 302
    assert AgreementVersion.objects.get().revision == 5, (
        "nothing was changed, so nothing was raised"
    )


def test_a_goal_without_a_measure_is_asked_for_it(match, as_user, ben):
    page = as_user(ben).post(url("part-update", match, "goals"), {**GOALS, "measure_0": " "})
    assert page.context["form"].errors == {
        "measure_0": ["Say how you will know that you have reached this goal."]
    }
    assert "Error: " in page.content.decode()
    assert AgreementVersion.objects.count() == 0


def test_the_first_goal_may_go_when_another_stays(match, as_user, ben):
    version = make.draft(match)
    data = {
        **GOALS,
        "expected_revision": 1,
        "goal_0": "",
        "measure_0": "",
        "goal_1": "Write a book",
        "measure_1": "It is printed",
    }
    as_user(ben).post(url("part-update", match, "goals"), data)
    assert [goal.text for goal in AgreedGoal.objects.visible_to(ben).filter(version=version)] == [
        "Write a book"
    ]


def test_no_goal_at_all_is_asked_for_one(match, as_user, ben):
    page = as_user(ben).post(
        url("part-update", match, "goals"), {**GOALS, "goal_0": "", "measure_0": ""}
    )
    assert page.context["form"].errors["goal_0"] == [str(NO_GOAL)]


def test_a_short_term_needs_a_reason(match, as_user, ben):
    data = {
        "expected_revision": 0,
        "term_months": 6,
        "short_term_reason": "",
        "ending_rules": "Kindly.",
    }
    page = as_user(ben).post(url("part-update", match, "term"), data)
    assert list(page.context["form"].errors) == ["short_term_reason"]
    as_user(ben).post(
        url("part-update", match, "term"), {**data, "short_term_reason": "A new job in May"}
    )
    assert AgreementVersion.objects.get().term_months == 6


@pytest.mark.parametrize("part", ["rhythm", "goals", "activities", "confidentiality", "term"])
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"expected_revision": "x"},
        {"expected_revision": "0", "goal_0": "a\x00b", "activities": "\n" * 9},
    ],
)
def test_empty_and_hostile_forms_show_errors(part, data, match, as_user, ben):
    page = as_user(ben).post(url("part-update", match, part), data)
    assert page.status_code == 200
    assert page.context["form"].errors


def test_a_conflicting_edit_shows_both_texts(match, as_user, ada, ben):
    drafting.save_part(
        match, "activities", {"activities": ["Read a book"]}, expected_revision=0, by=ada
    )
    mine = {"expected_revision": 0, "activities": "Go to a fair"}
    page = as_user(ben).post(url("part-update", match, "activities"), mine)
    words = page.content.decode()
    assert page.status_code == 409
    assert "Read a book" in words
    assert "Go to a fair" in words

    again = {
        name: page.context["form"][name].value() for name in ("expected_revision", "activities")
    }
    assert as_user(ben).post(url("part-update", match, "activities"), again).status_code == 302
    assert drafting.part_values(AgreementVersion.objects.get(), "activities") == {
        "activities": ["Go to a fair"]
    }


def test_share_then_sign_then_in_force(match, as_user, ada, ben):
    version = make.draft(match)
    answer = as_user(ben).post(url("agreement-share", match))
    assert answer["Location"] == url("agreement-sign", match)
    version.refresh_from_db()
    for person in (ben, ada):
        data = {"expected_revision": version.revision, "typed_name": person.name, "is_agreed": "on"}
        assert as_user(person).post(url("agreement-sign", match), data)["Location"] == url(
            "agreement-detail", match
        )
    page = as_user(ada).get(url("agreement-detail", match)).content.decode()
    assert "You both signed on" in page
    assert "Two panels led before June" in page


def test_sharing_needs_a_post(match, as_user, ben):
    make.draft(match)
    assert as_user(ben).get(url("agreement-share", match)).status_code == 303


def test_another_name_must_be_confirmed(match, as_user, ada):
    version = make.shared(match)
    data = {
        "expected_revision": version.revision,
        "typed_name": "Adelaide Brook",
        "is_agreed": "on",
    }
    page = as_user(ada).post(url("agreement-sign", match), data)
    assert list(page.context["form"].errors) == ["is_my_name"]
    as_user(ada).post(url("agreement-sign", match), {**data, "is_my_name": "on"})
    assert Signature.objects.get().typed_name == "Adelaide Brook"


def test_the_same_name_in_another_case_is_the_same_name(match, as_user, ada):
    version = make.shared(match)
    as_user(ada).post(
        url("agreement-sign", match),
        {"expected_revision": version.revision, "typed_name": " ada  BROOK", "is_agreed": "on"},
    )
    assert Signature.objects.count() == 1


def test_a_changed_text_is_shown_before_it_is_signed(match, as_user, ada, ben):
    version = make.shared(match)
    drafting.save_part(
        match, "activities", {"activities": ["Go to a fair"]}, expected_revision=1, by=ben
    )
    data = {"expected_revision": version.revision, "typed_name": "Ada Brook", "is_agreed": "on"}
    page = as_user(ada).post(url("agreement-sign", match), data, follow=True)
    words = page.content.decode()
    assert Signature.objects.count() == 0
    assert "The text has changed since you read it" in words
    assert "<ins>Go to a fair</ins>" in words
    assert "Removed" in words


def test_the_printed_text_says_draft_until_both_have_signed(match, as_user, ada, ben):
    version = make.shared(match)
    make.sign(version, ada)
    assert (
        "Draft: not signed by both people yet"
        in as_user(ben).get(url("agreement-print", match)).content.decode()
    )
    make.sign(version, ben)
    words = as_user(ben).get(url("agreement-print", match)).content.decode()
    assert "Draft" not in words
    assert Signature.objects.first().sha256 in words
    assert words.count(" UTC</li>") == 2


def test_the_committee_reads_the_text_only_when_both_allow_it(match, as_user, ada, ben, cleo):
    make.signed(match)
    committee = as_user(cleo)
    as_user(ada).post(url("committee-access", match), {"answer": "yes"})
    assert committee.get(url("agreement-print", match)).status_code == 404
    as_user(ben).post(url("committee-access", match), {"answer": "yes"})
    assert (
        "Two panels led before June"
        in committee.get(url("agreement-print", match)).content.decode()
    )
    as_user(ben).post(url("committee-access", match), {"answer": "no"})
    assert committee.get(url("agreement-print", match)).status_code == 404


def test_a_second_start_of_a_version_says_that_it_is_there(match, as_user, ada, ben):
    make.signed(match)
    as_user(ben).post(url("agreement-amend", match))
    page = as_user(ada).post(url("agreement-amend", match), follow=True).content.decode()
    assert "A new version has been started already. This is it." in page
    assert "New version started" not in page


def test_the_second_to_allow_reading_is_told_that_the_committee_can_read(match, as_user, ada, ben):
    make.signed(match)
    said = [
        as_user(one).post(url("committee-access", match), {"answer": "yes"}, follow=True)
        for one in (ada, ben)
    ]
    assert "It can once you both do." in said[0].content.decode()
    assert "It can read it now." in said[1].content.decode()


def test_a_reason_that_would_be_dropped_is_refused(match, as_user, ben):
    data = {
        "term_months": 12,
        "short_term_reason": "A new job",
        "ending_rules": "We say so.",
        "expected_revision": 0,
    }
    page = as_user(ben).post(url("part-update", match, "term"), data)
    assert set(page.context["form"].errors) == {"short_term_reason"}


def test_amending_asks_first_and_then_begins_a_version(match, as_user, ben):
    make.signed(match)
    client = as_user(ben)
    assert client.get(url("agreement-amend", match)).status_code == 200
    assert AgreementVersion.objects.count() == 1
    client.post(url("agreement-amend", match))
    client.post(url("agreement-amend", match))
    assert [version.state for version in AgreementVersion.objects.all()] == ["signed", "draft"]


@pytest.mark.parametrize("goals", [1, 3])
def test_the_page_asks_the_database_as_often_for_three_goals_as_for_one(
    goals, match, as_user, ben, django_assert_num_queries
):
    rows = [{"key": "", "text": f"Goal {n}", "measure": "Seen"} for n in range(goals)]
    make.signed(match, goals={"goals": rows})
    client = as_user(ben)
    client.get(url("agreement-detail", match))  # the first request also opens the session's own row
    with django_assert_num_queries(9):
        client.get(url("agreement-detail", match))


@pytest.mark.parametrize("make_version", [make.shared, make.signed])
def test_after_the_end_of_the_match_the_page_says_so(make_version, match, as_user, ben):
    version = make_version(match)
    type(match).objects.update(state="closed", closed_at=version.shared_at, closed_kind="choice")
    page = as_user(ben).get(url("agreement-detail", match)).content.decode()
    assert " ended" in page
    assert "runs until" not in page
    assert "has not signed yet" not in page


def test_the_page_shows_goals_while_a_version_is_in_force_and_after(match, as_user, ben):
    client, shown = as_user(ben), {}

    def look(state):
        shown[state] = "Our goals" in client.get(url("agreement-detail", match)).content.decode()

    look("not begun")
    version = make.draft(match)
    look("draft")
    drafting.share(version, by=ben)
    look("shared")
    make.sign(version, *match.people)
    look("signed")
    amending.amend(match, by=ben)
    look("a new draft beside the one in force")
    type(match).objects.update(state="closed", closed_at=timezone.now(), closed_kind="choice")
    look("ended")
    assert [state for state, found in shown.items() if found] == [
        "signed",
        "a new draft beside the one in force",
        "ended",
    ]
