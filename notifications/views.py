"""Pages behind the links in e-mails. Opening one never changes anything; only its button does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from access.tokens import BadToken, Claim

from . import bounces, links, preferences
from .forms import PreferencesForm
from .kinds import Stream
from .recipients import Account

View = Callable[..., HttpResponse]


def link_page(view: View) -> View:
    """For pages with a token in their URL: not cached, not indexed, not sent to other sites.

    `strict-origin` and not `no-referrer`: with the latter, browsers send `Origin: null` and
    Django's CSRF check refuses the form.
    """

    @login_not_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def page(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "strict-origin"
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return page


def link_expired(request: HttpRequest) -> HttpResponse:
    """Return the same page for every reason: a stranger must not learn which one it is."""
    return render(request, "notifications/link_expired.html", status=404)


@link_page
def go(request: HttpRequest, purpose: str, token: str) -> HttpResponse:
    """Check the link and call the view of its purpose, in the person's language and time zone."""
    known = links.PURPOSES.get(purpose)
    if known is None:
        return link_expired(request)
    if known.is_for_guests:
        return _go_as_guest(request, known, token)
    try:
        claim, person = links.open_token(purpose, token)
        subject = links.subject_of(claim, known.model)
    except BadToken:
        return link_expired(request)
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        return known.view(request, claim, person, subject)


def _go_as_guest(request: HttpRequest, known: links.Purpose, token: str) -> HttpResponse:
    try:
        claim, subject = links.open_guest_token(known, token)
    except BadToken:
        return link_expired(request)
    return known.view(request, claim, subject)


@links.purpose("mail", model="accounts.User")
def preferences_by_link(
    request: HttpRequest, claim: Claim, person: Account, subject: Account
) -> HttpResponse:
    """Change preferences without signing in. The page does not show the current choice."""
    done = ""
    if request.method == "POST" and subject == person:
        done = _apply_choice(request.POST.get("choice", ""), person)
    context = {
        "done": done,
        "streams": preferences.offered(person),
        "pause_days": preferences.PAUSE_DAYS,
    }
    return render(request, "notifications/preferences_by_link.html", context)


def _apply_choice(choice: str, person: Account) -> str:
    """Do what a button says and return what was done; an unknown choice does nothing."""
    now = timezone.now()
    if choice == "pause":
        return _paused_until(preferences.pause(person, at=now))
    if choice == "all":
        preferences.set_wanted_streams(person, set(preferences.CAN_BE_MUTED), at=now)
        return _("You will get all e-mails again.")
    if choice in preferences.CAN_BE_MUTED:
        preferences.mute(person, choice, at=now)
        return _("You will no longer get these e-mails: %(stream)s.") % {
            "stream": Stream(choice).label
        }
    return ""


def _paused_until(until: datetime) -> str:
    day = formats.date_format(timezone.localtime(until), "DATE_FORMAT")
    return _("Non-essential e-mails are paused until %(day)s.") % {"day": day}


@csrf_exempt
@link_page
def unsubscribe(request: HttpRequest, stream: str, token: str) -> HttpResponse:
    """One-click unsubscribe (RFC 8058): a mail program posts here without a cookie.

    Good and expired links get the same answer. The token is made for one stream, so the button of
    one e-mail never turns off a stream that it is not part of.
    """
    is_pressed = request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click"
    guest = links.PURPOSES.get(stream)
    if guest and guest.one_click:
        return _unsubscribe_guest(request, guest, token, is_pressed=is_pressed)
    streams = stream.split("-")  # an e-mail that tells several things may have two
    if is_pressed and set(streams) <= set(preferences.CAN_BE_MUTED):
        try:
            _claim, person = links.open_token(f"unsubscribe-{stream}", token)
            preferences.mute(person, *streams, at=timezone.now())
        except BadToken:
            pass  # nothing to turn off, and a stranger must not learn why
    return render(request, "notifications/unsubscribe.html", {"is_done": is_pressed})


def _unsubscribe_guest(
    request: HttpRequest, purpose: links.Purpose, token: str, *, is_pressed: bool
) -> HttpResponse:
    """Do the one click of an e-mail to an address without an account; a reader gets its page."""
    if not is_pressed:
        return redirect("notifications:go", purpose.name, token)
    try:
        _claim, subject = links.open_guest_token(purpose, token)
        if subject is not None and purpose.one_click:
            purpose.one_click(subject)
    except BadToken:
        pass  # nothing to delete, and a stranger must not learn why
    context = {"is_done": True, "is_guest": True}
    return render(request, "notifications/unsubscribe.html", context)


def _person(request: HttpRequest) -> Account:
    """Return who is signed in; LoginRequiredMiddleware lets no one else reach these views."""
    assert request.user.is_authenticated
    return request.user


@require_http_methods(["GET", "HEAD", "POST"])
def preferences_page(request: HttpRequest) -> HttpResponse:
    person = _person(request)
    muted = preferences.muted_streams(person, timezone.now())
    offered = preferences.offered(person)
    wanted = [stream.value for stream in offered if stream not in muted]
    data = request.POST if request.method == "POST" else None
    form = PreferencesForm(data, initial={"streams": wanted}, person=person)
    if form.is_valid():
        messages.success(request, form.save(by=person))
        return redirect("notifications:preferences")
    paused = {stream: muted[stream] for stream in offered if muted.get(stream)}
    context = {
        "form": form,
        "paused": ", ".join(str(stream.label) for stream in paused),
        "paused_until": max(filter(None, paused.values()), default=None),
        "pause_days": preferences.PAUSE_DAYS,
        "bounce": bounces.bounce_of(person),
    }
    return render(request, "notifications/preferences.html", context)


@require_POST
def preferences_pause(request: HttpRequest) -> HttpResponse:
    until = preferences.pause(_person(request), at=timezone.now())
    messages.success(request, _paused_until(until))
    return redirect("notifications:preferences")


@require_POST
def address_works(request: HttpRequest) -> HttpResponse:
    """Send to the person's address again; a second time does nothing."""
    if bounces.works_again(_person(request), at=timezone.now()):
        messages.success(request, _("Thank you. What waited for you is being sent now."))
    else:
        messages.info(request, _("We send e-mails to your address already."))
    return redirect("notifications:preferences")
