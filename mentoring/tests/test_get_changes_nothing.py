"""Opening a link changes nothing, because mail scanners and previews open links too.

The access matrix checks that no GET writes. These tests cover the signed links of e-mails, and
prove that a write would be noticed.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications.links import PURPOSES, token_for

from . import canaries
from .crawl import changed_by, digest, rolled_back, writes

pytestmark = pytest.mark.django_db


def test_a_write_is_noticed(world):
    with writes() as tables, rolled_back():
        world.program.save()
    assert tables == {"programs_program"}


def test_a_change_is_noticed_and_a_write_that_is_taken_back_is_none(world):
    def rename(name):
        type(world.program).objects.filter(pk=world.program.pk).update(name=name)

    def rename_and_take_back():
        with rolled_back():
            rename("Other")

    assert changed_by(lambda: rename("Other")) == {"programs_program"}
    assert changed_by(rename_and_take_back) == set()


@pytest.mark.parametrize("purpose", sorted(PURPOSES))
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_a_link_of_a_letter_changes_nothing(purpose, method, world, visitors):
    before = digest()
    for url, role in links(world, purpose):
        response = visitors.visit("anonymous", url, method)
        assert (response.status_code, response.wrote) == (200, set()), f"{url} for {role}"
    assert digest() == before


def test_a_link_shows_nothing_that_a_stranger_may_not_read(world, visitors):
    for purpose in PURPOSES:
        for url, _role in links(world, purpose):
            assert canaries.leaks(world, "anonymous", visitors.visit("anonymous", url)) == [], url


def links(world, purpose):
    """Yield every valid link of a purpose, for each row and each person it concerns."""
    until = timezone.now() + timedelta(days=3)
    for thing in list(world.rows.values()):
        if thing.row._meta.label == PURPOSES[purpose].model:
            for role in thing.owners:
                made = token_for(purpose, person=world.people[role], subject=thing.row, until=until)
                yield reverse("notifications:go", args=[purpose, made]), role
