"""An address that only takes forms leads a GET to the page that the form is on.

People arrive there by a reload, by "back", or by a sign-in in the middle of a form. Nothing is
done; they see the page with the button again. Redirects of this kind answer 303.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

# By the beginning of a route's name: the page of its form, where that is not an address above it.
# The first page that can be made from the same ids is taken.
PAGES: dict[str, tuple[str, ...]] = {
    "admin:applications_rosterupload_words": ("admin:applications_rosterupload_job",),
    "admin:applications_rosterupload_cancel": ("admin:applications_rosterupload_job",),
    "admin:applications_rosterupload_undo": ("admin:applications_rosterupload_job",),
    "admin:applications_application_release-": ("admin:applications_application_changelist",),
    "admin:applications_application_screening-": ("admin:applications_application_changelist",),
    "admin:applications_application_standing-": ("admin:applications_application_changelist",),
    "admin:applications_application_reader-": ("admin:applications_application_changelist",),
    "admin:applications_application_question-": ("admin:applications_application_changelist",),
    "admin:applications_application_appointment-": ("admin:applications_application_changelist",),
    "meetings:meeting-note": ("meetings:meeting-prepare",),
    "meetings:meeting-keep": ("meetings:meeting-reply",),
    # Their buttons are on several pages, and their ids name no pair: the home page has the pair.
    "meetings:meeting-step": ("dashboard:home",),
    "meetings:shared-delete": ("dashboard:home",),
    "meetings:contact-request-withdraw": ("dashboard:home",),
    "meetings:closing-talk": ("dashboard:home",),
    "meetings:certificate-create": ("dashboard:home",),
    "meetings:hours-create": ("dashboard:home",),
    "agreements:goal-progress": ("dashboard:home",),
    "agreements:step-": ("dashboard:home",),
    "agreements:activity-undone": ("dashboard:home",),
    "agreements:activity-remove": ("dashboard:home",),
    "admin:checkins_contactplan_undo": ("admin:checkins_contactplan_changelist",),
    "admin:checkins_contactplan_concern": ("admin:checkins_contactplan_changelist",),
    "admin:agreements_agreementversion_erase-scan": (
        "admin:agreements_agreementversion_changelist",
    ),
    "admin:matching_round_": ("admin:matching_round_compare", "admin:matching_round_workbench"),
    "admin:applications_rosterupload_": (
        "admin:applications_rosterupload_columns",
        "admin:applications_rosterupload_changelist",
    ),
    "admin:applications_application_wish": ("admin:applications_application_changelist",),
    "admin:later-": ("admin:index",),
    "admin:learning_libraryitem_restore": ("admin:learning_libraryitem_change",),
    "admin:programs_seed": ("admin:programs_setup",),
    **{
        f"admin:{table}_undo-merge": (f"admin:{table}_changelist",)
        for table in (
            "programs_topic",
            "programs_experience",
            "accounts_industry",
            "accounts_language",
        )
    },
}


class SeeOther(HttpResponseRedirect):
    """The answer to this address is a page at another one."""

    status_code = 303


class PostOnlyMiddleware:
    """Lead a GET that a view refuses with 405 to the page of its form."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        if response.status_code != 405 or request.method not in ("GET", "HEAD"):
            return response
        return SeeOther(page_of(request))


def page_of(request: HttpRequest) -> str:
    """Return the address of the page with the form that is sent to this address."""
    match = request.resolver_match
    name, ids = (match.view_name, match.kwargs) if match else ("", {})
    for beginning, pages in PAGES.items():
        if name.startswith(beginning):
            for page in pages:
                address = _reverse(page, ids)
                if address:
                    return address
    return page_above(request.path)


def _reverse(page: str, ids: dict[str, object]) -> str:
    of_row = {"object_id": ids["pk"]} if "pk" in ids else {}  # a page of the admin
    for kwargs in (ids, {key: ids[key] for key in ids if key == "public_id"}, of_row, {}):
        try:
            return reverse(page, kwargs=kwargs)
        except NoReverseMatch:
            continue
    return ""


def page_above(path: str) -> str:
    """Return the next address above `path` that exists."""
    parts = path.strip("/").split("/")
    while len(parts) > 1:
        parts.pop()
        above = f"/{'/'.join(parts)}/"
        try:
            resolve(above)
        except Resolver404:
            continue
        return above
    return "/"
