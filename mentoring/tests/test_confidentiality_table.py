"""Who sees what: each thing against each committee role, on every page of the committee.

`confidentiality_table.py` says it as data. The tests open every page, list, search, export and
e-mail preview as each role, and look for the words that are planted in each thing: where a role may
read it, some page shows it; where it may not, no page does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from checkins.models import Answer, Suggestion
from matches.models import Match
from notifications.kinds import KINDS
from notifications.models import Notification
from programs.models import Membership, Policy
from testkit import factories
from workflow.models import Transition
from workflow.states import stateful_models

from . import canaries
from .access_roles import OWNERS
from .canaries import WORD
from .confidentiality_table import (
    CARERS,
    CAST,
    EMAILS,
    HISTORIES,
    PAGES,
    RECORDS,
    RECUSED,
    WORDS,
    recused,
)  # fmt: skip

pytestmark = pytest.mark.django_db

ROWS = {
    "applications.Application": "mentee_application",
    "matches.Match": "match",
    "agreements.AgreementVersion": "version",
    "agreements.PartComment": "comment",
    "learning.Touch": "touch",
    "matches.Pause": "pause",
    "meetings.Meeting": "meeting",
    "checkins.CheckIn": "checkin",
    "checkins.Concern": "concern",
    "support.SupportRequest": "support_request",
    "support.SupportAnswer": "support_answer",
}
AFTER_AN_ENDING = {
    "matches.Closure": "match",
    "matches.FollowUp": "closure__match",
    "matches.ThankYouNote": "match",
}
# No page shows these words to any committee member today.
ONLY_IN_SOME_PAIRS = {
    "matches.EndingReason",
    "matches.EndingNote",
    "matches.Farewell",
    "matches.PauseRequest",
    "matches.PauseNote",
    "matches.ThankYouNote",
    "agreements.Reflection",
    "agreements.GoalReflection",
}
NOT_SHOWN = {"agreements.AgreedActivity.text"}
EXPORTS = ("applications_application", "matches_match")


@pytest.fixture(scope="module")
def world(world):
    """The shared world with a member in each role of `CAST`."""
    program, people = world.program, world.people
    for role in ("other_carer", "deputy", "former_carer"):
        people[role] = factories.member(role.title(), program=program, role="carer")
    people["expired"] = factories.member("Expired", program=program, role="chair")
    Membership.objects.filter(user=people["carer"]).update(deputy=people["deputy"])
    yesterday = timezone.localdate() - timedelta(days=1)
    ended = Membership.objects.filter(user__in=[people["expired"], people["former_carer"]])
    ended.update(until=yesterday)
    Membership.objects.create(user=people["former_carer"], program=program, role="reader")
    for pair, role in (("B", "other_carer"), ("F", "former_carer")):
        Match.objects.filter(pk=world.row("match", pair).pk).update(carer=people[role])
    # Both people of B join the committee after they were introduced.
    mentee, mentor = OWNERS["B"]
    people["chair_in_b"], people["maintainer_in_b"] = people[mentor], people[mentee]
    Membership.objects.create(user=people[mentor], program=program, role="chair")
    type(people[mentee]).objects.filter(pk=people[mentee].pk).update(
        is_superuser=True, is_staff=True
    )
    people[mentee].refresh_from_db()
    answered = {"read_at": timezone.now(), "answered_at": timezone.now()}
    Suggestion.system.update(**answered)  # the page shows what was answered
    Policy.objects.update(interview_needed=True)  # the page shows what was scored
    add_emails(world)
    return world


def add_emails(world: Any) -> None:
    """Put every kind of e-mail about pair A into the outbox, and one of each table about B."""
    now = timezone.now()
    for name, pair in emails():
        kind = KINDS[name]
        Notification.objects.create(
            key=f"table-{pair}-{name}",
            kind=name,
            stream=kind.stream,
            recipient=world.people[OWNERS[pair][0]],
            about_type=kind.about.lower(),
            about_id=subject(world, kind.about, pair).pk,
            due_at=now,
            next_at=now,
        )


def subject(world: Any, about: str, pair: str) -> Any:
    if about in ROWS:
        return world.row(ROWS[about], pair)
    where = {AFTER_AN_ENDING[about]: world.row("match", pair)}
    return apps.get_model(about)._base_manager.filter(**where).earliest("pk")


def emails() -> list[tuple[str, str]]:
    """The kinds of e-mail in the outbox, each with the pair that it is about."""
    kinds = {name: kind.about for name, kind in sorted(KINDS.items()) if kind.about in ROWS}
    one_of_each = {about: name for name, about in kinds.items()}
    ended = [(name, "F") for name, kind in sorted(KINDS.items()) if kind.about in AFTER_AN_ENDING]
    found = [(name, "A") for name in kinds]
    return [*found, *((name, "B") for name in one_of_each.values()), *ended]


def rows_of(world: Any, label: str, pair: str) -> list[Any]:
    """The rows of a table that belong to a pair."""
    match = world.row("match", pair)
    match.refresh_from_db()
    mentee = match.mentee
    where = {
        "accounts.User": {"pk": mentee.person_id},
        "accounts.Profile": {"user": mentee.person_id},
        "applications.Application": {"pk": mentee.pk},
        "applications.InterviewAppointment": {"application": match.mentor_id},
        "applications.InterviewScore": {"application": match.mentor_id},
    }
    model = apps.get_model(label)
    if label in where:
        return list(model._base_manager.filter(**where[label]))
    names = {field.name for field in model._meta.fields}
    paths = {
        "application": {"application": mentee.pk},
        "match": {"match": match.pk},
        "reflection": {"reflection__match": match.pk},
        "goal": {"goal__match": match.pk},
        "closure": {"closure__match": match.pk},
        "pause": {"pause__match": match.pk},
        "meeting": {"meeting__match": match.pk},
        "version": {"version__agreement__match": match.pk},
        "question": {"checkin__match": match.pk, "question__channel": "care"},
        "checkin": {"checkin__match": match.pk},
        "concern": {"concern__match": match.pk},
        "request": {"request__match": match.pk},
        "person": {"person": mentee.person_id},
        "kept": {"kept": mentee.person_id},
    }
    path = next(path for name, path in paths.items() if name in names)
    return list(model._base_manager.filter(**path))


# The tables whose lists, pages and histories are opened, with the row of a pair. The rest of the
# committee's pages, such as those of rounds, is visited by the access matrix, which looks for the
# same words.
TABLES = {
    **{table: kind for table, (kind, _readers) in PAGES.items()},
    "accounts_user": "participant",
    "dashboard_pair": "open_match",
    "dashboard_pairmeetings": "match",
    "workflow_transition": "transition",
}


def address(table: str, view: str, row: Any = None) -> str:
    return reverse(f"admin:{table}_{view}", args=[] if row is None else [row.pk])


def addresses(world: Any) -> list[str]:
    """The pages to open: each list, the page and the history of each row, each e-mail."""
    found = [address(table, "changelist") for table in (*TABLES, "notifications_notification")]
    for table, kind in TABLES.items():
        rows = [world.row(kind, pair) for pair in CARERS if (kind, pair) in world.rows]
        found += [address(table, "change", row) for row in rows]
        found.append(address(table, "history", rows[0]))
    mentors = [world.row("mentor_application", pair) for pair in CARERS]
    found += [address("applications_application", "change", row) for row in mentors]
    for row in Notification.system.filter(key__startswith="table-"):
        found.append(address("notifications_notification", "change", row))
    return found


@dataclass
class Seen:
    """What one role found: {word: the page where it was found first}, {page: its text}."""

    words: dict[str, str]
    opened: dict[str, str]


@pytest.fixture(scope="module")
def seen(world, visitors):
    """Return what each role of `CAST` sees."""
    every, everything = addresses(world), {}
    for role in CAST:
        everything[role] = Seen({}, {})
        for url in every:
            response = visitors.visit(role, url)
            if response.status_code == 200:
                text = everything[role].opened[url] = canaries.text_of(response)
                for word in WORD.findall(text):
                    everything[role].words.setdefault(word.lower(), url)
        for table in EXPORTS:
            url = address(table, "export")
            text = canaries.text_of(visitors.visit(role, url, "POST", {"format": "csv"}))
            for word in WORD.findall(text):
                everything[role].words.setdefault(word.lower(), url)
    return everything


@pytest.mark.parametrize("pair", CARERS)
@pytest.mark.parametrize("column", WORDS)
def test_a_word_is_read_by_those_who_may(column, pair, world, seen):
    label, _dot, name = column.rpartition(".")
    values = [str(getattr(row, name)) for row in rows_of(world, label, pair)]
    if not values and label in ONLY_IN_SOME_PAIRS:
        return
    words = [WORD.findall(value) for value in values]
    assert words, f"no row of pair {pair}"
    assert all(words), values
    planted = {word.lower() for found in words for word in found}
    may = WORDS[column](pair) - recused(label, pair)
    for role in CAST:
        found = planted & set(seen[role].words)
        where = [seen[role].words[word] for word in found]
        if role in may and column not in NOT_SHOWN:
            assert found, f"{role} reads no {column} of pair {pair}"
        elif role not in may:
            assert not found, f"{role} reads {column} of pair {pair} on {where}"


@pytest.mark.parametrize("pair", CARERS)
@pytest.mark.parametrize("table", PAGES)
def test_a_row_is_opened_and_listed_for_those_who_may(table, pair, world, seen):
    kind, readers = PAGES[table]
    url = address(table, "change", world.row(kind, pair))
    may, text = readers(pair) - RECUSED[pair], address(table, "changelist")
    assert {role for role in CAST if url in seen[role].opened} == may
    assert {role for role in CAST if url in seen[role].opened.get(text, "")} == may


@pytest.mark.parametrize(("name", "pair"), emails())
def test_an_e_mail_is_seen_as_what_it_is_about(name, pair, seen):
    row = Notification.system.get(key=f"table-{pair}-{name}")
    url = address("notifications_notification", "change", row)
    may = EMAILS[KINDS[name].about](pair) - RECUSED[pair]
    assert {role for role in CAST if url in seen[role].opened} == may


@pytest.mark.parametrize("pair", CARERS)
@pytest.mark.parametrize("label", RECORDS)
def test_a_record_is_given_to_those_who_may(label, pair, world):
    rows = {row.pk for row in rows_of(world, label, pair)}
    model = apps.get_model(label)
    for role in CAST:
        found = model._default_manager.all().for_committee(world.people[role])
        may = role in RECORDS[label](pair) - RECUSED[pair]
        assert set(found.filter(pk__in=rows).values_list("pk", flat=True)) == (
            rows if may else set()
        ), role


@pytest.mark.parametrize("pair", CARERS)
@pytest.mark.parametrize("label", HISTORIES)
def test_a_change_of_state_is_shown_as_what_it_is_about(label, pair, world):
    kind, readers = HISTORIES[label]
    row = world.row(kind, pair)
    about = {"about_type": label.lower(), "about_id": row.pk}
    step = Transition.objects.create(**about, from_state="a", to_state="b", at=timezone.now())
    page = admin.site._registry[Transition]
    seen_by = set()
    for role in CAST:
        request = RequestFactory().get("/")
        request.user = world.people[role]
        if page.get_queryset(request).filter(pk=step.pk).exists():
            seen_by.add(role)
    step.delete()
    assert seen_by == readers(pair) - recused(label, pair)


def test_every_table_with_states_is_in_the_table():
    rounds = {"matching.Round", "matching.RoundJob", "matching.Proposal", "matching.Offer"}
    rounds |= {"matching.PairRequest"}
    outbox = {"notifications.Notification", "applications.RosterJob"}
    programs = {  # its own words
        "checkins.Adjustment", "checkins.Survey", "announcements.Announcement", "events.Event",
    }  # fmt: skip
    people = {"events.SignUp"}  # not of a pair: see events/tests/test_sign_ups.py
    known = set(HISTORIES) | rounds | outbox | programs | people
    assert {model._meta.label for model in stateful_models()} - known == set()


def test_every_kind_of_e_mail_about_a_person_is_in_the_table():
    about_members = {
        "matching.Round", "accounts.User", "programs.Membership", "checkins.Survey",
        "announcements.Announcement",  # the test to its writer
        "learning.TouchText",  # the test to a chair
        "programs.EmailText",  # the test to its writer
        "dashboard.MailCheck",  # that servers of e-mail changed
        "checkins.CarerSilence",
    }  # fmt: skip
    # See the tests of opening requests, mentor invitations and found_each_other.
    about_visitors = {
        "programs.OpeningRequest", "applications.MentorInvitation", "matching.PairInvitation",
        "applications.Reference",
    }  # fmt: skip
    found = {kind.about for kind in KINDS.values()} - set(EMAILS)
    assert found == about_members | about_visitors


def test_answers_that_are_only_counted_have_no_reader(world):
    pooled = Answer.system.exclude(question__channel="care")
    for role in CAST:
        committee = Answer.objects.for_committee(world.people[role])
        assert not committee.filter(pk__in=pooled.values("pk")).exists()
