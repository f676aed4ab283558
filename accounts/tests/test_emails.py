"""E-mails about signing in: encrypted, sent first, silent about who has an account."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.emails import ACCOUNT_EMAILS, enqueue_account_email
from notifications import email_preview
from notifications.models import Notification
from notifications.testing import deliver_due_emails

pytestmark = pytest.mark.django_db


def rows():
    return Notification.system.all()


def ask_for_code(client, email):
    return client.post(reverse("account_request_login_code"), {"email": email})


def test_a_code_signs_in(client, ada, settings):
    settings.LOGIN_REDIRECT_URL = "accounts:settings"
    ask_for_code(client, ada.email)
    (mail,) = deliver_due_emails()
    code = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", mail.body, re.MULTILINE)[1]
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert client.session["_auth_user_id"] == str(ada.pk)


def test_a_request_sends_nothing_itself(client, ada, mailoutbox):
    ask_for_code(client, ada.email)
    assert mailoutbox == []
    assert rows().get().state == Notification.State.PENDING


def test_the_text_is_unreadable_in_the_database_and_wiped_when_sent(client, ada):
    from django.db import connection

    ask_for_code(client, ada.email)
    code = rows().get().body
    with connection.cursor() as cursor:
        cursor.execute("SELECT body, address FROM notifications_notification")
        body, address = cursor.fetchone()
    assert body.startswith("f1:")
    assert ada.email not in address
    assert code
    deliver_due_emails()
    assert rows().get().body is None


def test_a_code_that_is_over_is_not_sent(client, ada):
    ask_for_code(client, ada.email)
    assert deliver_due_emails(timezone.now() + timedelta(minutes=16)) == []
    row = rows().get()
    assert (row.state, row.body) == (Notification.State.EXPIRED, None)


def test_an_unknown_address_gets_an_email_and_the_page_says_the_same(client, ada):
    from django.test import Client

    known = ask_for_code(client, ada.email)
    unknown = ask_for_code(Client(), "unknown@example.org")
    assert (known.status_code, known.headers.get("Location")) == (
        unknown.status_code,
        unknown.headers.get("Location"),
    )
    assert sorted(mail.to[0] for mail in deliver_due_emails()) == sorted(
        [ada.email, "unknown@example.org"]
    )


def test_codes_are_sent_before_everything_else(client, ada, ben):
    from notifications import outbox

    outbox.enqueue("test-email", to=ben, about=ben, at=timezone.now() - timedelta(hours=1))
    rows().update(is_urgent=False)
    ask_for_code(client, ada.email)
    assert [mail.to[0] for mail in deliver_due_emails()] == [ada.email, ben.email]


def test_no_one_sees_the_email_in_the_outbox(client, ada, cleo):
    ask_for_code(client, ada.email)
    row = rows().get()
    assert not Notification.objects.visible_to(ada).exists()
    assert not Notification.objects.for_committee(cleo).exists()
    assert "never shown" in email_preview.render(row).text


@pytest.mark.parametrize("name", sorted(ACCOUNT_EMAILS))
def test_every_mail_can_be_written(name, ada):
    enqueue_account_email(name, email=ada.email, context={"code": "ABC-DEF"})
    (mail,) = deliver_due_emails()
    html = mail.alternatives[0].content
    assert ("ABC-DEF" in mail.body, "ABC-DEF" in html) == (ACCOUNT_EMAILS[name].has_code,) * 2
    assert mail.subject == str(ACCOUNT_EMAILS[name].subject)


def test_every_mail_of_the_library_has_our_text():
    """A new e-mail of a new version fails here before anyone meets a KeyError."""
    from pathlib import Path

    import allauth

    folder = Path(allauth.__file__).parent / "templates"
    theirs = {
        path.name.removesuffix("_subject.txt") for path in folder.glob("*/email/*_subject.txt")
    }
    by_link = {"password_reset_key"}
    assert theirs - by_link == set(ACCOUNT_EMAILS)


def test_links_in_account_mails_do_not_follow_the_host_header(client, settings):
    settings.ALLOWED_HOSTS = ["testserver", "evil.example"]
    client.post(
        reverse("account_request_login_code"),
        {"email": "unknown@example.org"},
        headers={"host": "evil.example"},
    )
    (mail,) = deliver_due_emails()
    assert "evil.example" not in mail.message().as_string()
    assert settings.BASE_URL in mail.body
