"""While nothing is new a sweep asks as many questions for three rows as for one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import emails as application_emails
from matches import care_emails, endings, mentoring_again, uncovered
from matches.models import Match
from notifications.models import Notification
from programs import deputy_emails
from programs.models import Membership
from testkit import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def leaving_member(program, **fields):
    until = timezone.localdate() + 10 * DAY
    return factories.member(program=program, role="carer", until=until, **fields)


def add_leaving_deputy(at):
    program = factories.program()
    factories.member(program=program)
    factories.member(program=program, role="carer", deputy=leaving_member(program))


def add_leaving_carer(at):
    cohort = factories.cohort()
    factories.member(program=cohort.program)
    people = factories.person(), factories.person()
    factories.match(*people, cohort, carer=leaving_member(cohort.program))


def add_pair_that_nobody_can_look_after(at):
    people = factories.person(), factories.person()
    factories.match(*people, factories.cohort(), uncovered_since=at - 14 * DAY)


def add_draft(at):
    draft = factories.application(factories.person(), factories.cohort(), state="draft")
    type(draft).objects.filter(pk=draft.pk).update(created_at=at - 4 * DAY)


def add_mentor_to_ask(at):
    cohort = factories.cohort()
    mentee, mentor = factories.person(), factories.person()
    match = factories.match(mentee, mentor, cohort, introduced_at=at - 90 * DAY)
    endings.end(match, by=mentee, kind="early", at=at - 30 * DAY)
    factories.cohort(program=cohort.program, opens_on=timezone.localdate(at) - DAY)


@pytest.mark.parametrize(
    ("sweep", "add", "kind"),
    [
        (deputy_emails.tell_of_ending_deputies, add_leaving_deputy, "deputy-leaves"),
        (care_emails.tell_of_ending_roles, add_leaving_carer, "carer-leaves"),
        (uncovered.keep_covered, add_pair_that_nobody_can_look_after, ""),
        (application_emails.enqueue_draft_reminders, add_draft, "application-unfinished"),
        (mentoring_again.ask, add_mentor_to_ask, "mentor-again"),
    ],
    ids=["deputies", "carers", "uncovered pairs", "drafts", "mentors"],
)
def test_a_sweep_asks_the_same_for_one_row_and_for_three(sweep, add, kind):
    at = timezone.now()
    asked = []
    for number in (1, 3):
        for _row in range(number - rows_of(kind)):
            add(at)
        sweep(at)
        assert rows_of(kind) == number
        with CaptureQueriesContext(connection) as queries:
            sweep(at)
        asked.append([query["sql"] for query in queries])
    assert len(asked[0]) == len(asked[1]), asked[1]


def rows_of(kind):
    """How many rows a sweep knows: those that it wrote about, or the pairs that wait."""
    if not kind:
        return Match.objects.filter(uncovered_since__isnull=False).count()
    return Notification.system.filter(kind=kind).values("about_id").distinct().count()


def test_an_old_draft_is_read_no_more(django_assert_num_queries):
    at = timezone.now()
    add_draft(at - 30 * DAY)
    with django_assert_num_queries(1):
        application_emails.enqueue_draft_reminders(at)


def test_chairs_with_two_roles_are_told_once():
    at = timezone.now()
    add_leaving_deputy(at)
    chair = Membership.objects.get(role="chair")
    Membership.objects.create(
        user=chair.user, program=chair.program, role="chair", since=timezone.localdate()
    )
    deputy_emails.tell_of_ending_deputies(at)
    told = Notification.system.filter(kind="deputy-leaves").values_list("recipient", flat=True)
    assert sorted(told) == sorted({*told})
    assert chair.user_id in told
