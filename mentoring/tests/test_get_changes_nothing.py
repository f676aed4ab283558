"""Opening a link changes nothing, because mail scanners and previews open links too.

The access matrix checks that no GET writes. These tests cover the signed links of e-mails, and
prove that a write would be noticed.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications.links import PURPOSES, guest_token, token_for

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


def test_every_purpose_has_a_link_to_open(world):
    assert [purpose for purpose in sorted(PURPOSES) if not list(links(world, purpose))] == []


# One must know what one signs up for, and what one has tried; the e-mail with the link says it too.
# Both are the program's words to many, not a person's. See decision 032.
SHOWN_BY_LINK = {
    "event": {"events.Event.titles", "events.Event.place"},
    "learning": {"learning.TouchVersion.tries"},
}


@pytest.mark.parametrize("purpose", sorted(PURPOSES))
def test_a_link_shows_nothing_that_a_stranger_may_not_read(purpose, world, visitors):
    shown = SHOWN_BY_LINK.get(purpose.partition("-")[0], set())

    def leaks(response):
        return set(canaries.leaks(world, "anonymous", response)) - shown

    for url, _role in links(world, purpose):
        page = visitors.visit("anonymous", url)
        assert leaks(page) == set(), url
        for pressed in [{}, *buttons(page.content.decode())]:
            with rolled_back():
                answered = visitors.visit("anonymous", url, "POST", pressed)
            assert leaks(answered) == set(), f"{url} {pressed}"


def buttons(page: str) -> list[dict[str, str]]:
    """Return what each form of the main part sends, for each button, if only that is pressed."""
    main = re.search(r"<main\b.*?</main>", page, re.DOTALL)
    sent = []
    for form in re.findall(r'<form method="post".*?</form>', main[0] if main else "", re.DOTALL):
        hidden = _named(re.findall(r'<input type="hidden"[^>]*>', form))
        pressed = [_named([button]) for button in re.findall(r"<button[^>]*>", form)]
        sent += [hidden | one for one in pressed]
    return sent


def _named(tags: list[str]) -> dict[str, str]:
    found = (re.findall(r'(name|value)="([^"]*)"', tag) for tag in tags)
    return {
        one["name"]: one["value"] for one in map(dict, found) if one.keys() >= {"name", "value"}
    }


def links(world, purpose):
    """Yield every valid link of a purpose, for each row and each person it concerns."""
    until = timezone.now() + timedelta(days=3)
    known = PURPOSES[purpose]
    for thing in list(world.rows.values()):
        if thing.row._meta.label != known.model:
            continue
        if known.is_for_guests:
            made = {"guest": guest_token(purpose, subject=thing.row, until=until)}
        else:
            made = {
                role: token_for(purpose, person=world.people[role], subject=thing.row, until=until)
                for role in thing.owners
            }
        for role, token in made.items():
            yield reverse("notifications:go", args=[purpose, token]), role
