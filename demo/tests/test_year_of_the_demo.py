"""The demo shows each state of a pair's year, and every one of them was reached by a verb."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from agreements.models import Activity, Expectations, FirstDay, Goal, PartComment
from checkins.models import Adjustment, CheckIn, Survey, Wave
from dashboard.invariants import broken_invariants
from demo import personas
from matches.models import Closure, Match, ThankYouNote
from matching.models import Offer, Round
from meetings.models import ContactRequest

from .admin_pages import raw_words, raw_words_of
from .reached_states import states, states_without_a_verb

pytestmark = pytest.mark.django_db
DEMO = Path(__file__).parent.parent


class TestInTheRunningYear:
    """The whole demo of the running year is loaded once; rolled back at the end."""

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def loaded(cls, django_db_setup, django_db_blocker):
        with (
            django_db_blocker.unblock(),
            transaction.atomic(),
            override_settings(DEMO=True),
        ):
            call_command("load_demo", phase="running", verbosity=0)
            yield
            transaction.set_rollback(True)

    def test_every_state_was_reached_by_a_verb(self):
        assert states_without_a_verb() == {}

    def test_what_must_hold_at_any_time_holds(self):
        assert broken_invariants(timezone.now()) == {}

    @pytest.mark.parametrize(("role", "language"), [("chair", "en"), ("committee", "fr")])
    def test_the_committee_reads_words_not_codes(self, as_user, role, language):
        member = User.objects.get(email=f"{role}@example.org")
        User.objects.filter(pk=member.pk).update(language=language)
        client = as_user(member)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        assert raw_words(client) == {}

    def test_everyone_has_something_to_do(self, as_user):
        assert "review" in states(Round)
        for role in ("mentee", "mentor"):
            person = User.objects.get(email=f"{role}@example.org")
            assert person.check_password(personas.PASSWORD)
            assert as_user(person).get(reverse("dashboard:home")).context["is_mine"]
        for role in ("committee", "chair"):
            page = as_user(User.objects.get(email=f"{role}@example.org")).get(
                reverse("admin:index")
            )
            assert "Nothing needs your attention" not in page.content.decode()

    def test_a_second_start_adds_no_one(self):
        count = User.objects.count()
        call_command("load_demo", phase="running", verbosity=0)
        assert User.objects.count() == count

    def test_surveys_are_published_before_they_are_answered(self):
        """At whatever hour the demo is loaded."""
        first = CheckIn.objects.filter(opened_at__isnull=False).earliest("opened_at").opened_at
        assert max(Survey.objects.values_list("published_at", flat=True)) < first
        waves = list(Wave.objects.values_list("kind", "month", "asked", "answered"))
        assert waves
        assert [wave for wave in waves if wave[3] < wave[2] / 2] == []

    def test_a_survey_led_to_changes_that_people_read(self):
        assert states(Adjustment) == {"draft", "published", "withdrawn"}
        assert not Adjustment.objects.filter(wave=None).exists()

    def test_what_people_wrote_about_was_marked_and_counted(self):
        counts = [one["counts"][""] for wave in Wave.objects.exclude(themes_counted_at=None)
                  for one in wave.themes["themes"]]  # fmt: skip
        assert max(filter(None, counts)) >= 5

    def test_pairs_are_introduced_active_paused_and_ended_in_several_ways(self):
        assert {"introduced", "active", "closed"} <= states(Match)
        assert Match.objects.open().filter(paused_until__isnull=False).exists()
        kinds = set(Closure.objects.in_force().values_list("kind", flat=True))
        assert {"choice", "circumstance", "early"} <= kinds

    def test_mentors_were_asked_and_have_said_yes_no_or_nothing_yet(self):
        assert {"open", "accepted", "declined"} <= states(Offer)

    def test_pairs_have_begun_in_different_ways(self):
        assert Activity.system.filter(entry__week__isnull=False, done_on__isnull=False).exists()
        assert FirstDay.system.exists()
        per_pair = Expectations.system.values("match").annotate(people=Count("author"))
        assert set(per_pair.values_list("people", flat=True)) == {1, 2}  # one waits for the other
        assert {"open", "answered"} <= states(PartComment)
        waiting = PartComment.system.all().open()
        assert any(row.proposed for row in waiting), "no change is suggested"
        assert {"asked", "promised"} <= states(ContactRequest)

    def test_goals_were_reached_and_have_their_measures(self):
        reached = Goal.system.filter(state="reached")
        assert reached.exists()
        assert all(goal.measure for goal in reached)

    def test_a_thank_you_note_was_written(self):
        assert ThankYouNote.system.exists()


@pytest.mark.parametrize(
    "page",
    [
        "<p>State: on_track.</p>",
        "<td>drifting_percent</td>",
        "<li>E-mail: concern-given-back</li>",
        "<p>Match object (7)</p>",
        "<p>Since 2026-05-04 12:30</p>",
        "<dd>None</dd>",
        '<a href="?cohort__id__exact=3">Spring</a>',
    ],
)
def test_the_walk_through_the_admin_finds_what_no_one_should_read(page):
    assert raw_words_of(page)


@pytest.mark.parametrize(
    "page",
    [
        "<p>sign-in, check-in, by the way</p>",
        "<p>from roster_2026.csv</p>",
        '<a href="/admin/x/?state__exact=on_track">On track</a>',
        '<option value="on_track">On track</option>',
        "<script>const on_track = None</script>",
        "<p>No one on 4 May 2026 at 12:30</p>",
    ],
)
def test_the_walk_through_the_admin_finds_nothing_in_plain_words(page):
    assert raw_words_of(page) == []


def written_states(path: Path) -> list[int]:
    """Return the lines on which a module writes a state itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    verbs = {"update", "create", "bulk_create", "update_or_create", "get_or_create"}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in verbs
        and any(keyword.arg in {"state", "closed_kind"} for keyword in node.keywords)
    ]


def test_no_module_of_the_demo_writes_a_state_itself():
    """Only the e-mails of the past, which no worker has sent, are marked as if they were."""
    writing = {path.name for path in DEMO.glob("*.py") if written_states(path)}
    assert writing == {"cleanup.py"}
