"""A conflict of interest hides every row about the person, in every table, by one function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone

from accounts.models import User
from applications.models import ImportedRow, NamedWish, NamedWishCandidate
from checkins.models import Answer, Concern, ConcernNote, MediationStep, Theme, ThemeMark
from matching.models import BrokenRule, Override, PairRequest, Proposal
from programs.models import Conflict, Membership, conflicts_with, read_roles_once
from testkit import factories
from testkit.checkins import opened_without_pair

from .canaries import OUR_APPS
from .test_architecture import name, product_code

# Modules that name the table of conflicts, each with what for. All others call `conflicts_with`.
NAMES_CONFLICT = {
    "applications/admin/conflicts.py": "the page on which members declare and end them",
    "demo/setup.py": "declares one",
    "matches/match_creation.py": "writes one for a committee member in a new match",
    "matches/account_merging.py": "a member who was merged has a conflict with their partners",
    "matching/pool/pool_data.py": "a declared conflict also keeps two people from being matched",
    "matching/rounds/request_rules.py": "a declared conflict also keeps two people from asking",
    "programs/account_merging.py": "moves them, and deletes those between the two accounts",
    "programs/models/__init__.py": "exports it",
    "programs/models/conflicts.py": "the model and the rule",
    "programs/privacy.py": "exports a person's own declarations",
}

# Columns that name a committee member who acted. Reading what a colleague did is no conflict.
ACTORS = {
    "acted_by", "answered_by", "approved_by", "by", "carer", "changed_by", "closed_by",
    "confirmed_by", "created_by", "decided_by", "deputy", "ended_by", "member", "moved_by",
    "organiser", "release_by", "prepared_by", "proposed_by", "published_by", "read_by",
    "recorded_by", "reopened_by", "marked_by", "started_by", "taken_by", "undone_by", "user",
    "waived_by", "withdrawn_by",
}  # fmt: skip
NOT_SHOWN = {
    "announcements.Announcement.author": "a committee member",
    "applications.CommitteeNote.author": "a committee member",
    "applications.InterviewScore.scorer": "a committee member",
    "applications.Opinion.reader": "a committee member",
    "learning.ItemVersion.author": "a committee member",
    "learning.TouchVersion.author": "a committee member",
    "matching.Proposal.before": "compared with the mentor of today, never shown",
}

# Tables that no committee member reads as such, each with the reason.
NOT_FOR_COMMITTEE = {
    "accounts.User": "reached through an application; dashboard/admin/people.py",
    "accounts.Profile": "reached through an application",
    "applications.Preparation": "reached through an application",
    "agreements.AgreementText": "the pair's own words",
    "agreements.Goal": "the pair's own words",
    "agreements.Activity": "the pair's own words",
    "agreements.FirstDay": "the pair's own",
    "agreements.AgreedActivity": "the pair's own words",
    "agreements.AgreedGoal": "the pair's own words",
    "agreements.GoalChange": "the pair's own words",
    "agreements.GoalStep": "the pair's own words",
    "agreements.Expectations": "the pair's own words",
    "agreements.PartComment": "the pair's own words",
    "agreements.Reflection": "the writer's own words",
    "agreements.GoalReflection": "the writer's own words",
    "matching.PairInvitation": "an address that its owner alone reads",
    "matches.ContactChoice": "the person's own choice",
    "matches.Farewell": "the pair's own words",
    "matches.PauseNote": "the pair's own words",
    "matches.ThankYouNote": "the pair's own words",
    "meetings.Agenda": "the pair's own words",
    "meetings.Correction": "the pair alone; a carer sees what holds now",
    "meetings.LogEntry": "the pair's own words",
    "meetings.PrivateNote": "the writer's own words",
    "meetings.SharedItem": "the pair's own words",
    "meetings.ContactRequest": "the pair's own words",
    "meetings.Statement": "the person's own",
    "meetings.CalendarFeed": "the person's own address",
    "notifications.BouncedAddress": "hashes that no page shows",
    "notifications.KnownState": "digests that no page shows",
    "notifications.MergedItem": "names two e-mails",
    "notifications.MutedStream": "the person's own choice",
    "notifications.UnsubscribedAddress": "hashes that no page shows",
    "notifications.WeeklyReader": "the person's own choice",
    "notifications.WorkHour": "the person's own choice",
    "workflow.Transition": "reached through its row",
}
# No member reads an answer of a check-in without a pair, and so none becomes a concern.
WITHOUT_ANSWERS = "checkin__application__"
NAMES_MEMBERS = {
    "dashboard.LaterLine": "names members who left or were given a line of Today",
    "dashboard.MailCheck": "names the chair who asked the DNS",
    "applications.RosterJob": "names the member who uploaded a file",
    "programs.Conflict": "the declaration itself: its member and the chair keep reading it",
    "programs.Membership": "names committee members only",
}


def paths_to_people(model: type[models.Model], depth: int = 4) -> Iterator[str]:
    """Lookups from a row to the participants it is about, through foreign keys of our tables."""
    many = {"matching.Round", "programs.Cohort", "programs.Program"}  # about many people
    for field in model._meta.concrete_fields:
        target = field.related_model
        if target is None or field.name in ACTORS or str(field) in NOT_SHOWN:
            continue
        if target is User:
            yield field.name
        elif depth and target._meta.app_label in OUR_APPS and target._meta.label not in many:
            yield from (f"{field.name}__{rest}" for rest in paths_to_people(target, depth - 1))


def cases() -> list[tuple[str, str]]:
    found = []
    for app in OUR_APPS:
        for model in apps.get_app_config(app).get_models():
            label = model._meta.label
            if label not in NOT_FOR_COMMITTEE | NAMES_MEMBERS:
                found += [(label, path) for path in paths_to_people(model)]
    return [(label, path) for label, path in found if WITHOUT_ANSWERS not in path]


def committee_rows(model: Any, member: Any) -> Any:
    rows = model._default_manager.all()
    names = ("for_committee", "readable_by", "visible_to")
    return next(getattr(rows, name) for name in names if hasattr(rows, name))(member)


def value_at(row: Any, path: str) -> Any:
    for step in path.split("__"):
        row = getattr(row, step) if row is not None else None
    return row


@pytest.fixture(scope="module")
def rows(world):
    """The world, with the rows about people that its pages do without."""
    mentee, mentor = world.row("mentee_application", "A"), world.row("mentor_application", "A")
    about = {"kind": NamedWish.Kind.AVOID, "written": "w", "person": mentor.person}
    wish = NamedWish.objects.create(application=mentee, **about)
    NamedWishCandidate.objects.create(wish=wish, candidate=mentor.person)
    row = {"file_name": "f.csv", "row": 2, "at": timezone.now()}
    ImportedRow.objects.create(application=mentee, written_json="{}", **row)
    opened_without_pair(mentee)
    checkin = world.row("answered", "A")
    concern = {"match": checkin.match, "person": checkin.person, "checkin": checkin}
    answered = Concern.objects.create(program=world.program, cause=Concern.Cause.ANSWER, **concern)
    moments = {"since": timezone.now(), "looked_at": timezone.now()}
    BrokenRule.objects.create(
        match=checkin.match, person=checkin.person, code="language", **moments
    )
    note = {"member": world.people["chair"], "text": "n"}
    ConcernNote.objects.create(concern=answered, **note)
    MediationStep.objects.create(concern=answered, kind="mentee", on=timezone.localdate(), **note)
    words = Answer.system.filter(checkin=checkin, question__kind="text").first()
    theme = Theme.objects.get(program=world.program, code="own")
    ThemeMark.objects.create(answer=words, theme=theme, marked_by=world.people["chair"])
    round_ = world.row("round", "own")
    pair = Proposal.system.filter(round=round_).paired().first()
    override = {"mentee": pair.mentee, "mentor": pair.mentor, "reason": "r"}
    Override.objects.create(round=round_, by=world.people["chair"], **override)
    made = {"state": "made", "match": checkin.match, "closed_at": timezone.now(), "reason": "r"}
    both = {"mentee": checkin.match.mentee, "mentor": checkin.match.mentor}
    PairRequest.objects.create(
        cohort=world.cohort, origin="committee", by=world.people["chair"], **both, **made
    )
    return world


@pytest.fixture
def hidden_from():
    """Declare a conflict during a test; the fixtures are shared by the module."""
    made = []

    def declare(member, person):
        made.append(Conflict.objects.create(member=member, person=person))

    yield declare
    for row in made:
        row.delete()


@pytest.mark.parametrize(("label", "path"), cases())
def test_a_conflicted_member_reads_no_row_about_the_person(rows, hidden_from, label, path):
    model = apps.get_model(label)
    member, row = readable_row(rows, model, path)
    hidden_from(member, value_at(row, path))
    assert not committee_rows(model, member).filter(pk=row.pk).exists()


def readable_row(world, model, path):
    """A member and a row that they read as a committee member, with a participant at `path`."""
    for role in ("chair", "carer", "maintainer"):
        member = world.people[role]
        for row in committee_rows(model, member):
            if value_at(row, path) not in (None, member):
                return member, row
    pytest.fail(f"no member reads a {model._meta.label} with {path}; see NOT_FOR_COMMITTEE")


@pytest.mark.parametrize("label", NOT_FOR_COMMITTEE)
def test_a_table_that_no_member_reads_shows_none_to_the_chair(world, label):
    chair = world.people["chair"]
    rows = committee_rows(apps.get_model(label), chair)
    assert [row for row in rows if chair not in (row, getattr(row, "user", None))] == []


def test_only_named_modules_touch_the_table_of_conflicts():
    found = {
        name(path)
        for path in product_code()
        if any(
            isinstance(node, ast.Name | ast.alias | ast.Attribute)
            and "Conflict" in {getattr(node, key, None) for key in ("id", "name", "attr")}
            for node in ast.walk(ast.parse(path.read_text()))
        )
    }
    assert found == set(NAMES_CONFLICT)


@pytest.mark.django_db
def test_a_conflict_counts_from_its_first_day_to_the_day_before_its_end(cleo, ben):
    today, day = timezone.localdate(), timedelta(days=1)
    conflict = Conflict.objects.create(member=cleo, person=ben)
    for since, until, counts in (
        (today, None, True),
        (today - day, today + day, True),
        (today + day, None, False),
        (today - day, today, False),
    ):
        Conflict.objects.filter(pk=conflict.pk).update(since=since, until=until)
        assert User.objects.filter(conflicts_with(cleo, "pk"), pk=ben.pk).exists() is counts


@pytest.mark.django_db
def test_a_member_has_a_conflict_with_themself_and_not_with_others(cleo, ben, dan):
    Conflict.objects.create(member=cleo, person=ben)
    assert set(User.objects.filter(conflicts_with(cleo, "pk"))) == {cleo, ben}
    assert set(User.objects.filter(conflicts_with(dan, "pk"))) == {dan}


@pytest.mark.django_db
def test_a_person_in_a_pair_has_a_conflict_however_they_joined_the_committee(ben, ada, cohort):
    """No row says so when the pair was introduced before, or when a maintainer is in it."""
    match = factories.match(ben, ada, cohort)
    assert not Conflict.objects.exists()
    for member, partner in ((ben, ada), (ada, ben)):
        assert set(User.objects.filter(conflicts_with(member, "pk"))) == {member, partner}
    match.closed_at, match.closed_kind, match.state = timezone.now(), "completed", "closed"
    match.save()
    assert set(User.objects.filter(conflicts_with(ben, "pk"))) == {ben}


@pytest.mark.django_db
def test_a_path_without_a_person_keeps_the_row(cleo, ben, ada, cohort):
    match = factories.match(ben, ada, cohort)
    Concern.objects.create(program=cohort.program, match=match, person=ben)  # nobody wrote it
    rows = Concern.system.all()
    Conflict.objects.create(member=cleo, person=ada)
    assert rows.exclude(conflicts_with(cleo, "author")).count() == 1
    assert rows.exclude(conflicts_with(cleo, "author", "match__mentor__person")).count() == 0
    assert rows.exclude(conflicts_with(AnonymousUser(), "author")).count() == 1
    assert Proposal.objects.visible_to(AnonymousUser()).count() == 0


@pytest.mark.django_db
def test_a_page_reads_conflicts_and_roles_once(cleo, django_assert_num_queries):
    with django_assert_num_queries(4), read_roles_once():
        for _time in range(2):
            list(User.objects.exclude(conflicts_with(cleo, "pk")))
            assert Membership.objects.program_ids(cleo)


@pytest.mark.django_db
def test_a_conflict_declared_on_a_page_counts_on_the_next(cleo, ben):
    with read_roles_once():
        assert not User.objects.filter(conflicts_with(cleo, "pk"), pk=ben.pk)
    Conflict.objects.create(member=cleo, person=ben)
    with read_roles_once():
        assert User.objects.filter(conflicts_with(cleo, "pk"), pk=ben.pk)
