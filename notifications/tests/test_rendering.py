"""The headers and texts of an e-mail, and what every registered kind must have."""

import email.policy
import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

from notifications.kinds import KINDS, Email, Stream, kind
from notifications.sender_policy import SenderPolicy
from notifications.testing import deliver_due_emails

from .conftest import TUESDAY_NOON

pytestmark = pytest.mark.django_db
TRANSLATED = re.compile(r"{% blocktranslate.*?{% endblocktranslate %}", re.DOTALL)


def on_the_wire(mail):
    return message_from_bytes(mail.message().as_bytes(), policy=email.policy.default)


def send(sample, person, **options):
    sample.enqueue(person, **options)
    (mail,) = deliver_due_emails(TUESDAY_NOON + timedelta(hours=1))
    return on_the_wire(mail)


def test_an_email_has_two_texts_that_say_the_same(sample, ada):
    sample.answer = Email(context={"word": "hello"}, action_url="https://example.org/hello/")
    wire = send(sample, ada)
    text, html = (wire.get_body((part,)).get_content() for part in ("plain", "html"))
    assert wire.get_content_type() == "multipart/alternative"
    for word in ("Dear Ada", "hello", "Say hello", "https://example.org/hello/"):
        assert word in text
        assert word in html


def test_plain_text_is_not_escaped_and_html_is(sample, ada):
    sample.answer = Email(context={"word": "<b>5 > 4 & 'so'</b>"})
    wire = send(sample, ada)
    assert "<b>5 > 4 & 'so'</b>" in wire.get_body(("plain",)).get_content()
    assert "<b>5" not in wire.get_body(("html",)).get_content()


def test_the_date_is_the_due_date(sample, ada):
    assert parsedate_to_datetime(send(sample, ada)["Date"]) == TUESDAY_NOON


def test_automatic_replies_are_discouraged(sample, ada):
    assert send(sample, ada)["Auto-Submitted"] == "auto-generated"


def test_emails_about_one_record_form_a_thread(sample, ada, ben):
    mails = []
    for person in (ada, ben):
        for number in (1, 2):
            sample.enqueue(person, ordinal=number)
            mails += deliver_due_emails(TUESDAY_NOON)
    assert len({mail.extra_headers["Message-ID"] for mail in mails}) == 4
    assert len({mail.extra_headers["References"] for mail in mails}) == 2


def test_a_kind_can_set_the_thread(sample, ada, ben):
    sample.answer = Email(context={"word": "hello"}, thread=ada)
    assert len({send(sample, person)["References"] for person in (ada, ben)}) == 1


def test_the_policy_sets_the_sender_and_the_reply_address(sample, ada, monkeypatch):
    policy = SenderPolicy(name='Program "Ünited"', reply_to="committee@example.org")
    monkeypatch.setattr("notifications.sender_policy.FINDERS", [lambda row: policy])
    wire = send(sample, ada)
    sender = wire["From"].addresses[0]
    assert (sender.display_name, sender.domain) == ('Program "Ünited"', settings.MAIL_HOST)
    assert wire["Reply-To"] == "committee@example.org"


def test_a_program_named_by_the_email_is_the_sender(sample, ada, program):
    program.name = "Spring"
    sample.answer = Email(context={"word": "hello"}, program=program, reply_to="carer@example.org")
    wire = send(sample, ada)
    assert (wire["From"].addresses[0].display_name, wire["Reply-To"]) == (
        "Spring",
        "carer@example.org",
    )
    assert "Spring" in wire.get_body(("html",)).get_content()


def test_reminders_know_that_they_are_reminders(sample, ada):
    assert send(sample, ada, ordinal=1)["Subject"] == "A note for Ada"
    assert send(sample, ada, ordinal=2)["Subject"] == "Again: A note for Ada"


@pytest.mark.parametrize(
    "name", ["Ada\r\nBcc: all@example.org", "Ada\nX: y", "A" * 80, "Ädä Öber", "﷽", "=?utf-8?q?x?="]
)
def test_no_name_adds_a_header(sample, ada, name):
    type(ada).objects.filter(pk=ada.pk).update(name=name)
    wire = send(sample, ada)
    expected = {
        "Subject",
        "From",
        "To",
        "Message-ID",
        "Date",
        "Auto-Submitted",
        "References",
        "MIME-Version",
        "Content-Type",
    }
    assert set(wire.keys()) == expected
    assert wire["To"] == ada.email


def test_attachments_are_sent(sample, ada):
    sample.answer = Email(
        context={"word": "hello"}, attachments=[("visit.ics", "BEGIN:VCALENDAR", "text/calendar")]
    )
    (file,) = send(sample, ada).iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("visit.ics", "text/calendar")


def test_an_email_uses_the_recipients_language_and_time_zone(sample, ada):
    from django.utils import timezone, translation

    type(ada).objects.filter(pk=ada.pk).update(language="fr", time_zone="Asia/Tokyo")
    heard = []

    def listen(about, person):
        heard.append((translation.get_language(), timezone.get_current_timezone_name()))
        return Email(context={"word": "bonjour"})

    sample.answer = listen
    send(sample, ada)
    assert heard == [("fr", "Asia/Tokyo")]


def test_styles_are_inlined_and_nothing_is_loaded(sample, ada):
    html = send(sample, ada).get_body(("html",)).get_content()
    assert 'style="' in html
    assert "<link" not in html
    assert "<script" not in html
    assert len(html.encode()) < 60_000


def test_two_kinds_cannot_share_a_name(sample):
    with pytest.raises(ValueError, match="two kinds"):
        kind("note", label="Note", about="accounts.User")(lambda about, person: Email())


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_has_its_texts(name):
    for part in ("subject.txt", "body.txt", "body.html"):
        assert engines["django"].get_template(f"emails/{name}/{part}")


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_says_to_whom_when_and_until(name):
    for part in ("**To**:", "**When**:", "**Until**:"):
        assert part in KINDS[name].doc


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_is_about_a_model_that_exists(name):
    from django.apps import apps

    assert apps.get_model(KINDS[name].about)
    assert KINDS[name].stream in Stream
    assert KINDS[name].app in {config.name for config in apps.get_app_configs()}


@pytest.mark.parametrize("path", sorted(Path("templates/emails").rglob("*.txt")), ids=str)
def test_a_colon_after_a_value_is_translated(path):
    """French sets a no-break space before it."""
    untranslated = TRANSLATED.sub("", path.read_text("utf-8"))
    assert not re.search(r"}}:\s", untranslated)


def test_members_read_why_they_get_an_email(sample, ada, monkeypatch):
    everyone, members = "essential for taking part", "because you are a committee member"
    first = send(sample, ada).get_body(("plain",)).get_content()
    monkeypatch.setitem(KINDS, "note", replace(KINDS["note"], to_members=True))
    later = send(sample, ada, ordinal=2)
    texts = [first, *(later.get_body((form,)).get_content() for form in ("plain", "html"))]
    assert [everyone in text for text in texts] == [True, False, False]
    assert [members in text for text in texts] == [False, True, True]
