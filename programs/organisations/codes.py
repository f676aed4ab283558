"""The code by e-mail that proves an address the provider named, before anything is done with it.

The same e-mail goes to every address, and nothing is looked up before the code is right, so this
tells no one whether an address has an account. What waits is in the session, the code as a hash.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import code_attempts
from accounts.emails import enqueue_account_email

SESSION_KEY = "organisation_code"


@dataclass(frozen=True)
class Waiting:
    """A person of an organisation who has not proven the address yet."""

    row: str  # public id of the program's settings
    link_key: str  # as it was when the provider answered
    subject: str
    email: str
    name: str
    next_url: str
    code_hash: str
    at: float  # seconds since 1970


def send(
    request: HttpRequest,
    *,
    row: str,
    link_key: str,
    subject: str,
    email: str,
    name: str = "",
    next_url: str = "",
) -> None:
    """Send a code to `email` and remember in the session whom it proves."""
    code = get_adapter().generate_login_code()
    waiting = Waiting(row, link_key, subject, email, name, next_url, _hash(code), time.time())
    request.session[SESSION_KEY] = asdict(waiting)
    enqueue_account_email("login_code", email=email, context={"code": code, "request": request})


def waiting_in(request: HttpRequest) -> Waiting | None:
    """Return who waits in this browser, None when no one does or the code has expired."""
    found = request.session.get(SESSION_KEY)
    if not isinstance(found, dict):
        return None
    waiting = Waiting(**found)
    if time.time() - waiting.at > settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT:
        forget(request)
        return None
    return waiting


def take_attempt(request: HttpRequest, waiting: Waiting) -> bool:
    """Count a guess before it is compared; return whether one was left."""
    session = f"{request.session.session_key}:{waiting.at}"
    return code_attempts.take(session, email=waiting.email)


def is_right(waiting: Waiting, typed: str) -> bool:
    """Return whether it is the code that was sent; the attempt of the address is given back."""
    if not constant_time_compare(waiting.code_hash, _hash(typed)):
        return False
    code_attempts.give_back(email=waiting.email)
    return True


def forget(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)


def _hash(code: str) -> str:
    plain = "".join(code.replace("-", "").split()).upper()
    return salted_hmac(SESSION_KEY, plain, algorithm="sha256").hexdigest()
