"""Bounces are read from a mailbox over IMAP, or from the pipe of a mail server."""

import io
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from notifications import bounces
from notifications.bounces import mailbox
from notifications.bounces.mailbox import MailboxAddress, MailboxError
from notifications.dispatch import Dispatcher
from notifications.models import BounceMailbox, Notification
from notifications.tasks import read_bounces
from testkit import imap

from .bounce_samples import dsn, out_of_office
from .conftest import TUESDAY_NOON, fresh

pytestmark = pytest.mark.django_db
State = Notification.State
DAY = timedelta(days=1)


def deliver(at=TUESDAY_NOON):
    return Dispatcher(clock=lambda: at, applies_delivery_rules=False, is_strict=True).run()


@pytest.fixture
def sent(sample, server, ada):
    """An e-mail to Ada that the mail server has accepted."""
    row = sample.enqueue(ada)
    deliver()
    return fresh(row)


# --- the mailbox


@pytest.fixture
def box(settings, tmp_path, monkeypatch):
    with imap.mailbox([], folder=tmp_path, monkeypatch=monkeypatch) as server:
        settings.BOUNCE_MAILBOX_URL = server.url
        yield server


def run(**options):
    out = io.StringIO()
    call_command("read_bounces", stdout=out, **options)
    return out.getvalue().strip()


def test_the_mailbox_is_read_once_and_left_as_it_is(box, sent):
    box.messages = {1: out_of_office(sent), 2: dsn(sent), 3: b"\0broken"}
    assert run() == "1 bounces, 0 known before, 2 other messages, 0 unreadable"
    assert run() == "0 bounces, 0 known before, 0 other messages, 0 unreadable"
    assert len(box.messages) == 3
    assert not [one for one in box.commands if "STORE" in one or "BODY[" in one]  # only PEEK
    assert "EXAMINE" in " ".join(box.commands)
    assert bounces.is_stopped(sent.recipient.email)


def test_a_run_reads_a_bounded_number_and_the_next_goes_on(box, sent):
    box.messages = {number: out_of_office(sent) for number in range(1, 6)}
    assert "2 other messages" in run(limit=2)
    assert BounceMailbox.objects.get().last_uid == 2
    assert "3 other messages" in run()


def test_bounces_are_moved_where_a_folder_is_set(box, sent, settings):
    settings.BOUNCE_DONE_FOLDER = "Done"
    box.messages = {1: out_of_office(sent), 2: dsn(sent)}
    run()
    assert (box.moved, list(box.messages)) == ([2], [1])


def test_a_folder_that_does_not_exist_stops_nothing(box, sent, settings):
    settings.BOUNCE_DONE_FOLDER = "Missing"
    box.answers_no = {"UID MOVE"}
    box.messages = {1: dsn(sent)}
    assert "1 bounces" in run()


def test_a_message_on_which_a_parser_fails_is_passed_over(box, sent, monkeypatch, caplog):
    def fail(message):
        if "broken" in str(message["Subject"]):
            raise RuntimeError("a parser's own error")
        return frozenset(), frozenset({b"gone@example.org"})

    monkeypatch.setattr("notifications.bounces.delivery_reports.all_failures", fail)
    broken = dsn(sent).replace(b"Undelivered", b"broken")
    box.messages = {1: broken, 2: dsn(sent)}
    assert run() == "1 bounces, 0 known before, 0 other messages, 1 unreadable"


def test_a_mailbox_that_was_numbered_anew_is_read_again(box, sent):
    box.messages = {1: out_of_office(sent), 2: dsn(sent)}
    run()
    box.uid_validity, box.messages = 8, {1: dsn(sent)}
    assert "0 bounces, 1 known" in run()


def test_a_crash_between_recording_and_noting_counts_nothing_twice(box, sent):
    box.messages = {1: dsn(sent)}
    run()
    BounceMailbox.objects.update(last_uid=0)
    assert "0 bounces, 1 known" in run()


def test_when_the_database_fails_the_message_is_read_again(box, sent, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError

    box.messages = {1: dsn(sent)}
    with monkeypatch.context() as patched:
        patched.setattr(mailbox, "record", fail)
        with pytest.raises(DatabaseError):
            run()
    assert "1 bounces" in run()


@pytest.mark.parametrize("verb", ["LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH"])
def test_a_mailbox_that_refuses_is_an_error_without_the_password(box, sent, verb):
    box.messages, box.answers_no = {1: dsn(sent)}, {verb}
    with pytest.raises(CommandError, match=r"cannot be read: error") as error:
        run()
    assert "p@ss" not in str(error.value)
    assert BounceMailbox.objects.get().problem == "error"
    box.answers_no = set()
    run()
    assert BounceMailbox.objects.get().problem == ""


def test_a_certificate_that_nobody_trusts_is_refused(box, sent, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(CommandError, match="SSLCertVerificationError"):
        run()


@pytest.mark.parametrize(
    "url", ["http://a:b@x/", "imaps://x", "imaps://a:b@x:port/", "pop3://a:b@x/", 'imaps://a:b@x/"']
)
def test_an_address_of_a_mailbox_that_is_wrong_is_refused(url):
    with pytest.raises(MailboxError, match="BOUNCE_MAILBOX_URL"):
        MailboxAddress.of(url)


def test_the_command_says_what_is_missing(settings):
    settings.BOUNCE_MAILBOX_URL = ""
    with pytest.raises(CommandError, match="not set"):
        run()
    with pytest.raises(CommandError, match="1 or more"):
        run(limit=0)


def test_the_task_reads_the_mailbox_where_one_is_set(box, sent, settings):
    box.messages = {1: dsn(sent)}
    read_bounces()
    assert bounces.is_stopped(sent.recipient.email)
    box.answers_no = {"LOGIN"}
    read_bounces()  # logs it
    settings.BOUNCE_MAILBOX_URL = ""
    read_bounces()


def test_since_when_it_cannot_be_read_is_kept_and_the_page_shows_the_mailbox_that_is_set(box):
    BounceMailbox.objects.create(pk="another", read_at=TUESDAY_NOON)
    box.answers_no = {"LOGIN"}
    for hours in (0, 5):
        with pytest.raises(MailboxError):
            mailbox.read_mailbox(at=TUESDAY_NOON + timedelta(hours=hours))
    assert mailbox.state_of_mailbox().failed_at == TUESDAY_NOON


# --- the pipe


def pipe(monkeypatch, raw):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    return run(stdin=True)


def test_a_mail_server_may_pipe_a_bounce(sent, monkeypatch):
    assert pipe(monkeypatch, dsn(sent)).startswith("1 bounces")
    assert pipe(monkeypatch, dsn(sent)).startswith("0 bounces, 1 known")
    assert "1 other" in pipe(monkeypatch, b"x" * 3_000_000)


def test_the_mail_server_tries_again_while_the_database_is_down(sent, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr(mailbox, "record", fail)
    with pytest.raises(SystemExit) as error:
        pipe(monkeypatch, dsn(sent))
    assert error.value.code == 75
