"""No text reaches a person who may not read it: e-mails, searches, exports.

The access matrix checks the pages.
"""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from notifications.email_preview import render
from notifications.kinds import KINDS, Email
from notifications.models import Notification

from . import canaries, canary_readers
from .access_roles import COMMITTEE, AccessFixtures
from .canaries import WORD
from .canary_fields import CARE, COMMITTEE_ONLY, FIELDS, PAIR

pytestmark = pytest.mark.django_db


def test_every_text_says_whose_it_is_and_every_line_has_its_text():
    fields = {canaries.name_of(field) for field in canaries.fields_with_words()}
    assert fields - set(FIELDS) == set(), "say in canary_fields.py who may read it"
    assert set(FIELDS) - fields == set(), "this field is gone"


def test_every_text_with_a_reader_has_a_canary(world):
    planted = {canary.field for canary in world.canaries.values()}
    wordy = {name for name, readers in FIELDS.items() if readers is not None}
    assert wordy - planted <= NOT_IN_THE_WORLD


# Rows that this small world has no reason to hold.
NOT_IN_THE_WORLD = {"matching.Override.reason", "programs.Objective.text"}


# --- positive control: the words do stand where they may


def found_at(visitors, role, url):
    return set(WORD.findall(canaries.text_of(visitors.visit(role, url))))


def words(world, field):
    return {word for word, canary in world.canaries.items() if canary.field == field}


@pytest.mark.parametrize(
    ("role", "route", "field"),
    [
        ("mentee", "matches:match-hello", "applications.Application.situation"),
        ("mentor", "agreements:agreement-review", "agreements.AgreedGoal.text"),
        ("mentee", "meetings:meeting-list", "meetings.Agenda.points"),
    ],
)
def test_the_pair_reads_its_own_words(role, route, field, world, visitors):
    url = reverse(route, args=[world.row("match", "A").public_id])
    assert found_at(visitors, role, url) & words(world, field)


def test_the_carer_reads_an_answer(world, visitors):
    url = reverse("admin:checkins_checkin_change", args=[world.row("answered", "A").pk])
    assert found_at(visitors, "carer", url) & words(world, "checkins.Answer.text")


def test_a_word_in_the_wrong_hands_is_noticed(world, visitors):
    url = reverse("agreements:agreement-review", args=[world.row("match", "A").public_id])
    response = visitors.visit("mentee", url)
    assert canaries.leaks(world, "mentee", response) == []
    assert "agreements.AgreedGoal.text" in canaries.leaks(world, "chair", response)


# --- letters


def recipients(world: AccessFixtures, row) -> set[str]:
    """The roles that a letter about `row` could go to at all."""
    match = canary_readers.match_of(row)
    if row._meta.label in {"checkins.Concern", "matching.Round"}:
        return canary_readers.committee(world, row)
    people = canary_readers.persons(world, row)
    return people or {role for role, user in world.people.items() if match and user in match.people}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_letter_holds_only_what_its_reader_may_read(name, world):
    """Every kind, about every row of the world, to everybody whom such a row concerns."""
    kind = KINDS[name]
    for about in apps.get_model(kind.about)._base_manager.all():
        for role in sorted(recipients(world, about)):
            person = world.people[role]
            letter = Notification(
                kind=name, stream=kind.stream, recipient=person, due_at=timezone.now()
            )
            letter.about_type, letter.about_id = kind.about.lower(), about.pk
            if not isinstance(kind.build(about, person), Email):
                continue
            text = render(letter)
            shown = {
                word.lower() for word in WORD.findall(f"{text.subject}\n{text.text}\n{text.html}")
            }
            wrong = {
                world.canaries[word].field
                for word in shown
                if role not in world.canaries[word].readers
            }
            assert wrong == set(), f"to {role} about {about!r}"


# --- searching tells nothing: a word that one may not read finds nothing


def searchable():
    return [(model, page) for model, page in admin.site._registry.items() if page.search_fields]


def words_hidden_from(world, role, columns=None) -> list[str]:
    """Return one unique word per text that `role` may not read, optionally of some columns."""
    hidden: dict[str, str] = {}
    for word, canary in world.canaries.items():
        if role not in canary.readers and (
            columns is None or canary.field.rpartition(".")[2] in columns
        ):
            hidden.setdefault(canary.field, word)
    return sorted(hidden.values())


@pytest.mark.parametrize(
    ("model", "page"), searchable(), ids=lambda value: getattr(value, "__name__", "")
)
def test_a_hidden_word_finds_nothing(model, page, world, visitors, rf):
    columns = {path.rpartition("__")[2] for path in page.search_fields}
    for role in (*COMMITTEE, "outsider"):
        request = rf.get("/")
        request.user = world.people[role]
        for word in words_hidden_from(world, role, columns):
            found, _may_repeat = page.get_search_results(request, page.get_queryset(request), word)
            assert list(found[:1]) == [], f"{role} finds {world.canaries[word].field}"


@pytest.mark.parametrize("readers", [PAIR, CARE, COMMITTEE_ONLY])
def test_hidden_words_exist_for_somebody(readers, world):
    """Else the test above would be content with an empty list."""
    fields = {
        world.canaries[word].field
        for role in (*COMMITTEE, "outsider")
        for word in words_hidden_from(world, role)
    }
    assert {FIELDS[name] for name in fields} & {readers}
