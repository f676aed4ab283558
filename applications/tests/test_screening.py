"""Checks of people: works, wrong person, wrong state, twice; the clock passes their last day."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from applications import privacy, screening
from applications.models import Application, ScreeningCheck
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.models import Conflict, Policy
from testkit import factories

LIST = reverse("admin:applications_application_changelist")


def url(name, *ids):
    return reverse(f"admin:applications_application_{name}", args=ids)


@pytest.fixture
def screened(program):
    """Mentors of the program need a record check."""
    Policy.objects.filter(program=program).update(record_check_needed="mentors")


@pytest.fixture
def mentors_application(ada, cohort):
    factories.application(ada, cohort, "mentor")
    rows = Application.objects.select_related("cohort__program__policy", "person")
    return rows.get(person=ada)


def today(days=0):
    return timezone.localdate() + timedelta(days=days)


def record(application, by, kind="record", **more):
    values = {"is_passed": True, "done_on": today(-30), **more}
    application = Application.objects.select_related("cohort__program__policy", "person").get(
        pk=application.pk
    )
    return screening.record(application, by=by, kind=kind, **values)


def is_ready(application, on=None):
    return Application.objects.ready(on).filter(pk=application.pk).exists()


def test_who_lacks_a_check_is_not_ready(screened, mentors_application, cohort, ben, cleo):
    mentee = factories.application(ben, cohort)
    assert [is_ready(mentors_application), is_ready(mentee)] == [False, True]
    record(mentors_application, cleo)
    assert is_ready(mentors_application)
    Policy.objects.update(record_check_needed="everyone")
    assert [is_ready(mentors_application), is_ready(mentee)] == [True, False]
    Policy.objects.update(record_check_needed="nobody")
    assert is_ready(mentee)


def test_readiness_falls_the_day_after_a_check_ends(screened, mentors_application, cleo):
    check = record(mentors_application, cleo, expires_on=today(10))
    assert [is_ready(mentors_application, today(days)) for days in (0, 10, 11)] == [
        True,
        True,
        False,
    ]
    assert [check.is_valid(today(days)) for days in (10, 11)] == [True, False]


def test_the_policy_says_how_long_a_record_check_holds(mentors_application, cleo):
    Policy.objects.update(record_check_months=12)
    check = record(mentors_application, cleo, done_on=date(2026, 1, 31))
    assert check.expires_on == date(2027, 1, 31)
    assert record(mentors_application, cleo, kind="interview").expires_on is None


def test_a_newer_check_that_was_not_passed_counts(screened, mentors_application, cleo):
    record(mentors_application, cleo)
    record(mentors_application, cleo, is_passed=False, done_on=today())
    assert not is_ready(mentors_application)
    assert not screening.state_of(mentors_application)[0].is_valid


def test_references_are_counted_and_the_interview_is_needed(mentors_application, cleo):
    Policy.objects.update(references_needed=2, interview_needed=True)
    record(mentors_application, cleo, kind="reference")
    record(mentors_application, cleo, kind="interview")
    assert not is_ready(mentors_application)
    record(mentors_application, cleo, kind="reference", done_on=today(-3))
    assert is_ready(mentors_application)


def test_only_a_chair_without_a_conflict_records_and_removes(
    mentors_application, reader, carer, dan, ada, cleo
):
    check = record(mentors_application, cleo)
    other_chair = factories.member(program=factories.program())
    near = factories.member("Noa Lee", program=mentors_application.program, role="chair")
    Conflict.objects.create(member=near, person=ada)
    for stranger in (reader, carer, dan, ada, other_chair, near):
        with pytest.raises(ActionNotAllowed):
            record(mentors_application, stranger, done_on=today())
        with pytest.raises(ActionNotAllowed):
            screening.remove(check, by=stranger)
        assert not ScreeningCheck.objects.for_committee(stranger).exists()
    assert ScreeningCheck.system.get() == check


def test_the_same_check_is_recorded_once_and_its_last_day_corrected(mentors_application, cleo):
    first = record(mentors_application, cleo)
    assert record(mentors_application, cleo) == first
    corrected = record(mentors_application, cleo, expires_on=today(90))
    assert ScreeningCheck.system.get() == corrected
    screening.remove(corrected, by=cleo)
    with pytest.raises(ActionNotAllowed, match="removed in the meantime"):
        screening.remove(corrected, by=cleo)


@pytest.mark.parametrize(
    ("done", "until", "words"),
    [(1, None, "today at the latest"), (-5, -5, "after the day"), (-5, -9, "after the day")],
)
def test_days_that_make_no_sense_are_errors(as_user, mentors_application, cleo, done, until, words):
    data = {
        "screening-kind": "record",
        "screening-result": "passed",
        "screening-done_on": today(done).isoformat(),
        "screening-expires_on": today(until).isoformat() if until else "",
    }
    page = as_user(cleo).post(url("screening", mentors_application.pk), data)
    assert words in page.content.decode()
    days = {"done_on": today(done), "expires_on": today(until) if until else None}
    with pytest.raises(ActionNotAllowed, match=words):
        record(mentors_application, cleo, **days)
    assert not ScreeningCheck.system.exists()


def test_a_chair_records_and_removes_on_the_page(as_user, screened, mentors_application, cleo):
    client = as_user(cleo)
    data = {
        "screening-kind": "record",
        "screening-result": "passed",
        "screening-done_on": today(-3).isoformat(),
    }
    page = client.post(url("screening", mentors_application.pk), data, follow=True)
    assert "The check was recorded." in page.content.decode()
    check = ScreeningCheck.system.get()
    remove = url("screening-remove", mentors_application.pk, check.pk)
    assert "was removed" in client.post(remove, follow=True).content.decode()
    assert client.post(remove).status_code == 404


def test_readers_see_no_checks(as_user, screened, mentors_application, reader, cleo):
    record(mentors_application, cleo)
    page = as_user(reader).get(url("change", mentors_application.pk)).content.decode()
    assert 'id="checks"' not in page
    listed = as_user(reader).get(LIST, {"checks": "missing"})
    assert "Accepted, a check is missing" not in listed.content.decode()


def test_the_person_is_told_what_is_missing_and_never_the_partner(
    as_user, screened, mentors_application, cohort, cleo, ada, ben
):
    page = reverse("applications:application-sent", args=[mentors_application.public_id])
    assert "the committee still needs: Record check" in as_user(ada).get(page).content.decode()
    check = record(mentors_application, cleo, expires_on=today(20))
    assert "still needs" not in as_user(ada).get(page).content.decode()
    assert privacy.export(ada)["checks"] == [
        {
            "program": check.program.name,
            "kind": "record check",
            "passed": True,
            "done_on": check.done_on,
            "valid_until": check.expires_on,
        }
    ]
    assert not ScreeningCheck.objects.visible_to(ben).exists()
    privacy.erase(ada)
    assert not ScreeningCheck.system.exists()


def enqueued_on(days):
    """Run the reconciler on each day; return those on which it has enqueued a notice."""
    now, found, known = timezone.now(), [], 0
    for day in days:
        screening.tell_of_expiry(now + timedelta(days=day))
        count = Notification.system.filter(kind=screening.EXPIRES).count()
        found += [day] * (count - known)
        known = count
    return found


def test_notices_come_60_30_and_7_days_before_the_end(screened, mentors_application, cleo, ada):
    record(mentors_application, cleo, expires_on=today(70))
    assert enqueued_on(range(75)) == [10, 40, 63]


def test_a_check_that_ends_soon_is_told_once_however_late(screened, mentors_application, cleo, ada):
    record(mentors_application, cleo, expires_on=today(20))
    assert enqueued_on(range(25)) == [0, 13]
    later = timezone.now() + timedelta(days=13)
    (mail,) = deliver_due_emails(later, reconcile=False)
    assert mail.to == [ada.email]
    assert mail.subject.startswith("Your record check ends on ")


@pytest.mark.parametrize("state", ["submitted", "waitlisted", "declined", "withdrawn"])
def test_who_takes_no_part_is_not_told(screened, mentors_application, cleo, state):
    record(mentors_application, cleo, expires_on=today(20))
    Application.objects.update(state=state)
    assert not enqueued_on([0])


def test_a_newer_check_ends_the_notices(screened, mentors_application, cleo):
    record(mentors_application, cleo, expires_on=today(20))
    assert enqueued_on([0]) == [0]
    record(mentors_application, cleo, done_on=today())
    assert not deliver_due_emails(reconcile=False)


def test_who_needs_the_check_no_more_is_not_told(screened, mentors_application, cleo):
    record(mentors_application, cleo, expires_on=today(20))
    Policy.objects.update(record_check_needed="nobody")
    assert not enqueued_on([0])
    Policy.objects.update(record_check_needed="mentors")
    assert enqueued_on([0]) == [0]
    Policy.objects.update(record_check_needed="nobody")
    assert not deliver_due_emails(reconcile=False)


def test_a_reference_that_is_not_missed_is_not_told(mentors_application, cleo):
    Policy.objects.update(references_needed=1)
    check = record(mentors_application, cleo, kind="reference", expires_on=today(20))
    assert screening.is_missed_after(check)
    record(mentors_application, cleo, kind="reference", done_on=today(-40))
    assert not screening.is_missed_after(check)


def test_one_run_tells_a_limited_number(screened, cohort, cleo, monkeypatch):
    monkeypatch.setattr(screening, "BATCH", 2)
    for _ in range(3):
        mentor = factories.application(factories.person(), cohort, "mentor")
        record(mentor, cleo, expires_on=today(20))
    counted = []
    for _ in range(3):
        screening.tell_of_expiry(timezone.now())
        counted.append(Notification.system.filter(kind=screening.EXPIRES).count())
    assert counted == [2, 3, 3]


def test_telling_takes_the_same_number_of_queries(
    screened, cohort, cleo, django_assert_num_queries
):
    for _ in range(4):
        mentor = factories.application(factories.person(), cohort, "mentor")
        record(mentor, cleo, expires_on=today(20))
    now = timezone.now()
    screening.tell_of_expiry(now)
    assert Notification.system.filter(kind=screening.EXPIRES).count() == 4
    with django_assert_num_queries(1):
        screening.tell_of_expiry(now)


def test_a_running_pair_is_shown_and_goes_on(as_user, screened, cohort, ada, ben, cleo):
    match = factories.match(ben, ada, cohort)
    record(match.mentor, cleo, done_on=today(-400), expires_on=today(-1))
    today_page = as_user(cleo).get(reverse("admin:index")).content.decode()
    assert "person in a pair lacks a check" in today_page
    listed = as_user(cleo).get(LIST, {"checks": "in-pair"}).context["cl"]
    assert list(listed.queryset) == [match.mentor]
    pair_page = reverse("admin:matches_match_change", args=[match.pk])
    assert "Record check: missing or ended" in as_user(cleo).get(pair_page).content.decode()
    match.refresh_from_db()
    assert match.state == "introduced"
    shown = as_user(ben).get(reverse("matches:match-detail", args=[match.public_id]))
    assert "record check" not in shown.content.decode().lower()


def test_the_carer_of_the_pair_reads_it(as_user, screened, cohort, ada, ben, carer, cleo):
    match = factories.match(ben, ada, cohort)
    record(match.mentor, cleo, expires_on=today(-1), done_on=today(-400))
    pair_page = reverse("admin:matches_match_change", args=[match.pk])
    assert "Record check" not in as_user(carer).get(pair_page).content.decode()
    type(match).objects.filter(pk=match.pk).update(carer=carer)
    assert "Record check: missing or ended" in as_user(carer).get(pair_page).content.decode()
