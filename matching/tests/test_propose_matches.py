"""`manage.py propose_matches`: the best pairs of a cohort on the command line."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from matching.models import Round


def run(*args):
    out = StringIO()
    call_command("propose_matches", *args, stdout=out)
    return out.getvalue()


def test_it_names_pairs_reasons_and_who_is_left_out(cohort, people):
    text = run(cohort.slug)
    assert "Amina Farah + Ruth Adeyemi: Strong" in text
    assert "been through it: career change" in text
    assert "Sofia Marin: no mentor." in text
    assert "2 pairs of 3 mentees and 2 places" in text


def test_json_holds_the_same_and_the_proof(cohort, people):
    found = json.loads(run(cohort.slug, "--json"))
    assert [(pair["mentee"]["name"], pair["mentor"]["name"]) for pair in found["pairs"]] == [
        ("Amina Farah", "Ruth Adeyemi"),
        ("Joel Tremblay", "Priya Nair"),
    ]
    assert found["proven_best"] is True
    assert all(sum(pair["parts"].values()) == pair["points"] for pair in found["pairs"])


def test_twice_gives_the_same_bytes(cohort, people):
    assert run(cohort.slug, "--json") == run(cohort.slug, "--json")


def test_it_writes_nothing(cohort, people):
    run(cohort.slug)
    assert not Round.system.exists()


def test_an_unknown_cohort_is_named(db):
    with pytest.raises(CommandError, match="no cohort 'nowhere'"):
        run("nowhere")


def test_an_empty_cohort_says_so(cohort):
    with pytest.raises(CommandError, match="at least one mentee"):
        run(cohort.slug)
