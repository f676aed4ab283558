"""Accepting the code, and being asked again: works, wrong person, wrong state, twice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from applications import orientation, preparations
from applications.models import Application, Preparation
from notifications.testing import deliver_due_emails
from programs.program_texts import newest_of, save_text
from testkit import factories
from testkit.orientation_answers import right_answers

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LONG_AGO = datetime(2026, 1, 5, 12, tzinfo=UTC)
OWN = "Wash hands\n\nBefore and after."


def change(program, by, text="Be kind and honest.", *, name="code_of_conduct", again=True):
    program.refresh_from_db()
    newest = newest_of(program, name, "en")
    seen = newest.pk if newest else 0
    assert save_text(program, name, "en", text, by=by, seen=seen, asks_again=again)


@pytest.fixture
def mentor(ada, cohort):
    made = factories.application(ada, cohort, "mentor")
    moments = {"code_accepted_at": LONG_AGO, "orientation_passed_at": LONG_AGO}
    Application.objects.filter(pk=made.pk).update(**moments)
    made.refresh_from_db()
    return made


def code_page(application):
    return reverse("applications:application-code", args=[application.public_id])


def is_ready(application):
    return Application.objects.ready().filter(pk=application.pk).exists()


def kinds(application):
    return list(Preparation.objects.filter(application=application).values_list("kind", flat=True))


class TestCodeOfConduct:
    def test_a_new_version_asks_again_and_keeps_what_was_accepted(
        self, as_user, ada, cleo, mentor, program
    ):
        change(program, cleo)
        mentor.refresh_from_db()
        assert (mentor.code_accepted_at, is_ready(mentor)) == (None, False)
        email = deliver_due_emails()[-1]
        assert (email.to, email.subject) == ([ada.email], "Please read this again")
        assert "The code of conduct of" in email.body
        assert "The orientation of" not in email.body
        assert code_page(mentor) in email.body
        page = as_user(ada).get(code_page(mentor)).content.decode()
        assert "It has changed since you accepted it on" in page
        assert "Be kind and honest." in page
        assert as_user(ada).post(code_page(mentor)).status_code == 302
        assert is_ready(mentor)
        assert kinds(mentor) == ["code", "code"]
        assert Preparation.objects.filter(application=mentor)[0].at == LONG_AGO
        assert "You accepted it on" in as_user(ada).get(code_page(mentor)).content.decode()

    def test_a_small_correction_asks_no_one(self, cleo, mentor, program):
        change(program, cleo, again=False)
        assert is_ready(mentor)
        assert deliver_due_emails() == []

    def test_running_pairs_go_on(self, ada, ben, cleo, cohort, program):
        match = factories.match(ben, ada, cohort)
        change(program, cleo)
        match.refresh_from_db()
        assert match.state == "introduced"
        assert {email.to[0] for email in deliver_due_emails() if "again" in email.subject} == {
            ada.email, ben.email,
        }  # fmt: skip

    def test_each_person_is_told_once_for_each_version(self, ada, cleo, cohort, mentor, program):
        factories.application(ada, cohort, "mentee")
        change(program, cleo)
        assert len(deliver_due_emails()) == 1
        assert deliver_due_emails(timezone.now() + timedelta(days=30)) == []
        preparations.accept_code(mentor, by=ada)
        change(program, cleo, "Be kind, honest and on time.")
        assert len(deliver_due_emails()) == 1

    def test_the_email_stops_when_it_is_accepted_or_the_person_withdraws(
        self, ada, cleo, mentor, program
    ):
        change(program, cleo)
        preparations.accept_code(mentor, by=ada)
        assert deliver_due_emails() == []
        change(program, cleo, "Be on time.")
        Application.objects.filter(pk=mentor.pk).update(state="withdrawn")
        assert deliver_due_emails() == []

    def test_accepting_counts_for_both_roles_and_twice_changes_nothing(
        self, ada, cleo, cohort, mentor, program
    ):
        mentee = factories.application(ada, cohort, "mentee")
        change(program, cleo)
        preparations.accept_code(mentor, by=ada, at=LONG_AGO + timedelta(days=1))
        preparations.accept_code(mentor, by=ada)
        mentee.refresh_from_db()
        assert mentee.code_accepted_at == LONG_AGO + timedelta(days=1)
        assert len(kinds(mentee)) == 2

    def test_no_one_else_accepts_it_and_not_before_it_was_sent(
        self, as_user, ada, ben, cleo, cohort, mentor
    ):
        for stranger in (ben, cleo):
            with pytest.raises(ActionNotAllowed):
                preparations.accept_code(mentor, by=stranger)
            assert as_user(stranger).post(code_page(mentor)).status_code == 404
        for state in ("draft", "declined", "withdrawn"):
            Application.objects.filter(pk=mentor.pk).update(state=state)
            mentor.refresh_from_db()
            with pytest.raises(ActionNotAllowed):
                preparations.accept_code(mentor, by=ada)
            page = as_user(ada).get(code_page(mentor))
            assert page.url == reverse("applications:application-sent", args=[mentor.public_id])

    def test_other_programs_and_ended_cohorts_are_left_alone(self, cleo, ben, mentor, program):
        other = factories.application(
            ben, factories.cohort(program=factories.program(slug="other", name="Other"))
        )
        mentor.cohort.ends_on = timezone.localdate() - timedelta(days=1)
        mentor.cohort.save()
        change(program, cleo)
        assert is_ready(other)
        mentor.refresh_from_db()
        assert mentor.code_accepted_at == LONG_AGO
        assert deliver_due_emails() == []

    def test_the_committee_sees_who_accepted_which(self, as_user, ada, cleo, mentor, program):
        change(program, cleo)
        preparations.accept_code(mentor, by=ada)
        url = reverse("admin:applications_application_history", args=[mentor.pk])
        page = as_user(cleo).get(url).content.decode()
        assert "Code of conduct accepted, in the version before the first change" in page
        assert "Code of conduct accepted, in the version of" in page

    def test_the_page_of_the_text_asks_unless_the_chair_says_no(
        self, as_user, cleo, mentor, program
    ):
        url = reverse("admin:programs_text", args=[program.pk, "code_of_conduct", "en"])
        page = as_user(cleo).get(url).content.decode()
        assert 'name="asks_again" id="id_asks_again" checked' in page
        as_user(cleo).post(url, {"text": "Small.", "seen": 0})
        assert is_ready(mentor)
        seen = newest_of(program, "code_of_conduct", "en").pk
        as_user(cleo).post(url, {"text": "Large.", "seen": seen, "asks_again": "on"})
        assert not is_ready(mentor)
        url = reverse("admin:programs_text", args=[program.pk, "audience", "en"])
        assert "asks_again" not in as_user(cleo).get(url).content.decode()


class TestOrientation:
    def test_it_is_asked_again_only_if_the_chair_says_so(
        self, as_user, ada, ben, cleo, cohort, mentor, program
    ):
        mentee = factories.application(ben, cohort)
        change(program, cleo, OWN, name="module_mentor_own_1", again=False)
        assert is_ready(mentor)
        change(program, cleo, f"{OWN} Always.", name="module_mentor_own_1")
        assert not is_ready(mentor)
        assert is_ready(mentee)
        (email,) = deliver_due_emails()
        assert "The orientation of" in email.body
        assert f"/orientation/{mentor.public_id}/" in email.body
        mentor.refresh_from_db()
        assert orientation.submit_answers(mentor, by=ada, answers=right_answers(mentor))
        assert is_ready(mentor)
        assert kinds(mentor) == ["check", "check"]

    def test_who_has_not_done_it_yet_is_not_told_that_it_changed(self, ada, cleo, cohort, program):
        factories.application(ada, cohort, "mentor", orientation_passed_at=None)
        change(program, cleo, OWN, name="module_mentor_own_1")
        assert [one.subject for one in deliver_due_emails()] != ["Please read this again"]

    def test_the_committees_record_is_in_the_history_with_its_name(
        self, as_user, ada, cleo, cohort
    ):
        mentor = factories.application(ada, cohort, "mentor", orientation_passed_at=None)
        orientation.mark_attended(mentor, by=cleo, reason="Was trained by us.")
        url = reverse("admin:applications_application_change", args=[mentor.pk])
        assert "Was trained by us." in as_user(cleo).get(url).content.decode()
        history = reverse("admin:applications_application_history", args=[mentor.pk])
        lines = as_user(cleo).get(history).context["happened"]
        said = {line.what: str(line.by) for line in lines}
        assert said["Orientation recorded as passed by the committee"] == str(cleo)
