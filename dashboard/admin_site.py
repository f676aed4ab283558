"""The committee's admin site: pages grouped by task, not by the app that holds the table."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.decorators import method_decorator
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from programs.committee import acting_member
from programs.committee_admin import CommitteeSite

from . import job_retries, mail_page, person_search
from .email_text_pages import urls as email_text_urls
from .person_search import find_person

NAV_GROUPS: tuple[tuple[str, Promise, tuple[str, ...]], ...] = (
    ("care", _("Pairs and care"),
     ("dashboard.pair", "matches.match", "checkins.concern", "checkins.checkin",
      "checkins.contactplan", "checkins.contactlog",
      "checkins.carersilence")),
    ("people", _("People"),
     ("applications.application", "accounts.user", "programs.conflict",
      "applications.rosterupload",
      "applications.mentorinvitation")),
    ("matching", _("Matching"), ("matching.round", "matching.offer", "matching.keepapart")),
    ("agreed", _("Agreements and meetings"),
     ("agreements.agreementversion", "agreements.agreementwording", "dashboard.pairmeetings",
      "meetings.meeting")),
    ("events", _("Events"), ("events.event",)),
    ("learning", _("Library and support"),
     ("support.supportrequest", "learning.libraryitem", "learning.supporttopic",
      "learning.touchtext")),
    ("feedback", _("Feedback"),
     ("checkins.suggestion", "checkins.survey", "checkins.wave", "checkins.theme",
      "checkins.adjustment")),
    ("emails", _("E-mails"),
     ("announcements.announcement", "announcements.savedgroup", "notifications.notification",
      "workflow.transition")),
    ("set-up", _("Set up"),
     ("programs.program", "programs.cohort", "programs.membership", "programs.topic",
      "programs.experience", "programs.programactivity", "programs.programquestion",
      "accounts.language", "accounts.industry", "accounts.employer")),
)  # fmt: skip
OTHER_GROUP = ("more", _("More"))


class CommitteeAdminSite(CommitteeSite):
    index_title = _("Today")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [
            path("find/", self.admin_view(self.find_view), name="find"),
            path("mail/", self.admin_view(self.mail_view), name="mail"),
            path("mail/figures/", self.admin_view(self.figures_view), name="mail-figures"),
            path("mail/check/", self.admin_view(mail_page.check), name="mail-check"),
            path("mail/test/", self.admin_view(mail_page.send_test), name="mail-test"),
            path(
                "jobs/<slug:kind>/<str:public_id>/retry/",
                self.admin_view(self.retry_view),
                name="job-retry",
            ),
            *email_text_urls.patterns(self.admin_view),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def mail_view(self, request: HttpRequest) -> HttpResponse:
        """Show a chair whether e-mail arrives."""
        return mail_page.page(request, self)

    @method_decorator(require_safe)
    def figures_view(self, request: HttpRequest) -> HttpResponse:
        """Show what was sent by kind and week, and the long jobs."""
        return mail_page.figures(request, self)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def retry_view(self, request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
        """Ask a chair whether a long job that failed is run again, and do it."""
        return job_retries.confirm(request, self, kind, public_id)

    @method_decorator(require_safe)
    def find_view(self, request: HttpRequest) -> HttpResponse:
        """Show what the member may see of one person; the field is in the head of every page."""
        text = " ".join(request.GET.get("q", "").split())
        is_too_short = len(text) < person_search.SHORTEST
        found = None if is_too_short else find_person(text, reader=acting_member(request))
        context = {
            **self.each_context(request),
            "title": gettext("Find a person"),
            "text": text,
            "is_too_short": is_too_short,
            "found": found,
            "limit": person_search.SHOWN,
        }
        return TemplateResponse(request, "admin/find.html", context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Return Django's list for one app, or all pages in `NAV_GROUPS` order.

        A page that is in no group comes last. Django asks for the list on every page, so it is
        built lazily, when a page shows it.
        """
        return SimpleLazyObject(lambda: self._app_list(request, app_label))

    def _app_list(self, request: HttpRequest, app_label: str | None) -> list[object]:
        found = super().get_app_list(request, app_label)
        if app_label:
            return found
        pages = {page["model"]._meta.label_lower: page for app in found for page in app["models"]}
        for page in pages.values():
            own = self._registry[page["model"]]
            page["name"] = getattr(own, "list_title", "") or page["name"]
            page["add_title"] = getattr(own, "menu_words", "")
        groups = [
            _nav_group(code, name, [pages.pop(one) for one in ones if one in pages])
            for code, name, ones in NAV_GROUPS
        ]
        groups.append(_nav_group(*OTHER_GROUP, list(pages.values())))
        return [group for group in groups if group["models"]]


def _nav_group(
    code: str, name: str | Promise, models: list[dict[str, object]]
) -> dict[str, object]:
    return {
        "name": name,
        "app_label": code,
        "app_url": "",
        "has_module_perms": True,
        "models": models,
    }
