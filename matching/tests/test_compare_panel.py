"""Around the rows of the workbench: the panel, who else is here, hidden names, previews."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from matching.criteria import SWITCHABLE
from matching.models import Proposal, RoundEntry
from matching.recusal import ViewerContext
from matching.rounds.decisions import Kind, RoundDecision, decide
from matching.workbench.change_preview import Move, preview_decision
from matching.workbench.presence import other_viewers, viewers_text
from programs.models import Conflict


def url(name, round_, *args):
    return reverse(f"admin:matching_round_{name}", args=[round_.public_id, *args])


# Beside the list ----------------------------------------------------------------------------------


def test_beside_the_list_the_same_comparison_comes_without_its_frame(
    drafted, as_user, cleo, people
):
    address = url("compare", drafted, people["amina"].public_id)
    client = as_user(cleo)
    pane = client.get(address, headers={"HX-Request": "true"}).content.decode()
    page = client.get(address).content.decode()
    for words in ("Amina Farah: compare candidates", "Priya Nair", "If chosen"):
        assert words in pane
        assert words in page
    assert "<html" not in pane
    assert "hx-post" in pane
    assert "hx-post" not in page


def test_a_try_beside_the_list_changes_nothing(drafted, as_user, cleo, people, table):
    address = (
        url("preview", drafted, people["amina"].public_id) + f"?mentor={people['priya'].public_id}"
    )
    pane = as_user(cleo).get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Amina Farah moves to Priya Nair." in pane
    assert table(drafted)["Amina"] == "Ruth"


def test_a_try_says_who_goes_from_whom_to_whom_and_how_it_fits(drafted, cleo, people):
    step = RoundDecision(Kind.SWAP, people["amina"].pk, other=people["joel"].pk)
    outcome, moves = preview_decision(ViewerContext.of(drafted, cleo), step)
    assert outcome.cost_points > 0
    assert [(move.mentee, move.was, move.now) for move in moves] == [
        ("Amina Farah", "Ruth Adeyemi", "Priya Nair"),
        ("Joel Tremblay", "Priya Nair", "Ruth Adeyemi"),
    ]
    assert {move.was_band for move in moves} == {"Strong", "Good"} or all(
        move.was_band for move in moves
    )
    assert RoundEntry.system.filter(round=drafted).count() == 1


def test_a_preview_that_moves_a_conflicted_person_is_refused(drafted, kim, people):
    Conflict.objects.create(member=kim, person=people["joel"].person)
    with pytest.raises(ActionNotAllowed, match="ask another member"):
        preview_decision(
            ViewerContext.of(drafted, kim),
            RoundDecision(Kind.CHOOSE, people["amina"].pk, people["priya"].pk),
        )


def test_a_move_to_no_mentor_has_no_band():
    assert Move("Amina", "Ruth", "", "strong").now_band == ""


# Who else is looking ------------------------------------------------------------------------------


def test_the_page_says_who_else_is_looking(drafted, as_user, cleo, kim):
    assert "people are viewing" not in as_user(kim).get(url("workbench", drafted)).content.decode()
    text = as_user(cleo).get(url("workbench", drafted)).content.decode()
    assert "2 people are viewing: Kim Osei, you" in text


def test_who_has_gone_is_forgotten(drafted, cleo, kim):
    now = timezone.now()
    other_viewers(drafted, kim, now)
    assert other_viewers(drafted, cleo, now + timedelta(minutes=4)) == ["Kim Osei"]
    assert other_viewers(drafted, cleo, now + timedelta(minutes=6)) == []


def test_a_single_viewer_is_not_mentioned():
    assert viewers_text([]) == ""


# Names hidden until a row is opened ---------------------------------------------------------------


@pytest.fixture
def veiled(program):
    program.policy.hide_names_until_opened = True
    program.policy.save()


def test_initials_replace_names_until_a_row_is_opened(drafted, as_user, cleo, people, veiled):
    client = as_user(cleo)
    listing = client.get(url("workbench", drafted)).content.decode()
    assert "Amina" not in listing
    assert "Ruth" not in listing
    assert ">AF</a>" in listing
    assert (
        "Amina Farah"
        in client.get(url("compare", drafted, people["amina"].public_id)).content.decode()
    )


def test_reasons_of_unmatched_mentees_show_no_names_either(drafted, as_user, cleo, veiled):
    text = as_user(cleo).get(url("workbench", drafted) + "?queue=unmatched").content.decode()
    assert "one more place" in text
    assert not any(name in text for name in ("Ruth", "Priya", "Sofia"))


def test_a_row_that_changed_keeps_its_veil(drafted, as_user, cleo, people, veiled):
    data = {"expected_version": drafted.plan_version, "mentor": people["ruth"].public_id}
    address = url("pin", drafted, people["amina"].public_id)
    text = as_user(cleo).post(address, data, headers={"HX-Request": "true"}).content.decode()
    assert ">AF</a>" in text


# Two members on one row ---------------------------------------------------------------------------


def test_who_comes_second_reads_both_versions(drafted, people, cleo, kim):
    expected_version = drafted.plan_version
    decide(
        drafted,
        RoundDecision(Kind.CHOOSE, people["amina"].pk, people["priya"].pk),
        by=cleo,
        expected_version=expected_version,
    )
    both = r"You saw: Joel Tremblay with Priya Nair\. Now: Joel Tremblay without a mentor\."
    with pytest.raises(ActionNotAllowed, match=both):
        decide(
            drafted,
            RoundDecision(Kind.PIN, people["joel"].pk, people["priya"].pk),
            by=kim,
            expected_version=expected_version,
        )


def test_the_message_about_a_stale_row_hides_conflicted_people(drafted, people, cleo, kim):
    Conflict.objects.create(member=kim, person=people["priya"].person)
    expected_version = drafted.plan_version
    decide(
        drafted,
        RoundDecision(Kind.CHOOSE, people["amina"].pk, people["priya"].pk),
        by=cleo,
        expected_version=expected_version,
    )
    with pytest.raises(ActionNotAllowed) as told:
        decide(
            drafted,
            RoundDecision(Kind.PIN, people["amina"].pk, people["ruth"].pk),
            by=kim,
            expected_version=expected_version,
        )
    assert "Priya" not in str(told.value)
    assert "someone hidden from you" in str(told.value)


def test_after_a_change_the_live_region_says_what_and_how_many_are_pinned(
    drafted, as_user, cleo, people
):
    data = {"expected_version": drafted.plan_version, "mentor": people["ruth"].public_id}
    address = url("pin", drafted, people["amina"].public_id)
    text = as_user(cleo).post(address, data, headers={"HX-Request": "true"}).content.decode()
    said = (
        "You pinned Amina Farah with Ruth Adeyemi. No one moved; costs nothing. 1 pair is pinned."
    )
    assert f'role="status" hx-swap-oob="innerHTML">{said}</div>' in text


def test_a_changed_row_says_whom_the_draft_before_proposed(drafted, as_user, cleo, people):
    address = url("compare", drafted, people["amina"].public_id)
    row = Proposal.system.filter(round=drafted, mentee=people["amina"])
    assert "The draft before" not in as_user(cleo).get(address).content.decode()
    row.update(is_changed=True, before=people["priya"])
    text = as_user(cleo).get(address).content.decode()
    assert "The draft before proposed Priya Nair." in text
    Conflict.objects.create(member=cleo, person=people["priya"].person)
    assert "The draft before" not in as_user(cleo).get(address).content.decode()
    row.update(before=None)
    assert "The draft before proposed no mentor." in as_user(cleo).get(address).content.decode()


def test_no_rule_is_offered_that_could_never_fire():
    assert "must_have" not in SWITCHABLE
