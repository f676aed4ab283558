"""Rules and weights in words: presets, who would move, and what no one answered."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from matching.models import Proposal, Round
from matching.presets import PRESETS

pytestmark = pytest.mark.django_db


def url(name, one, *args):
    return reverse(f"admin:matching_round_{name}", args=[one.public_id, *args])


def test_the_minutes_say_changes_in_words(drafted, as_user, cleo):
    client = as_user(cleo)
    form = client.get(url("criteria", drafted)).context["form"]
    data = {name: value for name, value in form.initial.items() if value is not None}
    data |= {"weight_can_help": 0, "budget": 5}
    client.post(url("use-criteria", drafted), data)
    text = client.get(url("minutes", drafted)).content.decode()
    assert "Can help: much → does not count" in text
    assert "what a better weakest pair may cost: 0 → 5" in text


@pytest.mark.parametrize("preset", ["balanced", "goals", "practical"])
def test_a_preset_is_previewed_by_one_press_and_used_by_the_next(drafted, as_user, cleo, preset):
    client, page = as_user(cleo), url("criteria", drafted)
    form = client.get(page).context["form"]
    data = {name: value for name, value in form.initial.items() if value is not None}
    shown = client.post(page, {**data, "preset": preset})
    assert "Nothing is saved yet" in shown.content.decode()
    assert Round.system.get(pk=drafted.pk).draft == 1
    sent = {name: value for name, value in shown.context["form"].data.items() if name != "preset"}
    sent["rules"] = data["rules"]
    client.post(url("use-criteria", drafted), sent)
    fresh = Round.system.get(pk=drafted.pk)
    assert fresh.criteria["weights"] == dict(PRESETS[preset].weights)
    assert "In use now" in client.get(page).content.decode()


def test_what_no_one_answered_is_named_and_left_out_of_the_sum(drafted, as_user, cleo):
    page = as_user(cleo).get(url("criteria", drafted)).content.decode()
    assert "No one in this cohort answered:" in page
    assert "Industry" in page.partition("No one in this cohort answered:")[2].partition(".")[0]
    row = Proposal.system.filter(round=drafted, mentor__isnull=False).in_plan().first()
    assert "industry" not in row.parts
    assert sum(row.parts.values()) == row.score


def test_no_page_of_a_round_speaks_of_points_outside_the_part_for_experts(
    drafted, as_user, cleo, people
):
    client = as_user(cleo)
    pages = [url(name, drafted) for name in ("workbench", "criteria", "weakest", "minutes")]
    pages.append(url("compare", drafted, people["amina"].public_id))
    for address in pages:
        text = client.get(address).content.decode()
        plain = re.sub(r"<details.*?</details>", "", text, flags=re.DOTALL)
        assert not re.search(r"\d points", plain), address
