"""The committee's desk: the admin's pages in the order of the work, not of the apps that hold their tables."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from programs.committee_admin import CommitteeSite

DRAWERS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("care", _("Pairs and care"), ("dashboard.pair", "checkins.concern", "checkins.checkin", "checkins.contactlog")),
    ("people", _("People"), ("applications.application", "accounts.user", "programs.conflict", "applications.rosterupload")),
    ("matching", _("Matching"), ("matching.round", "matching.keepapart", "matches.match")),
    ("agreed", _("Agreements and meetings"), ("agreements.agreementversion", "meetings.meeting")),
    ("listening", _("Listening"), ("checkins.survey", "checkins.wave")),
    ("letters", _("Letters"), ("notifications.notification", "workflow.transition")),
    ("set-up", _("Set up"), ("programs.program", "programs.cohort", "programs.membership", "programs.topic",
                             "programs.experience", "accounts.language", "accounts.industry", "accounts.employer")),
)  # fmt: skip
REST = ("more", _("More"))


class Desk(CommitteeSite):
    index_title = _("Today")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Django's list of one app; all pages together come in drawers. A page that nobody sorted stands at the end.

        Django asks for it with every page; it is made when a page shows it.
        """
        return SimpleLazyObject(lambda: self._app_list(request, app_label))

    def _app_list(self, request: HttpRequest, app_label: str | None) -> list[Any]:
        found = super().get_app_list(request, app_label)
        if app_label:
            return found
        pages = {page["model"]._meta.label_lower: page for app in found for page in app["models"]}
        drawers = [
            _drawer(code, name, [pages.pop(one) for one in ones if one in pages])
            for code, name, ones in DRAWERS
        ]
        drawers.append(_drawer(*REST, list(pages.values())))
        return [drawer for drawer in drawers if drawer["models"]]


def _drawer(code: str, name: Any, models: list[Any]) -> dict[str, Any]:
    return {
        "name": name,
        "app_label": code,
        "app_url": "",
        "has_module_perms": True,
        "models": models,
    }
