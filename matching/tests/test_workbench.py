"""The workbench: who may open it, what the pages say, and that each button does one thing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from matching.models import Proposal, Round, RoundEntry
from programs.models import Conflict
from testkit import factories
from testkit import rounds as make

PAGES = [
    "workbench",
    "review",
    "minutes",
    "publish",
    "weakest",
    "differences",
    "criteria",
    "export",
]


def url(name, round_, *args):
    return reverse(f"admin:matching_round_{name}", args=[round_.public_id, *args])


@pytest.fixture
def press(drafted, as_user, cleo, people):
    """`press("pin", "amina", "ruth")` presses a button as cleo; returns the page that follows."""

    def do(action, mentee, mentor=None, *, by=cleo, **data):
        data = {"expected_version": drafted.plan_version, **data}
        if mentor:
            data["mentor"] = people[mentor].public_id
        return as_user(by).post(url(action, drafted, people[mentee].public_id), data, follow=True)

    return do


@pytest.mark.parametrize("name", PAGES)
def test_members_open_every_page_and_others_none(drafted, as_user, cleo, dan, people, name):
    assert as_user(cleo).get(url(name, drafted)).status_code == 200
    for stranger in (dan, people["ruth"].person):
        assert as_user(stranger).get(url(name, drafted)).status_code in {302, 403, 404}
    elsewhere = factories.member(program=factories.program())
    assert as_user(elsewhere).get(url(name, drafted)).status_code == 404


def test_the_list_says_who_goes_with_whom_and_why(drafted, as_user, cleo):
    text = as_user(cleo).get(url("workbench", drafted)).content.decode()
    for words in (
        "Amina Farah", "Ruth Adeyemi", "Been through it: career change", "1 of 1 topics: hiring",
        "Strong",
        "2 mentors with 2 free places",
    ):  # fmt: skip
        assert words in text


def test_who_is_left_out_is_explained_with_the_nearest_fix(drafted, as_user, cleo):
    text = as_user(cleo).get(url("workbench", drafted) + "?queue=unmatched").content.decode()
    assert "Sofia Marin" in text
    assert "3 mentees share the same 2 mentors, with 2 places in total." in text
    assert "one more place: matches 1 more person" in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_as_often_whatever_its_size(
    cohort, cleo, as_user, django_assert_num_queries, count
):
    for n in range(count):
        make.applicant(cohort, f"Mentee {n}", topics={"tax": 2})
        make.applicant(cohort, f"Mentor {n}", "mentor", topics={"tax": 2})
    drafted, client = make.run_round(cohort, cleo), as_user(cleo)
    client.get(url("workbench", drafted))
    with django_assert_num_queries(12):
        client.get(url("workbench", drafted))


@pytest.mark.parametrize(
    "queue", ["all", "look", "pinned", "unmatched", "warnings", "changed", "nonsense"]
)
def test_every_queue_opens(drafted, as_user, cleo, queue):
    assert as_user(cleo).get(url("workbench", drafted) + f"?queue={queue}").status_code == 200


def test_a_person_is_found_by_name(drafted, as_user, cleo):
    text = as_user(cleo).get(url("workbench", drafted) + "?find=amina").content.decode()
    assert "Amina Farah" in text
    assert "Joel Tremblay" not in text


def test_pin_returns_to_the_row_and_says_what_happened(press, drafted, people):
    page = press("pin", "amina", "ruth")
    assert page.redirect_chain[-1][0].endswith(f"#row-{people['amina'].public_id}")
    assert "You pinned Amina Farah with Ruth Adeyemi" in page.content.decode()
    assert Proposal.system.filter(round=drafted).pinned().count() == 1


@pytest.mark.parametrize(
    ("action", "mentee", "mentor", "more", "kind"),
    [
        ("choose", "amina", "priya", {}, "choose"),
        ("reject", "amina", "ruth", {"scope": "pair", "why": "Neighbours."}, "reject"),
        ("reject", "amina", "ruth", {"scope": "never", "why": "A complaint."}, "reject"),
        ("reject", "sofia", None, {"scope": "round", "why": "On leave."}, "exclude"),
        ("add-capacity", "sofia", "ruth", {"why": "Rang her."}, "capacity"),
    ],
)
def test_each_button_does_its_one_thing(press, drafted, action, mentee, mentor, more, kind):
    assert press(action, mentee, mentor, **more).status_code == 200
    assert RoundEntry.system.filter(round=drafted).last().kind == kind


def test_opening_a_button_by_its_address_does_nothing(drafted, as_user, cleo, people):
    for action in (
        "pin",
        "unpin",
        "reject",
        "allow",
        "include",
        "choose",
        "swap",
        "waive-rule",
        "add-capacity",
    ):
        assert as_user(cleo).get(url(action, drafted, people["amina"].public_id)).status_code == 303
    assert RoundEntry.system.filter(round=drafted).count() == 1


def test_a_swap_is_tried_before_it_is_made(drafted, as_user, cleo, people, table):
    client = as_user(cleo)
    tried = client.get(
        url("preview", drafted, people["amina"].public_id), {"other": people["joel"].public_id}
    )
    text = tried.content.decode()
    assert "Amina Farah and Joel Tremblay swap mentors." in text
    assert "2 people move" in text
    assert table(drafted)["Amina"] == "Ruth"
    client.post(
        url("swap", drafted, people["amina"].public_id),
        {"expected_version": drafted.plan_version, "other": people["joel"].public_id},
    )
    assert table(drafted)["Amina"] == "Priya"


def test_undo_is_a_button_too(press, drafted, as_user, cleo, table):
    press("choose", "amina", "priya")
    last = RoundEntry.system.filter(round=drafted).last()
    text = as_user(cleo).get(url("workbench", drafted)).content.decode()
    assert "Undo last change" in text
    as_user(cleo).post(url("undo", drafted, last.version))
    assert table(drafted)["Amina"] == "Ruth"


def test_htmx_gets_only_the_rows_that_changed(drafted, as_user, cleo, people):
    answer = as_user(cleo).post(
        url("pin", drafted, people["amina"].public_id),
        {"expected_version": drafted.plan_version, "mentor": people["ruth"].public_id},
        headers={"HX-Request": "true"},
    )
    text = answer.content.decode()
    assert f'id="row-{people["amina"].public_id}"' in text
    assert f'id="row-{people["sofia"].public_id}"' not in text
    assert "You pinned Amina Farah with Ruth Adeyemi" in text
    assert "<html" not in text


def test_htmx_hears_a_refusal_too(drafted, as_user, cleo, people):
    answer = as_user(cleo).post(
        url("reject", drafted, people["amina"].public_id),
        {
            "expected_version": drafted.plan_version,
            "mentor": people["ruth"].public_id,
            "scope": "pair",
            "why": "",
        },
        headers={"HX-Request": "true"},
    )
    assert "short reason" in answer.content.decode()


# Compare ------------------------------------------------------------------------------------------


def test_candidates_are_compared_by_criterion(drafted, as_user, cleo, people):
    text = as_user(cleo).get(url("compare", drafted, people["amina"].public_id)).content.decode()
    for words in (
        "Ruth Adeyemi",
        "Priya Nair",
        "If chosen",
        "costs ",
        "career change (been through it)",
    ):
        assert words in text


def test_a_closed_mentor_is_shown_with_the_rule_in_words(cohort, as_user, cleo):
    noor = make.applicant(cohort, "Noor Haddad", employer="Birch", topics={"tax": 3})
    make.applicant(cohort, "Omar Saad", "mentor", employer="Birch", topics={"tax": 3})
    drafted = make.run_round(cohort, cleo)
    text = as_user(cleo).get(url("compare", drafted, noor.public_id)).content.decode()
    assert "both work for the same employer" in text
    assert "Waive the rule" in text


def test_private_answers_stay_out_of_the_chips_and_exports(drafted, as_user, cleo, people):
    from applications.models import NamedWish, PrivateAnswers

    PrivateAnswers.system.create(application=people["amina"], needs="CANARY-needs")
    NamedWish.system.create(application=people["amina"], kind="prefer", written="CANARY-wish")
    client = as_user(cleo)
    for name in PAGES:
        assert b"CANARY" not in client.get(url(name, drafted)).content


# Recusal ------------------------------------------------------------------------------------------


@pytest.fixture
def recused(kim, people):
    Conflict.objects.create(member=kim, person=people["joel"].person)
    return kim


@pytest.mark.parametrize("name", [*PAGES, "compare"])
def test_a_recused_member_never_reads_the_name(drafted, as_user, recused, people, name):
    args = [people["amina"].public_id] if name == "compare" else []
    content = as_user(recused).get(url(name, drafted, *args)).content
    assert b"Joel" not in content
    assert b"Priya" in content or name in {
        "criteria",
        "weakest",
        "differences",
        "publish",
        "export",
        "workbench",
        "review",
        "minutes",
    }


def test_the_hidden_row_is_counted(drafted, as_user, recused):
    assert (
        "1 row is hidden because you have a conflict of interest"
        in as_user(recused).get(url("workbench", drafted)).content.decode()
    )


def test_the_hidden_row_cannot_be_opened(drafted, as_user, recused, people):
    assert (
        as_user(recused).get(url("compare", drafted, people["joel"].public_id)).status_code == 404
    )


# Whole rounds -------------------------------------------------------------------------------------


def test_a_round_from_empty_to_published_by_buttons_alone(cohort, people, as_user, cleo, kim):
    first, second = as_user(kim), as_user(cleo)
    opened = first.post(
        reverse("admin:matching_round_add"), {"cohort": cohort.pk, "name": ""}, follow=True
    )
    assert "has not been run yet" in opened.content.decode()
    made = Round.system.get()
    for name in ("run", "send"):
        first.post(url(name, made))
    made.refresh_from_db(from_queryset=Round.system.all())
    second.post(url("approve", made), {"expected_version": made.plan_version})
    second.post(url("schedule", made), {"when": "together"})
    made.refresh_from_db(from_queryset=Round.system.all())
    assert made.publish_at
    assert "Stop the publication" in second.get(url("publish", made)).content.decode()


def test_the_publish_page_counts_pairs_and_emails(cohort, people, as_user, cleo, kim):
    ready = make.approved_round(cohort, kim, cleo)
    response = as_user(cleo).get(url("publish", ready))
    text = response.content.decode()
    assert "2 pairs" in text
    assert [(row.label, row.count) for row in response.context["departing"][0]] == [
        ("Introduction, mentee", 2),
        ("Introduction, mentor", 2),
        ("No mentor yet, mentee", 1),
    ]
    assert "Meet Ruth, your mentor" in text
    assert "Ruth has been through this: career change." in text
    assert "priority in the next round" in text


def test_other_weights_are_previewed_before_they_are_used(drafted, as_user, cleo, table):
    client, page = as_user(cleo), url("criteria", drafted)
    form = client.get(page).context["form"]
    data = {name: value for name, value in form.initial.items() if value is not None}
    data |= {"weight_can_help": 0, "weight_understands": 0, "weight_practical": 50}
    assert "Nothing is saved yet" in client.post(page, data).content.decode()
    assert Round.system.get(pk=drafted.pk).criteria["weights"]["practical"] == 17
    client.post(url("use-criteria", drafted), data)
    fresh = Round.system.get(pk=drafted.pk)
    assert (fresh.criteria["weights"]["practical"], fresh.draft) == (50, 2)


def test_a_weight_for_wishes_beyond_a_quarter_is_refused(drafted, as_user, cleo):
    client, page = as_user(cleo), url("criteria", drafted)
    data = {
        name: value
        for name, value in client.get(page).context["form"].initial.items()
        if value is not None
    }
    assert (
        "wishes may weigh at most"
        in client.post(page, {**data, "weight_wishes": 90}).content.decode()
    )


def test_changed_answers_are_reported_and_do_not_mix(drafted, as_user, cleo, people, table):
    type(people["amina"]).objects.filter(pk=people["amina"].pk).update(version=7)
    text = as_user(cleo).get(url("workbench", drafted)).content.decode()
    assert "1 person changed an answer since this draft." in text


def test_the_minutes_tell_each_decision_with_its_reason_and_price(press, drafted, as_user, cleo):
    press("reject", "amina", "ruth", scope="pair", why="They are neighbours.")
    text = as_user(cleo).get(url("minutes", drafted)).content.decode()
    assert "rejected Amina Farah with Ruth Adeyemi" in text
    assert "They are neighbours." in text
    assert "Verified: no plan is better" in text


def test_a_reader_reads_and_has_no_buttons(drafted, as_user, program):
    reader = as_user(factories.member(program=program, role="reader"))
    text = reader.get(url("workbench", drafted)).content.decode()
    assert "Amina Farah" in text
    assert "Run again" not in text


def test_the_list_of_rounds_has_figures(drafted, as_user, cleo):
    text = as_user(cleo).get(reverse("admin:matching_round_changelist")).content.decode()
    assert drafted.name in text
    assert url("workbench", drafted) in text
