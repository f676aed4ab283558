"""What was sent by kind and week: counted once, and shown to who answers for all programs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.models import RosterJob, RosterUpload
from dashboard import mail_figures
from notifications import weekly_counts
from notifications.models import Notification, WeeklyCount
from notifications.outbox import enqueue
from testkit import factories

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 3, 3, 12, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
PAGE = reverse("admin:mail-figures")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def email(person, kind="test-email", state="sent", at=TUESDAY, **fields):
    about = person
    enqueue(kind, to=person, about=about, ordinal=Notification.system.count() + 1, at=at)
    row = Notification.system.latest("pk")
    ended = None if state in ("held", "pending") else at
    values = {"state": state, "ended_at": ended, "sent_at": at if state == "sent" else None}
    values["reason"] = "" if state == "sent" else "rejected"
    Notification.system.filter(pk=row.pk).update(**values, **fields)
    return row


def figures(week=MONDAY):
    rows = WeeklyCount.objects.filter(week=week).order_by("kind")
    return [(row.kind, row.sent, row.failed, row.not_sent, row.bounced) for row in rows]


def test_a_week_is_counted_by_kind_and_again_gives_the_same(ada):
    for state in ("sent", "sent", "failed", "cancelled", "expired"):
        email(ada, state=state)
    email(ada, bounce="hard", bounced_at=TUESDAY)
    email(ada, at=TUESDAY + 7 * DAY)
    for _twice in range(2):
        weekly_counts.count_week(MONDAY, at=TUESDAY)
    assert figures() == [("test-email", 3, 1, 2, 1)]


def test_the_running_week_is_counted_every_few_minutes(ada):
    email(ada)
    weekly_counts.count_weeks(TUESDAY + MINUTE)
    email(ada)
    weekly_counts.count_weeks(TUESDAY + 2 * MINUTE)
    assert figures() == [("test-email", 1, 0, 0, 0)]
    weekly_counts.count_weeks(TUESDAY + 7 * MINUTE)
    assert figures() == [("test-email", 2, 0, 0, 0)]


def test_the_last_week_is_completed_for_a_day_after_its_end(ada):
    email(ada)
    weekly_counts.count_weeks(datetime(2026, 3, 9, 23, tzinfo=UTC))
    assert figures() == [("test-email", 1, 0, 0, 0)]
    email(ada)
    weekly_counts.count_weeks(datetime(2026, 3, 10, 1, tzinfo=UTC))
    assert figures() == [("test-email", 1, 0, 0, 0)]


@pytest.mark.parametrize("emails", [1, 5])
def test_counting_asks_as_often_for_many_emails(ada, emails, django_assert_num_queries):
    for _number in range(emails):
        email(ada)
    with django_assert_num_queries(3):
        weekly_counts.count_week(MONDAY, at=TUESDAY)


def test_emails_to_members_are_one_row(ada):
    for kind in ("concern", "concern-urgent", "test-email", "account-email"):
        WeeklyCount.objects.create(kind=kind, week=MONDAY, sent=2, counted_at=TUESDAY)
    email(ada, state="held")
    found = {row.label: (row.sent, row.held) for row in mail_figures.rows_of(MONDAY)}
    assert found == {
        "E-mails to committee members": (4, 0),
        "Test e-mail": (2, 1),
        "Sign-in codes and notices about accounts": (2, 0),
    }


def test_the_page_shows_the_figures_of_a_week(as_user, cleo):
    this = weekly_counts.monday_of(timezone.now())
    for weeks_ago, sent in ((0, 41), (1, 42)):
        week = this - timedelta(days=7 * weeks_ago)
        WeeklyCount.objects.create(kind="test-email", week=week, sent=sent, counted_at=TUESDAY)
    client = as_user(cleo)
    response = client.get(PAGE)
    assert [row.sent for row in response.context["kinds"]] == [41]
    assert "<svg" in response.text
    earlier = client.get(PAGE, {"week": str(this - timedelta(days=7))})
    assert [row.sent for row in earlier.context["kinds"]] == [42]
    for nonsense in ("x", "2026-13-01", "2001-01-01"):
        assert client.get(PAGE, {"week": nonsense}).context["week"] == this


def test_an_empty_installation_says_so(as_user, cleo):
    text = as_user(cleo).get(PAGE).text
    assert "No e-mail was sent in this week." in text
    assert "No long job yet" in text


def test_a_chair_of_one_of_two_programs_does_not_read_the_other(as_user, cleo, ben):
    mail = reverse("admin:mail")
    assert PAGE in as_user(cleo).get(mail).text
    factories.program()
    assert as_user(cleo).get(PAGE).status_code == 403
    assert PAGE not in as_user(cleo).get(mail).text
    assert as_user(ben).get(PAGE).status_code in (302, 403, 404)


def test_long_jobs_are_listed(as_user, cleo, cohort):
    upload = RosterUpload.system.create(cohort=cohort, created_by=cleo, file_name="a.csv")
    RosterJob.system.create(
        upload=upload, created_by=cleo, state="running", stage="reading", done=1, total=4,
        lease_until=timezone.now(),
    )  # fmt: skip
    text = as_user(cleo).get(PAGE).text
    for words in ("Running", "reading", "(25 %)", "a worker has it until"):
        assert words in text
