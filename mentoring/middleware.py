"""Small middleware for every page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme

from access.exceptions import ActionNotAllowed
from programs.models import Program, read_roles_once
from programs.role_names.speaking import speaking_for, speaking_later

Respond = Callable[[HttpRequest], HttpResponse]

PERMISSIONS = (
    "camera=(), microphone=(), geolocation=(), payment=(), "
    "publickey-credentials-get=(self), publickey-credentials-create=(self)"
)


class NullCharacterMiddleware:
    """Answer 400 to a null character in an address or a cookie, whatever would be looked up by it.

    PostgreSQL cannot even compare with one, so ids, tokens and filters of lists would answer 500.
    Django's form fields refuse it themselves.
    """

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = (request.path, unquote(request.META.get("QUERY_STRING", "")))
        if any("\0" in one for one in (*asked, *request.COOKIES.values())):
            raise BadRequest("null character")
        return self.respond(request)


class HeadersMiddleware:
    """Set headers that Django has no setting for; never cache pages of signed-in people."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Answers of middleware further up, such as the redirect to https, have no user yet.
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            response.headers["Cache-Control"] = "no-store, private"
        return response


class PersonMiddleware:
    """Activate the signed-in person's language and time zone."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.respond(request)
        # Nothing switches it back: LocaleMiddleware activates a language for each request.
        translation.activate(user.language)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(ZoneInfo(user.time_zone)):
            return self.respond(request)


class RoleNamesMiddleware:
    """Let pages name the roles as the reader's program does, unless a page says which program.

    Committee pages about several programs use the product's words, as do people of several.
    """

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(resolve_url("admin:index")):
            with speaking_for(None):
                return self.respond(request)
        with speaking_later(lambda: self._only_program(request)):
            return self.respond(request)

    @staticmethod
    def _only_program(request: HttpRequest) -> Program | None:
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return None
        theirs = Program.objects.filter(cohorts__applications__person=user).order_by().distinct()
        found = theirs[:2]
        return found[0] if len(found) == 1 else None


class RolesMiddleware:
    """Read the roles and conflicts of interest of a member once per page.

    Only where nothing is changed: a form that is sent may change them.
    """

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.respond(request)
        with read_roles_once():
            return self.respond(request)


class ActionNotAllowedMiddleware:
    """Turn ActionNotAllowed into a notice on the page that the person came from."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.respond(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ActionNotAllowed):
            return None
        messages.warning(request, str(exception))
        return HttpResponseRedirect(self._back(request))

    @staticmethod
    def _back(request: HttpRequest) -> str:
        came_from = request.headers.get("Referer", "")
        safe = url_has_allowed_host_and_scheme(
            came_from, {request.get_host()}, require_https=request.is_secure()
        )
        # A GET that is refused on the page it came from would be sent to itself without end.
        here = request.build_absolute_uri()
        if safe and (came_from != here or request.method == "POST"):
            return came_from
        return resolve_url(settings.LOGIN_REDIRECT_URL)
