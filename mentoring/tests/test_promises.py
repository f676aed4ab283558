"""Every promise on a page or in an e-mail is kept by something that exists."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from notifications import kinds

from .promise_texts import promise_texts
from .routes import every_route

KEEPERS = {
    keeper: set(row["texts"])
    for keeper, row in tomllib.loads(
        Path(__file__).with_name("promises.toml").read_text("utf-8")
    ).items()
}


def test_every_promise_has_a_keeper_and_every_line_a_text():
    listed = set().union(*KEEPERS.values())
    found = promise_texts()
    assert not found - listed, "say in promises.toml what keeps these"
    assert not listed - found, "no text says this any more"


@pytest.mark.parametrize("keeper", sorted(KEEPERS))
def test_what_keeps_a_promise_exists(keeper):
    how, _colon, name = keeper.partition(":")
    if how in {"page", "committee"}:
        assert name in every_route()
    elif how == "email":
        assert name in kinds.KINDS
    elif how == "verb":
        assert callable(import_string(name))
    else:
        assert len(keeper.split()) > 2, "say why nothing needs to keep it"
