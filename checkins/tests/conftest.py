from datetime import UTC, datetime

import pytest
from django.conf import settings

from agreements import reconcilers as agreement_reconcilers
from checkins import concerns, results, unanswered_emails
from checkins.seeds import seed_surveys
from notifications.testing import deliver_due_emails
from testkit import checkins as make
from testkit import factories

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def run_program(at):
    """Reconcile and send e-mail at `at`; only what these tests need, as they run through months."""
    agreement_reconcilers.enqueue_reminders(at)
    for reconcile in (
        make.plan,
        unanswered_emails.raise_about_unanswered_emails,
        concerns.escalate,
        results.publish_waves,
    ):
        reconcile(at)
    return deliver_due_emails(at, reconcile=False)


@pytest.fixture
def surveys(db):
    return seed_surveys()


@pytest.fixture
def match(ada, ben, cohort, surveys):
    """Ben (mentee) and Ada (mentor), introduced on 5 January 2026."""
    return factories.match(ben, ada, cohort, introduced_at=START)


@pytest.fixture
def eve(program):
    """Eve cares for the match, and is no chair."""
    return factories.member("Eve Lund", program=program, role="carer")


@pytest.fixture
def cared(match, eve):
    match.carer = eve
    match.save()
    return match


@pytest.fixture
def open_as(browser, live_server, as_user):
    """Return `open_as(user, scripts)`: a page as wide as a phone on which `user` is signed in."""
    contexts = []

    def sign_in(user, *, scripts):
        context = browser.new_context(
            viewport={"width": 320, "height": 700}, java_script_enabled=scripts
        )
        cookie = as_user(user).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        contexts.append(context)
        return context.new_page()

    yield sign_in
    for context in contexts:
        context.close()
