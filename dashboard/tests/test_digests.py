"""Digests of committee members: when they come, whom they name, and where their lines lead."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from dashboard import digests
from dashboard.digests import committee_week, enqueue_digests, to_read
from matches.models import Match
from notifications import preferences
from notifications.models import Notification, WeeklyReader
from notifications.testing import deliver_due_emails
from programs.models import Conflict, Membership, Program
from testkit import checkins, events, factories

ZONE = ZoneInfo("America/Toronto")
MONDAY = datetime(2026, 3, 9, 8, 1, tzinfo=ZONE)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def cohort(program):
    Program.objects.filter(pk=program.pk).update(time_zone=str(ZONE))
    return factories.cohort(program=program)


def member(name, cohort, role):
    made = factories.member(name, program=cohort.program, role=role)
    made.time_zone = str(ZONE)
    made.save()
    return made


@pytest.fixture
def rosa(cohort):
    return member("Rosa Diaz", cohort, "reader")


def apply(cohort, name="Ben Okoro", days=3):
    sent = timezone.now() - days * DAY
    return factories.application(
        factories.person(name), cohort, state="submitted", submitted_at=sent
    )


def told(kind="reading-digest"):
    return [str(row.recipient) for row in Notification.system.filter(kind=kind).order_by("pk")]


class TestWhen:
    @pytest.mark.parametrize(
        ("local", "count"),
        [
            ("2026-03-10 07:59", 0),
            ("2026-03-10 08:00", 1),
            ("2026-03-10 19:59", 1),  # after a stop of the machine
            ("2026-03-10 20:00", 0),
            ("2026-03-14 09:00", 0),  # Saturday
        ],
    )
    def test_on_weekdays_from_eight_by_the_clock_of_the_program(
        self, cohort, rosa, clock, local, count
    ):
        apply(cohort)
        enqueue_digests(datetime.fromisoformat(local).replace(tzinfo=ZONE))
        assert len(told()) == count

    def test_one_a_day_however_often_the_job_runs_and_wherever_the_clock_jumps(
        self, cohort, rosa, clock
    ):
        apply(cohort)
        for hours in (0, 0, 1, 11, 24, 25, -1, 48, 24, 0, 504, 3):
            enqueue_digests(MONDAY + timedelta(hours=hours))
        days = [row.ordinal for row in Notification.system.filter(kind="reading-digest")]
        assert len(days) == len(set(days)) == 4
        assert told("committee-week") == ["Rosa Diaz"] * 2  # of two weeks

    def test_a_program_in_another_zone_makes_no_second_one_of_a_day(self, cohort, rosa):
        other = factories.cohort(program=factories.program(time_zone="Pacific/Auckland"))
        Membership.objects.create(
            user=rosa, program=other.program, role="reader", since=MONDAY.date() - DAY
        )
        apply(cohort)
        apply(other, "Eli Sund")
        for hours in range(24):
            enqueue_digests(MONDAY + timedelta(hours=hours))
        assert told() == ["Rosa Diaz"]

    def test_the_week_comes_on_tuesday_if_the_machine_stood_still_and_not_on_wednesday(
        self, cohort, rosa
    ):
        enqueue_digests(MONDAY + 2 * DAY)
        assert told("committee-week") == []
        enqueue_digests(MONDAY + 8 * DAY)
        assert told("committee-week") == ["Rosa Diaz"]

    def test_who_chose_mondays_gets_it_on_mondays(self, cohort, rosa):
        apply(cohort)
        preferences.choose_rhythm(rosa, is_weekly=True, at=MONDAY)
        for day in range(8):
            enqueue_digests(MONDAY + day * DAY)
        assert told() == ["Rosa Diaz"] * 2

    def test_who_wants_none_gets_none(self, cohort, rosa):
        apply(cohort)
        preferences.mute(rosa, "reading", "digest", at=MONDAY)
        enqueue_digests(MONDAY)
        assert told() == told("committee-week") == []

    def test_nothing_to_read_makes_no_row(self, cohort, rosa):
        enqueue_digests(MONDAY)
        assert told() == []

    def test_what_was_read_in_the_meantime_is_not_told(self, cohort, rosa):
        apply(cohort)
        enqueue_digests(MONDAY)
        Application.objects.update(state="withdrawn")
        sent = deliver_due_emails(reconcile=False)
        assert [mail.subject for mail in sent if "read" in mail.subject] == []

    def test_many_members_are_told_in_batches_with_as_many_queries(
        self, cohort, rosa, monkeypatch, django_assert_num_queries
    ):
        monkeypatch.setattr(digests, "BATCH", 2)
        apply(cohort)
        for number in range(4):
            factories.member(f"Member {number}", program=cohort.program, role="reader")
        for minutes in range(3):
            enqueue_digests(MONDAY + timedelta(minutes=minutes))
        assert len(told()) == len(told("committee-week")) == 5
        with django_assert_num_queries(8):
            enqueue_digests(MONDAY + timedelta(minutes=4))

    def test_help_is_told_at_once_whatever_digests_wait(self, cohort, clock):
        carer = factories.member("Cleo Marsh", program=cohort.program, role="chair")
        pair = factories.match(factories.person("Ben"), factories.person("Ada"), cohort)
        Match.objects.filter(pk=pair.pk).update(carer=carer)
        clock.move_to(saturday := MONDAY + 5 * DAY)
        checkins.ask_for_help(Match.objects.get(pk=pair.pk), at=saturday)
        sent = deliver_due_emails(saturday, delivery_rules=True)
        assert [mail.subject for mail in sent if mail.to == [carer.email]] == [
            "Someone has asked for help"
        ]


class TestWhatThereIsToRead:
    def test_it_names_who_waits_and_for_how_long(self, cohort, rosa):
        apply(cohort, days=5)
        apply(cohort, "Eli Sund", days=1)
        enqueue_digests(MONDAY)
        mail = next(mail for mail in deliver_due_emails(reconcile=False) if "read" in mail.subject)
        assert mail.subject == "2 applications to read"
        assert mail.body.index("Ben Okoro, for 5 days") < mail.body.index("Eli Sund, for 1 day")
        assert "queue=to-read" in mail.body
        assert "List-Unsubscribe" in mail.extra_headers

    def test_a_conflict_of_interest_hides_name_and_number(self, cohort, rosa):
        hidden = apply(cohort)
        apply(cohort, "Eli Sund")
        Conflict.objects.create(member=rosa, person=hidden.person)
        found = to_read(rosa, at=MONDAY)
        assert [one.name for one in found.longest] == ["Eli Sund"]
        assert found.applications.count == 1

    def test_who_came_today_is_counted_and_not_named(self, cohort, rosa):
        apply(cohort, "Eli Sund")
        Application.objects.update(submitted_at=MONDAY)
        found = to_read(rosa, at=MONDAY)
        assert (found.applications.count, found.longest, found.further) == (1, [], 1)

    def test_ten_are_named_and_the_others_counted(self, cohort, rosa, django_assert_num_queries):
        apply(cohort)
        with django_assert_num_queries(5) as one:
            to_read(rosa, at=MONDAY)
        for number in range(11):
            apply(cohort, f"Person {number}")
        with django_assert_num_queries(len(one)):
            found = to_read(rosa, at=MONDAY)
        assert (len(found.longest), found.further) == (10, 2)

    def test_a_carer_hears_of_checkins_and_of_no_application(self, cohort):
        carer = factories.member("Cleo Marsh", program=cohort.program, role="carer")
        pair = factories.match(factories.person("Ben"), factories.person("Ada"), cohort)
        Match.objects.filter(pk=pair.pk).update(carer=carer)
        checkins.answered(Match.objects.get(pk=pair.pk), pair.mentee.person, at=MONDAY - DAY)
        apply(cohort, "Eli Sund")
        enqueue_digests(MONDAY)
        mails = deliver_due_emails(reconcile=False)
        assert [mail.subject for mail in mails if "read" in mail.subject] == ["1 check-in to read"]
        assert "Eli Sund" not in "".join(mail.body for mail in mails)


class TestTheWeek:
    def test_each_line_leads_to_exactly_its_list(self, cohort, as_user):
        chair = member("Cleo Marsh", cohort, "chair")
        for number in range(3):
            apply(cohort, f"Person {number}", days=1 + 3 * number)
        begun = factories.match(
            factories.person("Ben"),
            factories.person("Ada"),
            cohort,
            introduced_at=MONDAY - 2 * DAY,
        )
        Match.objects.filter(pk=begun.pk).update(ends_on=(MONDAY + 2 * DAY).date())
        ended = factories.match(factories.person("Una"), factories.person("Tom"), cohort)
        Match.objects.filter(pk=ended.pk).update(
            state="closed", closed_at=MONDAY - 3 * DAY, closed_kind="choice"
        )
        events.published(cohort.program, days=3)
        week = committee_week(chair, at=MONDAY)
        lines = [*week.needs, *week.changed, *week.coming]
        assert {"applications were sent", "pair was introduced", "pair ended"} <= {
            line.text for line in week.changed
        }
        assert {line.text for line in week.coming} == {
            "event this week",
            "pair reaches the end of its term",
        }
        assert len(lines) <= digests.MOST_LINES
        client = as_user(chair)
        for line in lines:
            page = client.get(line.url)
            if "cl" in page.context:  # a list; the steps of setting up are a page of their own
                assert page.context["cl"].result_count == line.count, line.text

    def test_the_job_makes_them(self, cohort, rosa):
        apply(cohort)
        sent = deliver_due_emails(digests=True)
        assert {mail.subject for mail in sent if mail.to == [rosa.email]} == {
            "1 application to read",
            f"This week at {cohort.program.name}",
        }

    def test_its_email_says_the_program_and_can_be_stopped(self, cohort, rosa):
        apply(cohort)
        enqueue_digests(MONDAY)
        mail = next(mail for mail in deliver_due_emails(reconcile=False) if "week" in mail.subject)
        assert mail.subject == f"This week at {cohort.program.name}"
        assert "Needs you" in mail.body
        url = mail.extra_headers["List-Unsubscribe"].strip("<>")
        assert "/unsubscribe/digest/" in url

    def test_a_long_list_is_cut_to_twelve_lines(self, cohort, rosa, monkeypatch):
        line = digests.AttentionItem(1, "thing", "/")
        monkeypatch.setattr("dashboard.today.attention_items", lambda member, at: [line] * 40)
        apply(cohort, days=4)
        week = committee_week(rosa, at=MONDAY)
        assert (len(week.needs), len(week.changed), len(week.coming)) == (11, 1, 0)

    def test_without_work_there_is_no_email(self, cohort, rosa):
        enqueue_digests(MONDAY)
        assert deliver_due_emails(reconcile=False) == []
        row = Notification.system.get(kind="committee-week")
        assert (row.state, row.reason) == ("cancelled", "nothing-waits")

    @pytest.mark.parametrize(
        "value", ["begun", "begun-2026-13-01", "x-2026-03-09", "begun-9999-12-31"]
    )
    def test_a_week_that_is_none_filters_nothing(self, cohort, as_user, value):
        chair = factories.member("Cleo Marsh", program=cohort.program, role="chair")
        factories.match(factories.person("Ben"), factories.person("Ada"), cohort)
        page = as_user(chair).get(reverse("admin:matches_match_changelist"), {"week": value})
        assert page.context["cl"].result_count == 1


class TestTheChoice:
    @pytest.fixture
    def address(self):
        return reverse("notifications:preferences")

    def test_a_member_chooses_the_rhythm(self, rosa, as_user, address):
        client = as_user(rosa)
        answers = {"reading": "weekly", "streams": ["digest", "optional", "news", "learning"]}
        for _twice in range(2):
            assert client.post(address, answers).status_code == 302
        assert WeeklyReader.objects.get().person == rosa
        assert preferences.muted_streams(rosa, timezone.now()) == {}
        client.post(address, {"reading": "never", "streams": ["optional", "learning"]})
        assert set(preferences.muted_streams(rosa, timezone.now())) == {"reading", "digest", "news"}
        assert client.get(address).context["form"]["reading"].initial == "never"
        client.post(address, {"reading": "daily", "streams": ["digest"]})
        assert not WeeklyReader.objects.exists()
        assert "reading" not in preferences.muted_streams(rosa, timezone.now())

    def test_nonsense_is_refused(self, rosa, as_user, address):
        assert as_user(rosa).post(address, {"reading": "hourly"}).status_code == 200
        assert not WeeklyReader.objects.exists()

    def test_a_participant_is_offered_none(self, ben, as_user, address):
        form = as_user(ben).get(address).context["form"]
        assert "reading" not in form.fields
        assert not {"digest", "reading"} & dict(form.fields["streams"].choices).keys()
        as_user(ben).post(address, {"reading": "weekly", "streams": []})
        assert not WeeklyReader.objects.exists()
        assert not {"digest", "reading"} & preferences.muted_streams(ben, timezone.now()).keys()
