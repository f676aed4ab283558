"""The address to which a mail provider reports what became of e-mails; off unless it is set up.

1. The provider proves itself with a secret of our own (`MAIL_WEBHOOK_SECRET`, HTTP basic
   authentication) and, where it signs, with its signature, which django-anymail checks.
2. Nothing that it sends is stored or logged but the failure of an e-mail of ours.
3. An answer of 5xx makes it try again later, which counts nothing twice.
"""

from __future__ import annotations

import base64
import binascii
import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from .bounces.provider_events import take
from .mail_provider import EventReader, event_view
from .models import BounceMailbox

log = logging.getLogger(__name__)
NOTE_EVERY = timedelta(minutes=1)


@csrf_exempt
@login_not_required
def mail_events(request: HttpRequest, provider: str) -> HttpResponse:
    """Take the events of the provider that sends our e-mails; 404 for any other."""
    if not settings.MAIL_WEBHOOK or provider != settings.MAIL_PROVIDER:
        raise Http404
    if request.method == "HEAD":  # how some providers ask whether the address exists
        return HttpResponse()
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "HEAD, POST"})
    if "Authorization" not in request.headers:  # Amazon sends its secret only when it is asked
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="mail events"'})
    if not _knows_the_secret(request):
        return HttpResponse(status=403)
    return _take_all(request, event_view(provider))


def _knows_the_secret(request: HttpRequest) -> bool:
    """Compare with every secret that is set, each in constant time; false if none is."""
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        given = b""
    known = [constant_time_compare(given, one) for one in settings.MAIL_WEBHOOK_SECRET]
    return scheme.lower() == "basic" and any(known)


def _take_all(request: HttpRequest, view_class: type[EventReader]) -> HttpResponse:
    view = view_class(webhook_secret=settings.MAIL_WEBHOOK_SECRET)
    try:
        view.run_validators(request)
        events = view.parse_events(request)
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except SuspiciousOperation:  # the signature is missing or wrong
        return HttpResponse(status=403)
    except Exception as error:  # noqa: BLE001  whatever a broken body makes the parsers raise
        # Its text may quote what was sent.
        problem = {"problem": type(error).__name__}
        log.warning("a report of the mail provider cannot be read", extra=problem)
        return HttpResponse(status=400)
    now = timezone.now()
    for event in events:
        try:
            take(event, at=now)
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001  one odd event must not keep back the others
            problem = {"problem": type(error).__name__}
            log.warning("an event of the mail provider cannot be read", extra=problem)
    _note_arrival(settings.MAIL_PROVIDER, now)
    return HttpResponse()


def _note_arrival(provider: str, at: datetime) -> None:
    """Note that the provider reports to us, at most once a minute."""
    name = key_of_webhook(provider)
    if not BounceMailbox.objects.filter(pk=name, read_at__gt=at - NOTE_EVERY).exists():
        BounceMailbox.objects.update_or_create(pk=name, defaults={"read_at": at})


def key_of_webhook(provider: str) -> str:
    """Return the key of the row that says when a provider has last reported."""
    return f"webhook:{provider}"[:24]


def state_of_webhook() -> BounceMailbox | None:
    """Return when the provider has last reported; None before its first report."""
    return BounceMailbox.objects.filter(pk=key_of_webhook(settings.MAIL_PROVIDER)).first()
