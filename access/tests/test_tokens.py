"""Signed tokens name one purpose, one person, one thing, and end."""

from datetime import UTC, datetime, timedelta

import pytest

from access.tokens import BadToken, make_token, read_token

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def token(**changes):
    claim = {
        "purpose": "survey", "recipient": "r" * 22, "subject": "s" * 22, "version": 3, "epoch": 1,
        "until": NOW + timedelta(days=60), **changes,
    }  # fmt: skip
    return make_token(**claim)


def test_a_good_token_says_what_it_was_made_for():
    claim = read_token(token(), purpose="survey", at=NOW)
    assert (claim.purpose, claim.recipient, claim.subject, claim.version, claim.epoch) == (
        "survey", "r" * 22, "s" * 22, 3, 1,
    )  # fmt: skip


def test_a_token_of_another_purpose_is_bad():
    with pytest.raises(BadToken):
        read_token(token(), purpose="sign", at=NOW)


def test_a_token_ends_by_itself():
    read_token(token(), purpose="survey", at=NOW + timedelta(days=60))
    with pytest.raises(BadToken):
        read_token(token(), purpose="survey", at=NOW + timedelta(days=60, seconds=1))


@pytest.mark.parametrize("bad", ["", ".", "a", "a.b", "a.b.c", "é.é", "x" * 5000, "\x00.\x00"])
def test_noise_is_bad(bad):
    with pytest.raises(BadToken):
        read_token(bad, purpose="survey", at=NOW)


def test_each_changed_character_is_noticed():
    good = token()
    for place in range(len(good)):
        if good[place] == ".":
            continue
        other = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
        with pytest.raises(BadToken):
            read_token(other, purpose="survey", at=NOW)


def test_an_old_key_still_reads_until_it_is_removed(settings):
    settings.LINK_KEYS = ["old"]
    good = token()
    settings.LINK_KEYS = ["new", "old"]
    assert read_token(good, purpose="survey", at=NOW)
    settings.LINK_KEYS = ["new"]
    with pytest.raises(BadToken):
        read_token(good, purpose="survey", at=NOW)
