"""The committee's admin site: pages grouped by task, not by the app that holds the table."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from programs.committee import acting_member
from programs.committee_admin import CommitteeSite

from . import job_retries, mail_page, person_search, today, today_page, topic_page
from .email_text_pages import urls as email_text_urls
from .menu import menu
from .person_search import find_person


class CommitteeAdminSite(CommitteeSite):
    index_title = _("Today")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [
            path("find/", self.admin_view(self.find_view), name="find"),
            path("later/", self.admin_view(self.later_view), name="later"),
            path("later/again/", self.admin_view(self.show_again_view), name="later-again"),
            path("later/back/", self.admin_view(self.give_back_view), name="later-back"),
            path(
                "cohorts/<slug:slug>/topics/",
                self.admin_view(self.topics_view),
                name="cohort-topics",
            ),
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

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def later_view(self, request: HttpRequest) -> HttpResponse:
        """Leave a line of Today for later, or ask another member to do it."""
        return today_page.later(request, self)

    @method_decorator(require_POST)
    def show_again_view(self, request: HttpRequest) -> HttpResponse:
        """Show a line of Today again."""
        return today_page.undo(request, today.show_again)

    @method_decorator(require_POST)
    def give_back_view(self, request: HttpRequest) -> HttpResponse:
        """Give a line of Today back to who asked."""
        return today_page.undo(request, today.give_back)

    @method_decorator(require_safe)
    def topics_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Show what the mentees of a cohort ask for, and what its mentors offer."""
        return topic_page.page(request, self, slug)

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

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[object]:
        """Return no list by app, which Django builds for every page: `menu` has all pages."""
        return []

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the menu, which is built when a page shows it."""
        return {
            **super().each_context(request),
            "menu": SimpleLazyObject(lambda: menu(self, request)),
        }
