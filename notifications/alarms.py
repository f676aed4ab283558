"""An alarm when nothing was swept: an e-mail to the maintainer, and a ping that stops.

1. A run that sends e-mail notes its time. When that is `SILENT_AFTER` ago, whoever looks sends one
   e-mail to `ALERT_EMAIL`: the heavy worker once a minute, the web process when its health is
   asked, `manage.py check_outbox` from cron. It does not go through the outbox, which is what
   stands still. When runs are back, one more e-mail says so.
2. Of several that look, one claims the alarm and sends it. If it dies, or the mail server refuses,
   the claim ends and the next one tries again.
3. After a run `DEADMAN_URL` is asked for, once a minute, while all is well. A service out there
   raises the alarm when that stops, which also tells of a machine or a mail server that is down.
4. Neither delays a run or a page: both are done in a thread, with time limits.
5. A database that must not send (see `restore_guard`) raises no alarm.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http.client import HTTPException
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.db.models import Q
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from . import outbox_health, restore_guard
from .delivery import configured_backend
from .models import OutboxState

log = logging.getLogger(__name__)

SILENT_AFTER = timedelta(minutes=10)
BACK_WITHIN = timedelta(minutes=2)
CLAIM = timedelta(minutes=2)
PING_EVERY = timedelta(seconds=55)
PING_SECONDS, MAIL_SECONDS = 5, 20
AGENT = {"User-Agent": "mentoring"}
_threads: set[threading.Thread] = set()


def in_background(work: Callable[[], object]) -> None:
    """Do `work` in a thread that keeps no process alive; its errors are logged."""

    def run() -> None:
        try:
            work()
        except Exception:
            log.exception("an alarm failed")
        finally:
            connection.close()
            _threads.discard(threading.current_thread())

    thread = threading.Thread(target=run, daemon=True, name="alarm")
    _threads.add(thread)
    thread.start()


def wait(seconds: float) -> None:
    """Let what was begun end, for a process that ends itself afterwards."""
    for thread in list(_threads):
        thread.join(seconds)


# --- the e-mail to the maintainer


def alarm_to_send(state: OutboxState | None, at: datetime) -> str:
    """Return "stopped" or "back" if an e-mail is due at `at`, else ""."""
    if not settings.ALERT_EMAIL or state is None or state.last_run_at is None:
        return ""
    if restore_guard.blocked_reason(state):
        return ""
    if state.alarm_claimed_until and state.alarm_claimed_until > at:
        return ""
    silence = at - state.last_run_at
    if silence > SILENT_AFTER and state.alarm_sent_at is None:
        return "stopped"
    if silence <= BACK_WITHIN and state.alarm_sent_at is not None:
        return "back"
    return ""


def look(at: datetime | None = None) -> bool:
    """Send the alarm, or the all-clear, if one is due; return whether one was sent.

    Errors of the mail server are logged; the next one who looks tries again.
    """
    now = at or timezone.now()
    state = OutboxState.objects.first()
    which = alarm_to_send(state, now)
    if not which or state is None or not _claim(state, now):
        return False
    try:
        _send(which, state, now)
    except Exception:
        log.exception("the alarm cannot be sent")
        return False
    sent_at = now if which == "stopped" else None
    OutboxState.objects.update(alarm_sent_at=sent_at, alarm_claimed_until=None)
    log.warning("an alarm was sent", extra={"alarm": which})
    return True


def look_in_background(at: datetime | None = None) -> None:
    """Do the same without making a page wait; where nothing is due, no thread is begun."""
    now = at or timezone.now()
    if settings.ALERT_EMAIL and alarm_to_send(OutboxState.objects.first(), now):
        in_background(lambda: look(now))


def _claim(state: OutboxState, at: datetime) -> bool:
    """Claim the alarm; False if someone else was faster."""
    free = Q(alarm_claimed_until=None) | Q(alarm_claimed_until__lte=at)
    same = OutboxState.objects.filter(free, alarm_sent_at=state.alarm_sent_at)
    return bool(same.update(alarm_claimed_until=at + CLAIM))


def _send(which: str, state: OutboxState, at: datetime) -> None:
    send_to_maintainer(lambda: _texts(which, state, at))


def send_to_maintainer(texts: Callable[[], tuple[str, str]]) -> None:
    """Send a subject and a body to `ALERT_EMAIL`, past the outbox, in the site's own language.

    Raises what the mail server raises.
    """
    backend = configured_backend()
    if hasattr(backend, "timeout"):
        backend.timeout = MAIL_SECONDS
    with translation.override(settings.LANGUAGE_CODE), timezone.override(None):
        subject, body = texts()
    EmailMessage(
        subject,
        body,
        settings.SERVER_EMAIL,
        settings.ALERT_EMAIL,
        headers={"Auto-Submitted": "auto-generated"},
        connection=backend,
    ).send()


def _texts(which: str, state: OutboxState, at: datetime) -> tuple[str, str]:
    """Return the subject and the body; they name the site and nobody."""
    values = {
        "site": settings.CANONICAL_HOST,
        "last": formats.date_format(timezone.localtime(state.last_run_at), "DATETIME_FORMAT"),
        "now": formats.date_format(timezone.localtime(at), "DATETIME_FORMAT"),
        "zone": settings.TIME_ZONE,
        "minutes": SILENT_AFTER // timedelta(minutes=1),
    }
    if which == "back":
        subject = _("%(site)s: e-mails are being sent again") % values
        return subject, _("At %(now)s (%(zone)s) the worker runs again. Nothing was lost.") % values
    subject = _("%(site)s: no e-mails are being sent") % values
    lines = [
        _("The process that sends e-mails has not run since %(last)s (%(zone)s).") % values,
        _("E-mails, reminders and sign-in codes wait in the database and are sent once it runs."),
        _("See whether the worker, beat and Redis are running, and what their logs say."),
        _("You get no other e-mail about this until it runs again."),
    ]
    return subject, "\n\n".join(lines)


# --- the ping


def after_run(at: datetime | None = None) -> None:
    """Ping `DEADMAN_URL` after a run, and send the all-clear if that is due; in a thread."""
    now = at or timezone.now()
    look_in_background(now)
    if not settings.DEADMAN_URL or outbox_health.problems(now):
        return
    is_due = Q(pinged_at=None) | Q(pinged_at__lte=now - PING_EVERY) | Q(pinged_at__gt=now)
    if OutboxState.objects.filter(is_due).update(pinged_at=now):
        in_background(_ping)


def _ping() -> None:
    request = Request(settings.DEADMAN_URL, headers=AGENT)  # noqa: S310  # our setting
    try:
        with urlopen(request, timeout=PING_SECONDS) as response:  # noqa: S310  # the same
            response.read(64)
    except (OSError, HTTPException, ValueError) as error:
        # Its address is a secret, so neither it nor the error's text is logged.
        log.warning("the dead-man address does not answer: %s", type(error).__name__)
