"""The history of an application: what happened, who did it and from where, as each may see it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications import applicant_questions, decision_release, opinions, reviewing, screening
from applications.admin import history
from applications.forms.registry import FORMS
from applications.models import Application, ImportedRow, ReviewStep
from notifications.testing import deliver_due_emails
from programs.models import Conflict, Policy
from testkit import factories


def url(name, application):
    return reverse(f"admin:applications_application_{name}", args=[application.pk])


def lines_for(member, application):
    rows = Application.objects.select_related("person", "cohort__program__policy")
    found, _has_more = history.history_of(rows.get(pk=application.pk), member)
    lines = [(one.what, str(one.by or ""), one.origin.value) for one in reversed(found)]
    return [line for line in lines if line[0] != "Code of conduct accepted"]  # as it was sent


def whats(member, application):
    return [what for what, _by, _origin in lines_for(member, application)]


def fresh(application):
    rows = Application.objects.select_related("person", "cohort__program__policy")
    return rows.get(pk=application.pk)


def test_each_step_of_a_review_says_who_did_it_and_from_where(sent, reader, cleo, cohort):
    reviewing.start_reading(fresh(sent), by=reader)
    reviewing.add_note(sent, by=reader, text="CANARY-NOTE")
    decision = reviewing.decide(fresh(sent), by=reader, outcome="accepted")
    seen = {decision.pk: reviewing.decision_version(decision)}
    decision_release.schedule(cohort, seen, by=cleo)
    decision_release.stop(cohort, by=reader)
    reviewing.release([decision], by=cleo, at=timezone.now())
    assert lines_for(cleo, sent) == [
        ("Application begun", "Ben Okoro", "applicant"),
        ("Review started, answers locked", "Rhea Lind", "committee"),
        ("Note written", "Rhea Lind", "committee"),
        ("Decision made, not released yet: Accepted", "Rhea Lind", "committee"),
        ("Release of the decision asked for", "Cleo Marsh", "committee"),
        ("Release of the decision stopped", "Rhea Lind", "committee"),
        ("Sent → Accepted", "Cleo Marsh", "committee"),
    ]


def test_a_decision_that_is_cleared_and_why_one_was_declined(sent, cleo):
    reviewing.decide(fresh(sent), by=cleo, outcome="accepted")
    reviewing.clear_decision(fresh(sent), by=cleo)
    decision = reviewing.decide(fresh(sent), by=cleo, outcome="declined", reason="timing")
    reviewing.release([decision], by=cleo, at=timezone.now())
    assert whats(cleo, sent)[2:] == [
        "Decision made, not released yet: Accepted",
        "Pending decision cleared",
        "Decision made, not released yet: Declined",
        "Sent → Declined: not the right time",
    ]


def test_what_could_not_be_released_was_put_back_automatically(sent, cleo, cohort):
    decision = reviewing.decide(fresh(sent), by=cleo, outcome="accepted")
    seen = {decision.pk: reviewing.decision_version(decision)}
    (asked,) = decision_release.schedule(cohort, seen, by=cleo)
    Conflict.objects.create(member=cleo, person=sent.person)
    decision_release.release_due(asked.release_at + timedelta(minutes=1))
    other = factories.member("Kim Osei", program=cohort.program)
    words = "The decision was put back: it could not be released"
    assert lines_for(other, sent)[-1] == (words, "", "program")


def test_a_decision_from_before_the_history_was_kept_is_shown(sent, cleo):
    reviewing.decide(fresh(sent), by=cleo, outcome="accepted")
    ReviewStep.system.all().delete()
    assert lines_for(cleo, sent)[1:] == [
        ("Review started, answers locked", "", "committee"),
        ("Decision made, not released yet: Accepted", "Cleo Marsh", "committee"),
    ]


def test_what_an_applicant_changes_after_sending_is_one_step_a_day(sent, cleo):
    page = FORMS["situation"]
    for words in ("Once.", "Twice.", "Twice."):
        form = page(application=fresh(sent))
        data = {**form.initial, "situation": words}
        data["fingerprint"] = form.fields["fingerprint"].initial
        form = page(data, application=fresh(sent))
        assert form.is_valid(), form.errors
        form.save_page(by=sent.person)
    assert lines_for(cleo, sent)[1:] == [
        ("Answers changed after sending: Your situation", "Ben Okoro", "applicant"),
    ]
    assert "Twice." not in str(lines_for(cleo, sent))


def test_a_draft_that_is_written_has_no_steps(draft, cleo):
    page = FORMS["situation"]
    form = page(application=draft)
    data = {"situation": "A.", "hopes": "B."}
    data["fingerprint"] = form.fields["fingerprint"].initial
    form = page(data, application=fresh(draft))
    assert form.is_valid(), form.errors
    form.save_page(by=draft.person)
    assert not ReviewStep.system.filter(application=draft).exists()


def test_what_came_from_a_file_names_the_file_and_its_row(sent, cleo):
    row = {"application": sent, "file_name": "people.csv", "written_json": "{}"}
    ImportedRow.objects.create(row=3, at=sent.submitted_at, **row)
    ImportedRow.objects.create(row=7, at=sent.submitted_at + timedelta(days=1), **row)
    lines = lines_for(cleo, sent)
    assert ("Application made from people.csv, row 3", "", "import") in lines
    assert lines[-1] == ("Answers changed from people.csv, row 7", "", "import")


def test_opinions_say_when_and_never_what(sent, reader, cleo):
    Policy.objects.update(opinions_needed=2)
    opinions.assign(fresh(sent), reader, by=cleo)
    opinions.write(fresh(sent), by=reader, outcome="declined", text="CANARY-BLIND")
    kim = factories.member("Kim Osei", program=sent.cohort.program, role="reader")
    opinions.assign(fresh(sent), kim, by=cleo)
    opinions.remove(fresh(sent), kim, by=cleo)
    lines = lines_for(cleo, sent)
    assert lines[1:] == [
        ("Rhea Lind asked for an opinion", "Cleo Marsh", "committee"),
        ("Review started, answers locked", "Rhea Lind", "committee"),
        ("Opinion written", "Rhea Lind", "committee"),
        ("No longer asked for an opinion: Kim Osei", "Cleo Marsh", "committee"),
    ]
    assert "decline" not in str(lines).lower()


def ask(application, by):
    day = timezone.localdate() + timedelta(days=10)
    return applicant_questions.ask(fresh(application), by=by, text="CANARY-Q", answer_by_on=day)


def test_questions_are_shown_to_those_who_read_them(sent, reader, carer, ben, cleo):
    taken = ask(sent, cleo)
    applicant_questions.take_back(taken, by=reader)
    question = ask(sent, reader)
    applicant_questions.answer(question, by=ben, text="CANARY-A")
    assert lines_for(cleo, sent)[1:] == [
        ("Question to the applicant", "Cleo Marsh", "committee"),
        ("Question taken back", "Rhea Lind", "committee"),
        ("Question to the applicant", "Rhea Lind", "committee"),
        ("Question answered", "Ben Okoro", "applicant"),
    ]
    assert whats(carer, sent) == ["Application begun"]
    assert "CANARY" not in str(lines_for(cleo, sent))


def test_checks_are_shown_to_chairs_only(sent, reader, cleo):
    today = timezone.localdate()
    check = screening.record(fresh(sent), by=cleo, kind="record", is_passed=True, done_on=today)
    assert whats(cleo, sent)[1:] == ["Check recorded: record check"]
    screening.remove(check, by=cleo)
    assert whats(cleo, sent)[1:] == ["A check was removed"]
    assert whats(reader, sent)[1:] == []


def test_e_mails_are_named_with_whom_they_went_to(sent, cleo, reader, no_quiet_hours):
    ask(sent, reader)
    deliver_due_emails()
    last = lines_for(cleo, sent)[-1]
    assert last == (
        "E-mail “Question to an applicant” sent to Ben Okoro",
        "",
        "program",
    )


@pytest.mark.parametrize("n", [1, 3])
def test_the_history_takes_the_same_number_of_queries_for_one_and_three(
    as_user, sent, cleo, django_assert_num_queries, n
):
    for number in range(n):
        reviewing.add_note(sent, by=cleo, text=f"Note {number}")
        reviewing.decide(fresh(sent), by=cleo, outcome="accepted")
        reviewing.clear_decision(fresh(sent), by=cleo)
        applicant_questions.take_back(ask(sent, cleo), by=cleo)
    client = as_user(cleo)
    client.get(url("history", sent))
    with django_assert_num_queries(18):
        client.get(url("history", sent))


def test_a_long_history_shows_what_happened_last(as_user, sent, cleo, monkeypatch):
    monkeypatch.setattr(history, "MOST", 2)
    for number in range(3):
        reviewing.add_note(sent, by=cleo, text=f"Note {number}")
    page = as_user(cleo).get(url("history", sent)).content.decode()
    assert page.count("Note written") == 2
    assert "anything before the last 2 is left out" in page


def test_the_page_of_the_application_reads_no_history(as_user, sent, cleo):
    client = as_user(cleo)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(url("change", sent)).content.decode()
    assert url("history", sent) in page
    tables = ("applications_reviewstep", "workflow_transition", "applications_importedrow")
    assert not [one for one in asked.captured_queries if any(t in one["sql"] for t in tables)]


def test_the_page_says_that_changes_of_the_profile_are_not_listed(as_user, sent, cleo):
    page = as_user(cleo).get(url("history", sent)).content.decode()
    assert "What people change in their profile is not listed." in page


def test_no_one_else_opens_it(as_user, sent, ben, dan, cleo):
    Conflict.objects.create(member=cleo, person=ben)
    for person in (ben, dan, cleo):
        assert as_user(person).get(url("history", sent)).status_code in {302, 403, 404}
