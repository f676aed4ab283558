"""What the committee may see of a letter, and what a person may take along or have erased."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import email_preview, links, outbox, preferences, privacy
from notifications.kinds import Cancel, Email
from notifications.models import MutedStream, Notification
from notifications.testing import deliver_due_emails

from .conftest import TUESDAY_NOON, fresh, rows

pytestmark = pytest.mark.django_db
State = Notification.State


def test_a_preview_has_the_words_and_no_living_link(sample, ada):
    url = links.link("mail", person=ada, subject=ada, until=timezone.now() + timedelta(days=1))
    sample.answer = Email(context={"word": "hello"}, action=("Answer", url))
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


def test_a_letter_that_would_not_leave_says_why(sample, ada):
    sample.answer = Cancel("answered")
    assert "answered" in email_preview.render(sample.enqueue(ada)).text


def test_a_letter_about_nothing_says_so(sample, ada):
    sample.enqueue(ada)
    rows().update(about_id=0)
    assert "deleted" in email_preview.render(rows().get()).text


def test_a_letter_of_a_kind_that_was_removed_says_so(sample, ada):
    sample.enqueue(ada)
    rows().update(kind="removed")
    assert "no longer sent" in email_preview.render(rows().get()).text


def enqueue_code(person):
    expires_at = TUESDAY_NOON + timedelta(minutes=15)
    letter = {"subject": "Your code", "text": "ABC-DEF", "html": "<p>ABC-DEF</p>"}
    outbox.enqueue_account_email(
        to=person, address=person.email, expires_at=expires_at, at=TUESDAY_NOON, **letter
    )
    return rows().get()


def test_codes_are_shown_to_nobody(ada):
    text = email_preview.render(enqueue_code(ada))
    assert "ABC" not in f"{text.subject} {text.text} {text.html}"


def test_only_a_demonstration_shows_everything_live(sample, ada, settings):
    settings.DEMO = settings.DEBUG = True
    assert email_preview.render(enqueue_code(ada)).text == "ABC-DEF"
    settings.DEBUG = False
    assert "ABC" not in email_preview.render(rows().get()).text


def test_in_a_demonstration_codes_wait_to_be_read(ada, settings):
    settings.DEMO = True
    row = enqueue_code(ada)
    assert deliver_due_emails(TUESDAY_NOON) == []
    deliver_due_emails(TUESDAY_NOON + timedelta(minutes=15))
    assert (fresh(row).state, fresh(row).body) == (State.EXPIRED, None)


def test_one_can_take_along_when_what_was_sent(sample, ada, ben):
    sample.enqueue(ada)
    sample.enqueue(ben)
    preferences.mute(ada, "digest", at=TUESDAY_NOON)
    deliver_due_emails(TUESDAY_NOON)
    found = privacy.export_emails(ada)
    assert [(letter["kind"], letter["sent_at"]) for letter in found["emails"]] == [
        ("note", TUESDAY_NOON)
    ]
    assert [row["stream"] for row in found["muted_streams"]] == ["digest"]


def test_erasing_a_person_ends_their_letters_and_forgets_addresses(sample, ada, ben):
    waiting, other = sample.enqueue(ada), sample.enqueue(ben)
    preferences.mute(ada, "digest", at=TUESDAY_NOON)
    for _ in range(2):
        privacy.erase_emails(ada)
    assert (fresh(waiting).state, fresh(other).state) == (State.CANCELLED, State.PENDING)
    assert not MutedStream.objects.filter(person=ada).exists()


def test_erasing_a_person_wipes_a_waiting_code(ada):
    row = enqueue_code(ada)
    privacy.erase_emails(ada)
    assert (fresh(row).state, fresh(row).body, fresh(row).address) == (State.CANCELLED, None, None)


def test_old_letters_with_codes_are_deleted_and_others_remembered(sample, ada):
    enqueue_code(ada)
    note = sample.enqueue(ada)
    deliver_due_emails(TUESDAY_NOON)
    assert privacy.purge_account_emails(TUESDAY_NOON + timedelta(days=89)) == 0
    assert privacy.purge_account_emails(TUESDAY_NOON + timedelta(days=91)) == 1
    sample.enqueue(ada)
    assert [row.pk for row in rows()] == [note.pk]
    assert deliver_due_emails(TUESDAY_NOON + timedelta(days=91)) == []
