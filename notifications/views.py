"""Pages behind the links of letters. Opening one never changes anything; only its button does."""

from __future__ import annotations

from functools import wraps
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from access.tokens import BadToken

from . import links, preferences
from .forms import PreferencesForm
from .kinds import Stream


def link_page(view):
    """For pages with a token in their address: not stored, not indexed, and the token stays out of other sites' logs.

    `strict-origin` and not `no-referrer`: with the latter browsers send `Origin: null`, and Django's CSRF check refuses.
    """

    @login_not_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def page(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "strict-origin"
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return page


def link_over(request):
    """One page for every reason: a stranger must not learn which."""
    return render(request, "notifications/link_over.html", status=404)


@link_page
def go(request, purpose, token):
    """Check the link and hand over to the app that it belongs to, in the person's language and zone."""
    known = links.PURPOSES.get(purpose)
    if known is None:
        return link_over(request)
    try:
        claim, person = links.open_token(purpose, token)
        subject = links.subject_of(claim, known.model)
    except BadToken:
        return link_over(request)
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        return known.view(request, claim, person, subject)


@links.purpose("mail", model="accounts.User")
def mail_by_link(request, claim, person, subject):
    """Preferences without signing in: the page offers, and does not tell what is chosen now."""
    done = ""
    if request.method == "POST" and subject == person:
        done = _follow(request.POST.get("wish", ""), person)
    return render(
        request,
        "notifications/preferences_by_link.html",
        {"done": done, "streams": preferences.offered()},
    )


def _follow(wish, person):
    """Do what a button says; return it in words. An unknown wish does nothing."""
    now = timezone.now()
    if wish == "pause":
        return _("Only what is necessary reaches you until %(day)s.") % {
            "day": _day(preferences.pause(person, at=now))
        }
    if wish == "all":
        preferences.choose(person, set(preferences.CAN_BE_SILENCED), at=now)
        return _("You get all messages again.")
    if wish in preferences.CAN_BE_SILENCED:
        preferences.silence(person, wish, at=now)
        return _("You will not get these any more: %(stream)s.") % {"stream": Stream(wish).label}
    return ""


def _day(moment):
    return timezone.localtime(moment).date().isoformat()


@csrf_exempt
@link_page
def unsubscribe(request, stream, token):
    """One-click unsubscribe of RFC 8058: a mail program posts here without cookie. Good and stale links get the same
    answer; the address knows its stream, so the button of one letter never turns off another."""
    is_pressed = request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click"
    if is_pressed and stream in preferences.CAN_BE_SILENCED:
        try:
            _claim, person = links.open_token(f"unsubscribe-{stream}", token)
            preferences.silence(person, stream, at=timezone.now())
        except BadToken:
            pass  # nothing to turn off, and nothing to tell a stranger
    return render(request, "notifications/unsubscribe.html", {"is_done": is_pressed})


@require_http_methods(["GET", "HEAD", "POST"])
def preferences_page(request):
    now = timezone.now()
    off = preferences.silenced(request.user, now)
    wanted = [stream.value for stream in preferences.offered() if stream not in off]
    form = PreferencesForm(
        request.POST if request.method == "POST" else None, initial={"streams": wanted}
    )
    if form.is_valid():
        form.save(by=request.user)
        messages.success(request, _("Your choice is saved."))
        return redirect("notifications:preferences")
    paused_until = max(filter(None, off.values()), default=None)
    return render(
        request, "notifications/preferences.html", {"form": form, "paused_until": paused_until}
    )


@require_POST
def preferences_pause(request):
    until = preferences.pause(request.user, at=timezone.now())
    messages.success(
        request, _("Only what is necessary reaches you until %(day)s.") % {"day": _day(until)}
    )
    return redirect("notifications:preferences")
