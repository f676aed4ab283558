"""Scenarios of the e-mails about the review of applications."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from applications import applicant_questions, appointments, preparations, screening
from applications.appointment_emails import TOMORROW, UNANSWERED
from applications.models import Application, Decision
from programs.models import Policy
from testkit import factories

from .email_cases import Case, Scenario, person, update


def application(role: str = "mentee", **fields: object) -> Case:
    made = factories.application(person("Ben Okoro"), factories.cohort(), role, **fields)
    return Case(made, made.person)


def decided(outcome: str, role: str = "mentee") -> Case:
    case = application(role, state=outcome)
    decide(case, outcome)
    return case


def decide(case: Case, outcome: str) -> None:
    Application.objects.filter(pk=case.about.pk).update(state=outcome)
    chair = factories.member(program=case.about.program)
    values = {"outcome": outcome, "decided_by": chair, "released_at": timezone.now()}
    values["reason"] = "" if outcome == "accepted" else "no_place"
    Decision.system.update_or_create(application=case.about, defaults=values)


def withdraw(case: Case) -> None:
    update(case, state="withdrawn")


def question() -> Case:
    """The committee asks Ben something about his application."""
    made = factories.application(person("Ben Okoro"), factories.cohort(), state="submitted")
    chair = factories.member("Cleo Marsh", program=made.program)
    day = timezone.localdate() + timedelta(days=9)
    row = applicant_questions.ask(made, by=chair, text="Why?", answer_by_on=day)
    return Case(row, made.person)


def answered() -> Case:
    asked = question()
    applicant_questions.answer(asked.about, by=asked.to, text="Because.")
    return Case(asked.about, asked.about.by)


def accept(case: Case) -> None:
    Application.objects.filter(pk=case.about.application_id).update(state="accepted")


def times_suggested() -> Case:
    """Cleo suggests two times for an interview to Ada."""
    mentor = factories.application(
        person("Ada Brook"), factories.cohort(), "mentor", state="submitted"
    )
    Policy.objects.update(interview_needed=True)
    chair = factories.member("Cleo Marsh", program=mentor.program)
    now = timezone.now()
    row = appointments.suggest(
        mentor,
        by=chair,
        times=[now + timedelta(hours=30), now + timedelta(hours=54)],
        minutes=30,
        place="Room 4",
    )
    return Case(row, mentor.person)


def time_chosen() -> Case:
    case = times_suggested()
    first = case.about.suggested[0]
    appointments.choose(case.about, by=case.to, starts_at=first, expected=0)
    case.about.refresh_from_db()
    return case


def other_time_wanted() -> Case:
    case = times_suggested()
    appointments.ask_for_other(case.about, by=case.to, wish="In the evening", expected=0)
    case.about.refresh_from_db()
    return Case(case.about, case.about.member)


def decline(case: Case) -> None:
    Application.objects.filter(pk=case.about.application_id).update(state="declined")


def cancel_interview(case: Case) -> None:
    row = case.about
    row.refresh_from_db()
    appointments.cancel(row, by=row.member, expected=row.sequence)


def check_that_ends() -> Case:
    """Ada's record check ends in a month."""
    mentor = factories.application(person("Ada Brook"), factories.cohort(), "mentor")
    chair = factories.member("Cleo Marsh", program=mentor.program)
    today = timezone.localdate()
    Policy.objects.filter(program=mentor.program).update(record_check_needed="everyone")
    row = screening.record(
        mentor,
        by=chair,
        kind="record",
        is_passed=True,
        done_on=today - timedelta(days=300),
        expires_on=today + timedelta(days=30),
    )
    return Case(row, mentor.person)


def check_again(case: Case) -> None:
    """A newer check is recorded."""
    mentor = case.to.applications.get()
    chair = case.about.by
    day = timezone.localdate()
    screening.record(mentor, by=chair, kind="record", is_passed=True, done_on=day)


def asked_again() -> Case:
    """The code of conduct has changed since Ada accepted it."""
    return application("mentor", code_accepted_at=None)


REVIEW: dict[str, Scenario] = {
    "decision-accepted": Scenario(
        lambda: decided("accepted", "mentor"), stop=withdraw, reason="decision-changed"
    ),
    "decision-waitlisted": Scenario(
        lambda: decided("waitlisted"),
        stop=withdraw,
        reason="decision-changed",
        change=lambda case: decide(case, "accepted"),
        newer="decision-accepted",
    ),
    "decision-declined": Scenario(
        lambda: decided("declined"), stop=withdraw, reason="decision-changed"
    ),
    applicant_questions.ASKED: Scenario(
        question,
        stop=lambda case: update(case, withdrawn_at=timezone.now()),
        reason="question-not-open",
    ),
    appointments.TIMES: Scenario(times_suggested, stop=decline, reason="interview-not-waiting"),
    UNANSWERED: Scenario(times_suggested, stop=decline, reason="interview-not-waiting"),
    appointments.DATE: Scenario(
        time_chosen,
        stop=lambda case: update(case, starts_at=timezone.now() - timedelta(hours=1)),
        reason="interview-no-news",
    ),
    appointments.OTHER: Scenario(
        other_time_wanted, stop=cancel_interview, reason="interview-no-news"
    ),
    TOMORROW: Scenario(time_chosen, stop=cancel_interview, reason="interview-no-news"),
    preparations.ASKED_AGAIN: Scenario(
        asked_again,
        stop=lambda case: update(case, code_accepted_at=timezone.now()),
        reason="nothing-to-read-again",
    ),
    screening.EXPIRES: Scenario(check_that_ends, stop=check_again, reason="check-not-needed"),
    applicant_questions.ANSWERED: Scenario(answered, stop=accept, reason="answer-not-needed"),
}
