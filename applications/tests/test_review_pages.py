"""The committee's pages of applications: who gets in, what they show, what they change."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications import reviewing
from applications.models import Application, CommitteeNote, Decision, PrivateAnswers
from applications.suitability import question_codes
from programs.models import Conflict
from testkit import factories

LIST = "/admin/applications/application/"


def url(name, application):
    return reverse(f"admin:applications_application_{name}", args=[application.pk])


@pytest.fixture
def private_application(sent):
    """Ben's sent application, with something for the committee only."""
    PrivateAnswers.system.create(application=sent, needs="No evenings, CANARY-NEEDS")
    return sent


@pytest.mark.parametrize("n", [1, 3])
def test_the_queue_takes_the_same_number_of_queries_for_one_and_three(
    as_user, cleo, cohort, vocabulary, django_assert_num_queries, n
):
    for number in range(n):
        application = factories.application(factories.person(), cohort, state="submitted")
        reviewing.add_note(application, by=cleo, text=f"Note {number}")
    client = as_user(cleo)
    client.get(LIST)
    with django_assert_num_queries(21):
        page = client.get(LIST)
    assert page.context["cl"].result_count == n


def test_the_queue_names_who_waits_and_what_is_decided(as_user, cleo, sent):
    reviewing.decide(sent, by=cleo, outcome="accepted")
    page = as_user(cleo).get(LIST).content.decode()
    assert "Ben Okoro" in page
    assert "Accepted, not released yet" in page


@pytest.mark.parametrize(
    ("queue", "found"),
    [("to-read", 0), ("pending", 1), ("scheduled", 0), ("waiting", 0), ("closed", 0)],
)
def test_a_decided_application_is_in_one_queue(as_user, cleo, sent, queue, found):
    reviewing.decide(sent, by=cleo, outcome="accepted")
    assert as_user(cleo).get(f"{LIST}?queue={queue}").context["cl"].result_count == found


def test_the_queues_count_what_they_list(as_user, cleo, cohort, sent):
    reviewing.decide(
        factories.application(factories.person(), cohort, state="submitted"),
        by=cleo,
        outcome="accepted",
    )
    factories.application(factories.person(), cohort, state="waitlisted")
    factories.application(factories.person(), cohort, "mentor", orientation_passed_at=None)
    client = as_user(cleo)
    counted = {queue["code"]: queue["count"] for queue in client.get(LIST).context["queues"]}
    assert counted == {
        "to-read": 1,
        "late": 0,
        "asked": 0,
        "pending": 1,
        "scheduled": 0,
        "waiting": 1,
        "orientation": 1,
        "accepted": 1,
        "closed": 0,
    }
    listed = {
        code: client.get(f"{LIST}?queue={code}").context["cl"].result_count for code in counted
    }
    assert listed == counted


def test_the_review_page_shows_the_answers(as_user, reader, private_application):
    page = as_user(reader).get(url("change", private_application)).content.decode()
    assert "What Ben Okoro is going through." in page
    assert "CANARY-NEEDS" in page
    assert "Start the review" in page


def test_what_the_person_wrote_is_seen_as_theirs(as_user, reader, private_application):
    page = as_user(reader).get(url("change", private_application)).content.decode()
    quoted = re.findall(r'<blockquote class="rv-words">(.*?)</blockquote>', page, re.S)
    assert "What Ben Okoro is going through." in quoted
    assert any("CANARY-NEEDS" in one for one in quoted)
    answers = re.search(r'<section id="answers".*?</section>', page, re.S)[0]
    chosen = re.sub(r"<blockquote.*?</blockquote>", "", answers, flags=re.S)
    small = [one for one in re.findall(r"<dd>\s*([^<]*)", chosen) if one.strip()[:1].islower()]
    assert small == []


def test_the_history_says_the_states_as_the_lists_do(as_user, cleo, sent):
    reviewing.release(
        [reviewing.decide(sent, by=cleo, outcome="accepted")], by=cleo, at=timezone.now()
    )
    page = as_user(cleo).get(url("history", sent)).content.decode()
    assert "Sent → Accepted" in page
    assert "submitted" not in page


def test_opening_the_page_changes_nothing(as_user, reader, private_application):
    as_user(reader).get(url("change", private_application))
    private_application.refresh_from_db()
    assert private_application.review_started_at is None


def test_review_starts_with_the_button(as_user, reader, private_application):
    client = as_user(reader)
    assert client.get(url("read", private_application)).status_code == 303
    assert client.post(url("read", private_application)).url == url("change", private_application)
    private_application.refresh_from_db()
    assert private_application.review_started_at is not None


def test_drafts_other_programs_oneself_and_conflicts_are_not_found(
    as_user, cleo, program, cohort, ben, private_application
):
    elsewhere = factories.application(factories.person(), factories.cohort(), state="submitted")
    draft = factories.application(factories.person(), cohort, state="draft")
    own = factories.application(cleo, cohort, state="submitted")
    Conflict.objects.create(member=cleo, person=ben)
    client = as_user(cleo)
    for hidden in (elsewhere, draft, own, private_application):
        assert client.get(url("change", hidden)).status_code == 404
        for name in ("read", "note", "decide", "clear", "attended"):
            assert client.post(url(name, hidden)).status_code == 404
    assert client.get(LIST).context["cl"].result_count == 0


def test_people_without_a_role_do_not_get_in(as_user, dan, ben, private_application):
    for stranger in (dan, ben):
        assert as_user(stranger).get(url("change", private_application)).status_code == 302
        assert as_user(stranger).post(url("read", private_application)).status_code == 302


def test_a_note_is_saved_and_an_empty_one_is_an_error(as_user, carer, private_application):
    client = as_user(carer)
    client.post(url("note", private_application), {"note-text": "Warm and clear."})
    assert (
        CommitteeNote.objects.visible_to(carer).get(application=private_application).text
        == "Warm and clear."
    )
    assert (
        "Enter a note."
        in client.post(url("note", private_application), {"note-text": ""}).content.decode()
    )


def test_a_pending_decision_is_saved_changed_and_cleared(as_user, reader, private_application):
    client = as_user(reader)
    client.post(
        url("decide", private_application),
        {"outcome": "waitlisted", "reason": "no_place", "note": "", "expected": ""},
    )
    seen = (
        client.get(url("change", private_application)).context["decision_form"].initial["expected"]
    )
    client.post(
        url("decide", private_application),
        {"outcome": "accepted", "reason": "", "note": "", "expected": seen},
    )
    assert (
        Decision.objects.visible_to(reader).get(application=private_application).outcome
        == "accepted"
    )
    client.post(url("clear", private_application))
    assert not Decision.objects.visible_to(reader).filter(application=private_application).exists()


def test_a_rejection_without_a_reason_is_an_error(as_user, reader, private_application):
    page = as_user(reader).post(
        url("decide", private_application),
        {"outcome": "declined", "reason": "", "note": "", "expected": ""},
    )
    assert "Choose a reason" in page.content.decode()
    assert not Decision.objects.visible_to(reader).filter(application=private_application).exists()


def test_a_carer_reads_and_is_offered_no_decision(as_user, carer, private_application):
    page = as_user(carer).get(url("change", private_application))
    assert page.context["decision_form"] is None
    assert "Start the review" not in page.content.decode()


def bulk(action, applications, **more):
    return {
        "action": action,
        "_selected_action": [application.pk for application in applications],
        **more,
    }


def test_several_are_decided_and_cleared_after_a_page_to_confirm(as_user, cleo, cohort):
    both = [factories.application(factories.person(), cohort, state="submitted") for _ in range(2)]
    client = as_user(cleo)
    asked = client.post(LIST, bulk("decide_selected", both))
    assert "This changes 2 applications" in asked.content.decode()
    client.post(
        LIST,
        bulk(
            "decide_selected", both, confirmed="1", outcome="waitlisted", reason="no_place", note=""
        ),
    )
    outcomes = Decision.objects.visible_to(cleo).values_list("outcome", flat=True)
    assert list(outcomes) == ["waitlisted", "waitlisted"]
    client.post(LIST, bulk("clear_selected", both, confirmed="1"))
    assert not Decision.objects.visible_to(cleo).exists()


def test_applications_that_cannot_be_decided_are_listed_before(as_user, cleo, cohort, sent):
    done = factories.application(factories.person("Nils Berg"), cohort, state="declined")
    page = as_user(cleo).post(LIST, bulk("decide_selected", [sent, done])).content.decode()
    assert "Skipped" in page
    assert "Nils Berg" in page


def test_a_mentor_is_recorded_as_prepared(as_user, cleo, ada, cohort):
    mentor = factories.application(ada, cohort, "mentor", orientation_passed_at=None)
    client = as_user(cleo)
    client.post(url("attended", mentor), {"attended-reason": ""})
    mentor.refresh_from_db()
    assert mentor.orientation_passed_at is None
    client.post(url("attended", mentor), {"attended-reason": "Came on 3 March."})
    mentor.refresh_from_db()
    assert mentor.orientation_passed_at is not None


# --- reading in three minutes


def test_what_decides_comes_first_and_agreement_is_one_line(as_user, cleo, sent):
    sent.situation = "A team of one since May."
    sent.suitability = dict.fromkeys(question_codes(sent.role), True)
    sent.save()
    sections = as_user(cleo).get(url("change", sent)).context["sections"]
    headings = [str(section.heading) for section in sections]
    assert headings[0] == "Your situation"
    agreed = next(one for one in sections if str(one.heading) == "Is this the right time?")
    assert [row.lines for row in agreed.rows] == [
        [f"“Yes” to all {len(sent.suitability)} questions"]
    ]


def test_the_next_application_is_a_press_away(as_user, cleo, cohort, sent):
    waiting = factories.application(
        factories.person("Nils Berg"), cohort, state="submitted", submitted_at=timezone.now()
    )
    decided = factories.application(factories.person("Ola Nord"), cohort, state="submitted")
    reviewing.decide(decided, by=cleo, outcome="accepted")
    page = as_user(cleo).get(url("change", sent))
    assert (page.context["following"], page.context["waiting"]) == (waiting, 1)
    assert "Next to review: Nils Berg" in page.content.decode()
    assert "Next to review" in as_user(cleo).get(url("change", waiting)).content.decode()


def test_an_earlier_application_is_compared(as_user, cleo, program, cohort, sent):
    before = factories.cohort(program=program)
    earlier = factories.application(sent.person, before, state="declined")
    Application.objects.filter(pk=earlier.pk).update(
        created_at=sent.created_at - timedelta(days=300), situation="First job.", hopes="To learn."
    )
    Application.objects.filter(pk=sent.pk).update(situation="Team of one.", hopes="To learn.")
    page = as_user(cleo).get(url("change", sent))
    found = page.context["earlier"]
    assert (found.application, found.more) == (earlier, 0)
    assert [(change.before, change.now) for change in found.changes] == [
        ("First job.", "Team of one.")
    ]
    assert "Applied before" in page.content.decode()


def test_an_earlier_application_to_another_program_is_not_shown(as_user, cleo, sent):
    elsewhere = factories.cohort(program=factories.program())
    earlier = factories.application(sent.person, elsewhere, state="declined")
    Application.objects.filter(pk=earlier.pk).update(created_at=sent.created_at - timedelta(days=9))
    assert as_user(cleo).get(url("change", sent)).context["earlier"] is None


@pytest.mark.parametrize("number", ["²", "0", "x", "9" * 30])
@pytest.mark.parametrize("view", ["change", "history"])
def test_an_address_without_an_application_leads_to_none(as_user, cleo, sent, view, number):
    assert as_user(cleo).get(f"{LIST}{number}/{view}/").status_code == 404


def test_who_has_not_accepted_the_code_is_found(as_user, cleo, cohort, ben, dan):
    for person, at in ((ben, None), (dan, timezone.now())):
        made = factories.application(person, cohort)
        Application.objects.filter(pk=made.pk).update(code_accepted_at=at)
    draft = factories.application(factories.person("Nia Cole"), cohort, state="draft")
    Application.objects.filter(pk=draft.pk).update(code_accepted_at=None)
    client = as_user(cleo)

    def found(value):
        rows = client.get(f"{LIST}?code={value}").context["cl"].result_list
        return [row.person for row in rows]

    assert found("missing") == [ben]
    assert found("accepted") == [dan]
