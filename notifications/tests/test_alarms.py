"""Someone is told when nothing is sent: once per outage, and once when it is over."""

import logging
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from notifications import alarms, restore_guard
from notifications.models import OutboxState
from notifications.tasks import look_for_alarms, send_due_emails

from .conftest import TUESDAY_NOON

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Threads of a test don't see the rows of its transaction: do their work at once."""
    monkeypatch.setattr(alarms, "in_background", lambda work: work())


@pytest.fixture
def state(settings, epoch_file):
    settings.ALERT_EMAIL = ["ops@example.org"]
    restore_guard.begin_run(TUESDAY_NOON)
    return OutboxState.objects.get()


def subjects():
    return [message.subject for message in mail.outbox]


def test_one_alarm_per_outage_and_one_all_clear(state):
    assert not alarms.look(TUESDAY_NOON + 10 * MINUTE)
    assert [alarms.look(TUESDAY_NOON + n * MINUTE) for n in (11, 12, 300)] == [True, False, False]
    restore_guard.begin_run(TUESDAY_NOON + 301 * MINUTE)
    assert [alarms.look(TUESDAY_NOON + 302 * MINUTE) for _twice in range(2)] == [True, False]
    assert [one.partition(": ")[2] for one in subjects()] == [
        "no e-mails are being sent",
        "e-mails are being sent again",
    ]
    assert {tuple(message.to) for message in mail.outbox} == {("ops@example.org",)}
    assert "since 2026-03-03" in mail.outbox[0].body or "3 March" in mail.outbox[0].body
    assert alarms.look(TUESDAY_NOON + 400 * MINUTE)  # the next outage


@pytest.mark.parametrize("why", ["nobody to tell", "never ran", "may not send", "no row"])
def test_there_is_no_alarm(state, settings, why):
    if why == "nobody to tell":
        settings.ALERT_EMAIL = []
    elif why == "never ran":
        OutboxState.objects.update(last_run_at=None)
    elif why == "may not send":
        OutboxState.objects.update(instance_id="another")
    else:
        OutboxState.objects.all().delete()
    assert not alarms.look(TUESDAY_NOON + 60 * MINUTE)
    assert mail.outbox == []


def test_of_two_that_look_at_once_one_sends(state):
    seen = OutboxState.objects.get()
    at = TUESDAY_NOON + 11 * MINUTE
    assert [alarms._claim(seen, at) for _both in range(2)] == [True, False]
    assert not alarms.look(at + MINUTE)  # claimed
    assert alarms.look(at + 3 * MINUTE)  # whoever had it has died


def test_a_mail_server_that_refuses_is_tried_again(state, monkeypatch):
    def fail(*args):
        raise OSError

    at = TUESDAY_NOON + 11 * MINUTE
    with monkeypatch.context() as patched:
        patched.setattr(alarms, "_send", fail)
        assert not alarms.look(at)
    assert OutboxState.objects.get().alarm_sent_at is None
    assert alarms.look(at + 3 * MINUTE)


def silence(state):
    OutboxState.objects.update(last_run_at=timezone.now() - 11 * MINUTE)


def test_the_web_process_notices_a_dead_worker(state, client):
    silence(state)
    for _twice in range(2):
        assert client.get(reverse("healthz")).status_code == 503
    assert len(mail.outbox) == 1


def test_cron_and_the_heavy_worker_notice_it_too(state):
    silence(state)
    with pytest.raises(CommandError, match="has stopped"):
        call_command("check_outbox")
    look_for_alarms()
    assert len(mail.outbox) == 1


def test_a_run_after_an_outage_gives_the_all_clear(state):
    silence(state)
    look_for_alarms()
    send_due_emails()
    assert len(mail.outbox) == 2
    assert OutboxState.objects.get().alarm_sent_at is None


# --- the ping


class Watcher(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        time.sleep(self.server.delay)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def watcher(settings, state):
    with HTTPServer(("127.0.0.1", 0), Watcher) as server:
        server.asked, server.delay, server.status = [], 0, 200
        settings.DEADMAN_URL = f"http://127.0.0.1:{server.server_address[1]}/secret"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def ran(at):
    restore_guard.begin_run(at)
    alarms.after_run(at)


def test_a_run_pings_once_a_minute(watcher):
    for seconds in (0, 5, 50, 60, 65, 120):
        ran(TUESDAY_NOON + timedelta(seconds=seconds))
    assert watcher.asked == ["/secret"] * 3


def test_the_ping_stops_while_nothing_is_sent(watcher):
    OutboxState.objects.update(paused_until=TUESDAY_NOON + MINUTE, pause_reason="no-mail-server")
    ran(TUESDAY_NOON)
    OutboxState.objects.update(paused_until=None)
    alarms.after_run(TUESDAY_NOON + 60 * MINUTE)  # no run lately
    assert watcher.asked == []


def test_a_ping_that_fails_is_logged_without_its_address(watcher, caplog):
    caplog.set_level(logging.WARNING)
    watcher.status = 500
    ran(TUESDAY_NOON)
    assert watcher.asked
    assert "does not answer: HTTPError" in caplog.text
    assert "secret" not in caplog.text


def test_a_watcher_that_hangs_delays_no_run(watcher, monkeypatch):
    monkeypatch.undo()  # with threads
    monkeypatch.setattr(alarms, "PING_SECONDS", 0.3)
    watcher.delay = 0.6
    began = time.monotonic()
    alarms.in_background(alarms._ping)
    assert time.monotonic() - began < 0.2
    alarms.wait(5)
    assert not alarms._threads
