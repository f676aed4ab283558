"""Each phase of the demo loads, and everyone in it has something to do."""

from itertools import chain

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from accounts.models import User
from agreements.models import AgreementVersion
from applications.models import Application
from dashboard.invariants import broken_invariants
from demo import pairs, personas, scenario, setup
from matches.models import Closure, ContactChoice, FollowUp, Match, ThankYouNote
from matching.models import Round
from matching.pool.pool_data import build_pool

from .reached_states import states, states_without_a_verb

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings):
    settings.DEMO = True

    def load(phase):
        call_command("load_demo", phase=phase, verbosity=0)

    return load


def some(everyone):
    """Return what reads some of the people, with whom other phases are built more quickly."""
    named = {
        *setup.WAITLISTED,
        *setup.DECLINED,
        *chain(*pairs.PINNED_PAIRS),
        *setup.CONFLICT_OF_INTEREST,
    }

    def read(file):
        rows = enumerate(everyone(file))
        return [row for place, row in rows if place % 5 == 0 or row["name"] in named]

    return read


@pytest.fixture
def some_people(monkeypatch):
    monkeypatch.setattr(personas, "read", some(personas.read))


def test_while_applications_are_open(demo, some_people):
    demo("applications")
    assert {"submitted", "draft"} & states(Application, cohort__slug__startswith="hr-")
    assert not Match.objects.exists()
    assert all(
        email.endswith("@example.org") for email in User.objects.values_list("email", flat=True)
    )


def test_before_publication_a_round_is_in_draft(demo, some_people):
    demo("matching")
    assert Round._base_manager.get(cohort__program__slug="lakeshore-hr").state == "draft"
    assert not Match.objects.exists()


class TestAtTheEnd:
    """The demo of the last phase is loaded once; rolled back at the end."""

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def loaded(cls, django_db_setup, django_db_blocker):
        with (
            django_db_blocker.unblock(),
            transaction.atomic(),
            override_settings(DEMO=True),
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr(personas, "read", some(personas.read))
            call_command("load_demo", phase="closing", verbosity=0)
            yield
            transaction.set_rollback(True)

    def test_most_pairs_have_closed(self):
        assert {"closing", "closed"} <= states(Match)
        assert AgreementVersion.objects.signed().filter(number=2).exists(), "no pair went on"
        assert Match.objects.ended().count() == Closure.objects.in_force().count()
        assert ThankYouNote.system.exists()
        assert ContactChoice.objects.exists()

    def test_every_state_was_reached_by_a_verb(self):
        assert states_without_a_verb() == {}

    def test_what_must_hold_at_any_time_holds(self):
        assert broken_invariants(timezone.now()) == {}

    def test_nobody_whose_pair_ended_is_proposed_again_without_asking(self):
        closed, running = Match.objects.ended(), Match.objects.open()
        pool = build_pool(closed.first().cohort, timezone.now())
        proposed = {*pool.columns["mentees"], *pool.columns["mentors"]}
        people = chain(*closed.values_list("mentee", "mentor"))
        busy = set(chain(*running.values_list("mentee", "mentor")))
        asking = FollowUp.objects.asking().values("person")
        unasked = Application.objects.filter(pk__in=set(people) - busy)
        unasked = unasked.exclude(person__in=asking)
        assert unasked.exists()
        assert not proposed & set(unasked.values_list("pk", flat=True))


def test_files_of_people_are_whole(db):
    for name in (
        "hr_mentees",
        "hr_mentors",
        "hr_next_mentees",
        "community_mentees",
        "volunteers_mentors",
    ):
        for row in personas.read(name):
            assert None not in {*row, *row.values()}, row["name"]
    assert (len(personas.read("hr_mentees")), len(personas.read("hr_mentors"))) == (40, 36)


def test_a_real_installation_is_left_alone(settings):
    settings.DEBUG = settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("load_demo")
    assert scenario.PHASES == ("applications", "matching", "running", "closing")
