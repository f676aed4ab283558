"""Decisions of the committee: what each does and costs, when it is refused, how it is undone."""

from __future__ import annotations

import pytest

from access.exceptions import ActionNotAllowed
from matching.models import KeepApart, Override, Proposal, Round, RoundEntry
from matching.recusal import ViewerContext
from matching.rounds import lifecycle, overrides
from matching.rounds.decisions import Kind, RoundDecision, decide
from matching.rounds.undo import undo_decision
from matching.storage.solver_state import Decisions, SolverState
from matching.workbench.change_preview import preview_decision
from programs.models import Conflict
from testkit import factories
from testkit import rounds as make


@pytest.fixture
def step(people):
    """`step("pin", "amina", "priya")` names people by their first names."""

    def build(kind, mentee, mentor=None, other=None, **more):
        ids = [people[name].pk if name else None for name in (mentee, mentor, other)]
        return RoundDecision(kind, *ids, **more)

    return build


@pytest.fixture
def act(drafted, cleo, step):
    """`act("pin", "amina", "priya")` decides as cleo, on what is on the table now."""

    def do(kind, *names, by=cleo, **more):
        return decide(
            drafted, step(kind, *names, **more), by=by, expected_version=drafted.plan_version
        )

    return do


def test_a_pin_is_kept_by_a_later_run(drafted, act, cleo, table):
    act(Kind.PIN, "amina", "priya")
    assert table(drafted)["Amina"] == "Priya"
    lifecycle.run(drafted, by=cleo)
    assert table(drafted)["Amina"] == "Priya"


def test_a_pin_says_who_moves_and_what_it_costs(drafted, act, people, table):
    entry = act(Kind.PIN, "amina", "priya")
    now = table(drafted)
    assert (entry.kind, entry.mentee, entry.mentor) == ("pin", people["amina"], people["priya"])
    assert [people["amina"].pk, people["ruth"].pk, people["priya"].pk] in entry.moved
    assert entry.cost_pairs == 0
    assert entry.cost_points > 0
    assert sorted(name for name in now.values() if name) == ["Priya", "Ruth"]


def test_every_plan_after_a_decision_is_proven_best(drafted, act):
    act(Kind.PIN, "amina", "priya")
    act(Kind.REJECT, "joel", "ruth", why="Former colleagues.")
    assert drafted.has_certificate
    assert SolverState.load(drafted).prove(Decisions.of(drafted))


def test_a_preview_changes_nothing(drafted, step, cleo, table):
    before = table(drafted), drafted.plan_version
    viewer = ViewerContext.of(drafted, cleo)
    outcome, _moves = preview_decision(viewer, step(Kind.PIN, "amina", "priya"))
    assert outcome.cost_points > 0
    assert before == (
        table(drafted),
        Round.system.get(pk=drafted.pk).plan_version,
    )


def test_a_rejected_pair_is_not_proposed_again(drafted, act, cleo, table):
    act(Kind.REJECT, "amina", "ruth", why="They know each other.")
    assert table(drafted)["Amina"] != "Ruth"
    lifecycle.run(drafted, by=cleo)
    assert table(drafted)["Amina"] != "Ruth"


def test_rejecting_needs_a_reason(act):
    with pytest.raises(ActionNotAllowed, match="reason"):
        act(Kind.REJECT, "amina", "ruth", why="  ")


def test_never_keeps_two_people_apart_in_every_round(drafted, act, cohort, cleo, people, table):
    act(Kind.REJECT, "amina", "ruth", scope="never", why="A complaint.")
    assert KeepApart.system.get().reason == "A complaint."
    other = make.run_round(cohort, cleo)
    assert table(other)["Amina"] != "Ruth"


def test_allowing_again_brings_the_pair_back(drafted, act, table):
    act(Kind.REJECT, "amina", "ruth", why="A mistake.")
    act(Kind.ALLOW, "amina", "ruth")
    assert not Proposal.system.filter(round=drafted).rejected().exists()


def test_an_excluded_mentee_has_no_mentor_and_can_be_included_again(drafted, act, table):
    act(Kind.EXCLUDE, "amina", why="Asked to wait for spring.")
    assert table(drafted)["Amina"] is None
    act(Kind.INCLUDE, "amina")
    assert table(drafted)["Amina"] == "Ruth"


def test_a_swap_pins_both(drafted, act, table):
    act(Kind.SWAP, "amina", None, "joel")
    assert (table(drafted)["Amina"], table(drafted)["Joel"]) == ("Priya", "Ruth")
    assert Proposal.system.filter(round=drafted).pinned().count() == 2


def test_a_swap_with_an_unmatched_mentee_is_refused(act):
    with pytest.raises(ActionNotAllowed, match="different mentors"):
        act(Kind.SWAP, "amina", None, "sofia")


def test_more_pins_than_places_are_refused_by_name(drafted, act, table):
    act(Kind.PIN, "amina", "ruth")
    with pytest.raises(ActionNotAllowed, match="Ruth Adeyemi"):
        act(Kind.PIN, "joel", "ruth")
    assert table(drafted)["Amina"] == "Ruth"


@pytest.mark.parametrize("role", ["reader", "carer"])
def test_readers_and_carers_decide_nothing(act, program, role):
    with pytest.raises(ActionNotAllowed, match="Only a matcher"):
        act(Kind.PIN, "amina", "ruth", by=factories.member(program=program, role=role))


def test_a_recused_member_cannot_decide_about_the_person(act, kim, people):
    Conflict.objects.create(member=kim, person=people["amina"].person)
    with pytest.raises(ActionNotAllowed, match="ask another member"):
        act(Kind.PIN, "amina", "ruth", by=kim)


def test_a_change_whose_chain_touches_such_a_person_is_refused_too(
    drafted, act, kim, people, table
):
    Conflict.objects.create(member=kim, person=people["joel"].person)
    with pytest.raises(ActionNotAllowed, match="ask another member"):
        act(Kind.PIN, "amina", "priya", by=kim)  # Joel would have to move
    assert table(drafted)["Joel"] == "Priya"


def test_a_change_takes_an_approved_round_back_to_draft(drafted, act, cleo, kim):
    lifecycle.send_to_review(drafted, by=cleo)
    lifecycle.approve(drafted, by=kim, expected_version=drafted.plan_version)
    act(Kind.PIN, "amina", "ruth")
    fresh = Round.system.get(pk=drafted.pk)
    assert (fresh.state, fresh.approved_by, fresh.publish_at) == ("draft", None, None)


# Two members --------------------------------------------------------------------------------------


def test_two_members_on_two_rows_lose_nothing(drafted, step, cleo, kim, table):
    expected_version = drafted.plan_version
    decide(drafted, step(Kind.PIN, "amina", "ruth"), by=cleo, expected_version=expected_version)
    decide(drafted, step(Kind.PIN, "joel", "priya"), by=kim, expected_version=expected_version)
    assert Proposal.system.filter(round=drafted).pinned().count() == 2


def test_the_second_member_on_a_row_reads_what_the_first_did(drafted, step, cleo, kim):
    expected_version = drafted.plan_version
    decide(drafted, step(Kind.PIN, "amina", "ruth"), by=cleo, expected_version=expected_version)
    both = r"You saw: Amina Farah with Ruth Adeyemi\. Now: Amina Farah with Ruth Adeyemi, pinned\."
    with pytest.raises(
        ActionNotAllowed, match=rf"Cleo Marsh changed this just now \(pinned .*\)\. {both}"
    ):
        decide(drafted, step(Kind.PIN, "amina", "priya"), by=kim, expected_version=expected_version)


def test_pressing_twice_is_harmless(drafted, step, cleo):
    expected_version = drafted.plan_version
    for _press in range(2):
        decide(drafted, step(Kind.PIN, "amina", "ruth"), by=cleo, expected_version=expected_version)
    assert Proposal.system.filter(round=drafted).pinned().count() == 1


# Taking back --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "decision",
    [
        (Kind.PIN, "amina", "priya"),
        (Kind.CHOOSE, "joel", "ruth"),
        (Kind.SWAP, "amina", None, "joel"),
        (Kind.REJECT, "amina", "ruth"),
        (Kind.EXCLUDE, "amina"),
    ],
)
def test_undoing_the_last_decision_restores_the_plan(drafted, act, cleo, table, decision):
    before, total = table(drafted), drafted.total
    entry = act(*decision, why="To see.")
    undo_decision(entry, by=cleo)
    fresh = Round.system.get(pk=drafted.pk)
    assert (table(fresh), fresh.total, fresh.has_certificate) == (before, total, True)
    assert not Proposal.system.filter(round=drafted).exclude(state="proposed").exists()


def test_undoing_an_earlier_decision_keeps_later_ones(drafted, act, cleo, table):
    first = act(Kind.EXCLUDE, "sofia", why="Is on leave.")
    act(Kind.PIN, "amina", "priya")
    undo_decision(first, by=cleo)
    assert table(drafted)["Amina"] == "Priya"
    assert not Proposal.system.filter(round=drafted, is_excluded=True).exists()
    fresh = Round.system.get(pk=drafted.pk)
    assert SolverState.load(fresh).prove(Decisions.of(fresh))


def test_nothing_is_undone_twice(drafted, act, cleo):
    entry = act(Kind.PIN, "amina", "priya")
    undo_decision(entry, by=cleo)
    with pytest.raises(ActionNotAllowed, match="already"):
        undo_decision(entry, by=cleo)


def test_taking_back_never_lets_the_two_meet_again(drafted, act, cleo):
    entry = act(Kind.REJECT, "amina", "ruth", scope="never", why="A mistake.")
    undo_decision(entry, by=cleo)
    assert not KeepApart.system.filter(until=None).exists()


# Setting a rule aside ----------------------------------------------------------------------------


@pytest.fixture
def colleagues(cohort, people, cleo):
    """Noor could only go to Omar, who works in the same place."""
    people["noor"] = make.applicant(cohort, "Noor Haddad", employer="Birch", topics={"tax": 3})
    people["omar"] = make.applicant(
        cohort, "Omar Saad", "mentor", employer="birch", topics={"tax": 3}
    )
    for name in ("amina", "joel", "sofia"):
        type(people[name]).objects.filter(pk=people[name].pk).update(state="withdrawn")
    for name in ("ruth", "priya"):
        type(people[name]).objects.filter(pk=people[name].pk).update(state="withdrawn")
    return make.run_round(cohort, cleo)


def test_a_rule_is_waived_with_a_reason_and_undone(colleagues, people, cleo, table):
    assert table(colleagues) == {"Noor": None}
    noor, omar, expected_version = people["noor"].pk, people["omar"].pk, colleagues.plan_version
    with pytest.raises(ActionNotAllowed, match="reason"):
        overrides.waive_rule(
            colleagues, noor, omar, by=cleo, expected_version=expected_version, why=""
        )
    entry = overrides.waive_rule(
        colleagues,
        noor,
        omar,
        by=cleo,
        expected_version=expected_version,
        why="Different countries.",
    )
    assert table(colleagues) == {"Noor": "Omar"}
    assert entry.facts["codes"] == ["same_employer"]
    assert "override" in Proposal.system.get(round=colleagues).cautions
    undo_decision(entry, by=cleo)
    assert table(colleagues) == {"Noor": None}
    assert not Override.system.exists()


def test_an_override_survives_the_next_run(colleagues, people, cleo, table):
    overrides.waive_rule(
        colleagues,
        people["noor"].pk,
        people["omar"].pk,
        by=cleo,
        expected_version=9,
        why="Different countries.",
    )
    lifecycle.run(colleagues, by=cleo)
    assert table(colleagues) == {"Noor": "Omar"}
    assert colleagues.has_certificate


def test_a_persons_own_please_not_cannot_be_waived(cohort, people, cleo):
    from applications.models import NamedWish

    wish = {
        "application": people["amina"],
        "kind": "avoid",
        "written": "Ruth",
        "person": people["ruth"].person,
    }
    NamedWish.system.create(**wish)
    made = make.run_round(cohort, cleo)
    with pytest.raises(ActionNotAllowed, match="waived"):
        overrides.waive_rule(
            made,
            people["amina"].pk,
            people["ruth"].pk,
            by=cleo,
            expected_version=made.plan_version,
            why="But.",
        )


def test_added_capacity_matches_one_more_person(drafted, people, cleo, table):
    assert table(drafted)["Sofia"] is None
    entry = overrides.add_capacity(
        drafted,
        people["ruth"],
        by=cleo,
        expected_version=drafted.plan_version,
        why="Rang her today.",
    )
    assert table(drafted)["Sofia"] == "Ruth"
    assert entry.cost_pairs == -1
    undo_decision(entry, by=cleo)
    people["ruth"].refresh_from_db()
    assert (table(drafted)["Sofia"], people["ruth"].capacity) == (None, 1)


def test_no_capacity_beyond_the_programs_policy(drafted, people, cleo):
    type(people["ruth"]).objects.filter(pk=people["ruth"].pk).update(is_first_time=True)
    with pytest.raises(ActionNotAllowed, match="as many places as the program allows"):
        overrides.add_capacity(
            drafted,
            people["ruth"],
            by=cleo,
            expected_version=drafted.plan_version,
            why="She would.",
        )


def test_each_decision_has_its_own_plan_version(drafted, act):
    act(Kind.PIN, "amina", "ruth")
    act(Kind.UNPIN, "amina", "ruth")
    versions = RoundEntry.system.filter(round=drafted).values_list("version", "kind")
    assert list(versions) == [(1, "run"), (2, "pin"), (3, "unpin")]


def test_a_rule_in_the_way_of_a_choice_is_named(cohort, cleo):
    noor = make.applicant(cohort, "Noor Haddad", employer="Birch", topics={"tax": 3})
    omar = make.applicant(cohort, "Omar Saad", "mentor", employer="Birch", topics={"tax": 3})
    made = make.run_round(cohort, cleo)
    with pytest.raises(
        ActionNotAllowed,
        match="Noor Haddad can't be matched with Omar Saad: both work for the same employer",
    ):
        decide(
            made,
            RoundDecision(Kind.CHOOSE, noor.pk, omar.pk),
            by=cleo,
            expected_version=made.plan_version,
        )
