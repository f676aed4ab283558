"""What the committee sees of an e-mail: its text, without working links and without codes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import email_preview, links
from notifications.kinds import Cancel, Email
from notifications.models import Notification
from notifications.testing import deliver_due_emails

from .conftest import TUESDAY_NOON, enqueue_code, fresh, rows

pytestmark = pytest.mark.django_db
State = Notification.State


def test_a_preview_has_the_text_and_no_working_link(sample, ada):
    url = links.link("mail", person=ada, subject=ada, until=timezone.now() + timedelta(days=1))
    sample.answer = Email(context={"word": "hello"}, action_url=url)
    text = email_preview.render(sample.enqueue(ada, kind="tip"))
    token = url.split("/")[-2]
    assert text.subject == "A tip for Ada"
    for part in (text.text, text.html):
        assert "hello" in part
        assert token not in part
        assert email_preview.MASK in part
    assert 'href="http' not in text.html
    assert "/unsubscribe/optional/••••••/" in text.text


def test_a_preview_changes_nothing_and_sends_nothing(sample, ada, mailoutbox):
    row = sample.enqueue(ada)
    before = rows().values().get()
    email_preview.render(row)
    assert (rows().values().get(), mailoutbox) == (before, [])


def test_the_preview_of_a_cancelled_email_says_why(sample, ada):
    sample.answer = Cancel("answered")
    assert "answered" in email_preview.render(sample.enqueue(ada)).text


def test_the_preview_says_that_the_record_was_deleted(sample, ada):
    sample.enqueue(ada)
    rows().update(about_id=0)
    assert "deleted" in email_preview.render(rows().get()).text


def test_the_preview_says_that_the_kind_was_removed(sample, ada):
    sample.enqueue(ada)
    rows().update(kind="removed")
    assert "no longer sent" in email_preview.render(rows().get()).text


def test_a_preview_never_shows_a_code(ada):
    text = email_preview.render(enqueue_code(ada))
    assert "ABC" not in f"{text.subject} {text.text} {text.html}"


def test_only_a_demonstration_shows_codes(sample, ada, settings):
    settings.DEMO = settings.DEBUG = True
    assert email_preview.render(enqueue_code(ada)).text == "ABC-DEF"
    settings.DEBUG = False
    assert "ABC" not in email_preview.render(rows().get()).text


def test_in_a_demonstration_codes_are_not_sent(ada, settings):
    settings.DEMO = True
    row = enqueue_code(ada)
    assert deliver_due_emails(TUESDAY_NOON) == []
    deliver_due_emails(TUESDAY_NOON + timedelta(minutes=15))
    assert (fresh(row).state, fresh(row).body) == (State.EXPIRED, None)
