"""Whoever is erased is gone from everything that is stored; what must stay, stays.

A person who has lived through everything is erased. Before, a word of their own stands in every
column, and their name in what others wrote. Afterwards every row, the files of the database, a
backup, the cache and the log are searched.
"""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from accounts import privacy
from accounts.column_rules import Fate
from accounts.models import Profile, User
from accounts.privacy import COLUMN_RULES
from matching.engine import input_hash
from matching.models import Offer, Round
from matching.storage.snapshots import read_people
from matching.storage.solver_state import Decisions, SolverState

from . import erasure_words
from .erasure_history import Erasure, live
from .erasure_words import ADDRESS, NAME, NAMES, NOT_PLANTED

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.ERASED_FILE, settings.OUTBOX_EPOCH_FILE = tmp_path / "erased", tmp_path / "epoch"
    settings.BACKUP_FOLDER = tmp_path / "backups"


@pytest.fixture(scope="module")
def history(django_db_setup, django_db_blocker):
    """Built once; each test changes it inside a savepoint."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield live()
        transaction.set_rollback(True)


@pytest.fixture
def erased(history) -> Erasure:
    privacy.erase_person(history.person)
    return history


# --- what was planted


def test_the_words_stand_in_every_column_that_can_hold_them(history):
    """Else the tests below could not fail."""
    planted = history.planted
    for name, rule in COLUMN_RULES.items():
        if name in NOT_PLANTED or rule.fate == Fate.IMPERSONAL:
            continue
        if rule.fate == Fate.ERASED or name in planted.kept:
            assert name in {*planted.erased, *planted.kept}, f"the person has no row: {name}"
        if not rule.mentions:
            assert name in {*planted.mentioned, *planted.kept}, f"no one else's row: {name}"
    words = [*planted.erased.values(), *planted.kept.values(), *NAMES]
    assert set(erasure_words.found(words)) == set(words)


# Codes, which the copy has as words.
IN_WORDS = {"matches.Match.why_codes", "checkins.Answer.choice"}


def test_the_persons_copy_has_all_that_is_erased_unless_a_reason_is_written(history):
    copy = DjangoJSONEncoder(ensure_ascii=False).encode(privacy.export_person(history.person))
    planted = history.planted
    missing = {
        name
        for name, word in {**planted.erased, **planted.kept}.items()
        if not COLUMN_RULES[name].not_exported and name not in IN_WORDS and word not in copy
    }
    assert missing == set()
    secret = {
        name
        for name, word in {**planted.erased, **planted.kept}.items()
        if COLUMN_RULES[name].not_exported and word in copy
    }
    assert secret == set(), "a reason says that this is not in the copy, and it is"
    assert (NAME in copy, ADDRESS in copy) == (True, True)


# --- after erasing


def test_no_row_has_a_word_of_the_person(erased):
    words = [*erased.planted.erased.values(), *NAMES, "zqfileword"]
    assert set(erasure_words.found(words).values()) == set()


def test_what_must_stay_stays(erased):
    kept = erased.planted.kept
    assert set(erasure_words.found(list(kept.values()))) == set(kept.values())
    assert "stays" in str(list(erasure_words.stored_texts()))


def test_account_and_sessions_are_empty(erased):
    person = User.objects.get(pk=erased.person.pk)
    assert (person.name, person.language, person.time_zone) == ("", "en", "UTC")
    assert person.last_login is None
    assert not Session.objects.exists()
    assert not UserSession.objects.filter(user=person).exists()
    profile = Profile.objects.get(user=person)
    assert (profile.employer, profile.level, profile.availability) == (None, None, [])


def test_no_request_before_a_match_stays_open(history):
    theirs = Offer.system.open().filter(mentee__person=history.pk)
    assert theirs.exists()
    privacy.erase_person(history.person)
    assert not theirs.exists()


def test_erasing_twice_changes_nothing_more(erased):
    before = sorted(erasure_words.stored_texts())
    privacy.erase_in_every_app(User.objects.get(pk=erased.person.pk))
    epoch = {"accounts.User.link_epoch", "accounts.User.password"}
    after = sorted(erasure_words.stored_texts())
    assert [one for one in after if one[0] not in epoch] == [
        one for one in before if one[0] not in epoch
    ]


# --- stored rounds


@pytest.mark.parametrize("which", ["published", "draft"])
def test_a_stored_round_can_be_solved_again(history, which):
    round_ = getattr(history, which)
    before = SolverState.load(round_)
    plan = before.plan
    privacy.erase_person(history.person)
    solver = SolverState.load(Round.system.get(pk=round_.pk))
    assert (solver.mates(), solver.plan.total) == (before.mates(), plan.total)
    again = solver.solve(Decisions.of(round_), before.mates())
    assert (again.mu.tolist(), again.total) == (plan.mu.tolist(), plan.total)
    assert solver.prove(Decisions.of(round_))


@pytest.mark.parametrize("which", ["published", "draft"])
def test_the_input_hash_of_a_stored_round_still_verifies(history, which):
    round_ = getattr(history, which)
    privacy.erase_person(history.person)
    solver = SolverState.load(Round.system.get(pk=round_.pk))
    plan = solver.plan
    table = solver.working(Decisions.of(round_))
    assert input_hash(table, plan.capacity, plan.rules, plan.prior) == plan.input_hash


def test_a_stored_round_knows_nothing_of_the_persons_answers(erased):
    solver = SolverState.load(Round.system.get(pk=erased.published.pk))
    side = read_people(erased.published, solver.key).mentees
    mine = {pk for pk in solver.mentees if pk in own_applications(erased.person)}
    (row,) = [solver.row[pk] for pk in mine]
    assert not any(array[row].any() for array in (side.topics, side.situations, side.hours))
    assert (side.employer[row], side.years[row], side.mode[row]) == (-1, -1, 0)
    others = [n for n in range(len(side)) if n != row]
    assert side.topics[others].any()


def own_applications(person) -> set[int]:
    return set(person.applications.values_list("pk", flat=True))
