"""Numbers in texts come from the policy, the modules and the questions."""

import pytest
from django.utils.html import strip_tags
from django.utils.translation import override

from applications import reviewing
from applications.effort import expected_minutes
from applications.models import Application
from applications.orientation import orientation_for
from applications.suitability import CODES
from notifications.testing import deliver_due_emails
from programs.models import Policy
from programs.orientation_texts import WORDS_PER_MINUTE, orientation_of
from programs.program_texts import save_text
from testkit import factories


def text_of(response):
    return " ".join(strip_tags(response.content.decode()).split())


@pytest.fixture
def policy(program):
    changes = {"term_months": 7, "meeting_minutes": 50, "rhythm_days": 21, "end_notice_days": 40}
    Policy.objects.filter(program=program).update(**changes)
    return program.policy


@pytest.fixture
def mentor(ada, cohort):
    return factories.application(ada, cohort, role="mentor", orientation_passed_at=None)


def test_the_program_page_gives_the_numbers_of_the_policy(client, cohort, policy):
    page = text_of(client.get(f"/programs/{cohort.program.slug}/"))
    assert "about 50 minutes every 21 days or so, for 7 months" in page


@pytest.mark.parametrize("role", Application.Role.values)
def test_the_suitability_page_gives_the_numbers_of_the_policy(client, cohort, policy, role):
    page = text_of(client.get(f"/programs/{cohort.program.slug}/suitability/{role}/"))
    assert "for 50 minutes about every 21 days, for 7 months?" in page
    assert f"{len(CODES[role])} questions." in page


def test_the_commitment_gives_the_numbers_of_the_policy(as_user, ben, draft, policy):
    page = text_of(as_user(ben).get(f"/applications/{draft.public_id}/commitment/"))
    assert "about 50 minutes every 21 days or so, for 7 months" in page


def test_the_expected_time_is_on_the_first_page(client, draft):
    minutes = expected_minutes(draft.program, "mentee")
    page = text_of(client.get(f"/apply/{draft.cohort.slug}/mentee/"))
    assert f"It takes about {minutes} minutes" in page


def test_a_module_takes_as_long_as_its_text_in_that_language(policy, cleo):
    program = policy.program
    for language in ("en", "fr"):
        with override(language):
            for module in orientation_of(program, "mentor").modules:
                words = f"{module.title} {' '.join(' '.join(one.lines) for one in module.blocks)}"
                minutes = len(words.split()) / WORDS_PER_MINUTE
                assert abs(module.minutes - minutes) <= 0.5 or module.minutes == 1
    before = orientation_of(program, "mentor").minutes
    save_text(program, "module_mentor_own_1", "en", "Hands\n" + "wash " * 299, by=cleo, seen=0)
    assert orientation_of(program, "mentor").minutes == before + 3


def test_pages_and_emails_give_the_size_of_the_orientation(as_user, ada, cleo, cohort):
    mentor = factories.application(ada, cohort, role="mentor", state="submitted")
    Application.objects.filter(pk=mentor.pk).update(orientation_passed_at=None)
    mentor.refresh_from_db()
    decision = reviewing.decide(mentor, by=cleo, outcome="accepted")
    reviewing.release([decision], by=cleo, at=mentor.submitted_at)
    minutes = f"{orientation_for(mentor).minutes} minutes"
    count = f"{len(orientation_for(mentor).questions)} questions"
    email = deliver_due_emails()[-1]
    overview = text_of(as_user(ada).get(f"/orientation/{mentor.public_id}/"))
    for text in (email.body, strip_tags(email.alternatives[0][0]), overview):
        assert minutes in text
        assert count in text
    sent = text_of(as_user(ada).get(f"/applications/{mentor.public_id}/sent/"))
    assert f"{len(orientation_for(mentor).modules)} short parts and {count}" in sent


def test_the_last_module_gives_the_notice_of_the_policy(as_user, ada, mentor, policy):
    page = text_of(as_user(ada).get(f"/orientation/{mentor.public_id}/course/"))
    assert "40 days before the end" in page
