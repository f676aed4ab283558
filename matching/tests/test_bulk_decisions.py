"""Several pairs in one go: each its own decision, told in one sentence, taken back together."""

from __future__ import annotations

import pytest
from django.urls import reverse

from access.exceptions import ActionNotAllowed
from matching.models import Proposal, RoundEntry
from matching.rounds import lifecycle
from matching.rounds.bulk_decisions import latest_text, undo_batch
from programs.models import Conflict
from testkit import factories


def pinned(round_):
    return {row.mentee.person.first_name for row in Proposal.system.filter(round=round_).pinned()}


def entries(round_):
    found = RoundEntry.system.filter(round=round_).exclude(kind="run")
    return list(found.order_by("version").values_list("kind", flat=True))


@pytest.fixture
def press(drafted, as_user, cleo, people):
    """Return `press("pin", "amina ruth", ...)`: select pairs and press the button.

    It returns the text of the page that follows.
    """

    def do(what, *pairs, by=cleo, **data):
        chosen = [" ".join(people[name].public_id for name in pair.split()) for pair in pairs]
        address = reverse(f"admin:matching_round_{what}-several", args=[drafted.public_id])
        answer = as_user(by).post(
            address, {"expected_version": drafted.plan_version, "pair": chosen, **data}, follow=True
        )
        return answer.content.decode()

    return do


def test_every_selected_pair_is_pinned_by_its_own_decision(press, drafted):
    assert "You pinned 2 pairs." in press("pin", "amina ruth", "joel priya")
    assert pinned(drafted) == {"Amina", "Joel"}
    assert entries(drafted) == ["pin", "pin"]


def test_a_second_time_nothing_is_pinned_again(press, drafted):
    press("pin", "amina ruth")
    assert "You pinned 1 pair. 1 was already pinned." in press("pin", "amina ruth", "joel priya")
    assert entries(drafted) == ["pin", "pin"]


def test_pins_are_taken_away_together(press, drafted):
    press("pin", "amina ruth", "joel priya")
    assert "You unpinned 2 pairs." in press("unpin", "amina ruth", "joel priya")
    assert pinned(drafted) == set()


def test_a_pair_that_is_another_one_by_now_is_left_alone(press, drafted):
    text = press("pin", "amina priya", "joel priya")
    assert "1 pair has changed since you loaded the page and was skipped." in text
    assert pinned(drafted) == {"Joel"}


def test_without_a_selection_nothing_happens(press, drafted):
    assert "Select at least one pair." in press("pin")
    assert entries(drafted) == []


def test_the_list_opens_where_it_was(press, drafted, as_user, cleo, people):
    address = reverse("admin:matching_round_pin-several", args=[drafted.public_id])
    chosen = f"{people['amina'].public_id} {people['ruth'].public_id}"
    data = {"pair": chosen, "expected_version": 9, "place": "queue=look&page=2&next=//example.org"}
    assert as_user(cleo).post(address, data).url.endswith("/workbench/?queue=look&page=2")


def test_a_reader_pins_nothing(press, drafted, program):
    reader = factories.member(program=program, role="reader")
    assert "Only a matcher or chair" in press("pin", "amina ruth", by=reader)
    assert entries(drafted) == []


def test_a_recused_member_cannot_select_the_hidden_row(press, drafted, kim, people):
    Conflict.objects.create(member=kim, person=people["joel"].person)
    press("pin", "amina ruth", "joel priya", by=kim)
    assert entries(drafted) == []


def test_a_closed_round_stays_as_it_is(press, drafted, cleo):
    lifecycle.discard(drafted, by=cleo, why="Only a trial.")
    assert "This round is closed" in press("pin", "amina ruth")
    assert pinned(drafted) == set()


def test_undo_takes_back_all_that_was_decided_in_one_go(press, drafted, as_user, cleo):
    press("pin", "amina ruth", "joel priya")
    last = RoundEntry.system.filter(round=drafted).latest("version")
    assert latest_text(last, cleo) == "pinned 2 pairs"
    as_user(cleo).post(
        reverse("admin:matching_round_undo", args=[drafted.public_id, last.version]),
        {"batch": "1"},
    )
    assert pinned(drafted) == set()
    assert entries(drafted) == ["pin", "pin", "undo", "undo"]
    with pytest.raises(ActionNotAllowed, match="already been undone"):
        undo_batch(RoundEntry.system.get(pk=last.pk), by=cleo)


def test_one_of_several_pins_is_undone_from_the_minutes(press, drafted, as_user, cleo):
    press("pin", "amina ruth", "joel priya")
    last = RoundEntry.system.filter(round=drafted).latest("version")
    as_user(cleo).post(reverse("admin:matching_round_undo", args=[drafted.public_id, last.version]))
    assert len(pinned(drafted)) == 1
