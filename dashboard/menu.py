"""The menu of the committee's pages: which there are, in groups by task, and their HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.role_names.speaking import speaking_for

NAV_GROUPS: tuple[tuple[str, Promise, tuple[str, ...]], ...] = (
    ("care", _("Pairs and care"),
     ("dashboard.pair", "matches.match", "checkins.concern", "checkins.checkin",
      "checkins.contactplan", "checkins.contactlog",
      "checkins.carersilence")),
    ("people", _("People"),
     ("applications.application", "accounts.user", "programs.conflict",
      "matches.accountrecovery", "matches.accountmerge",
      "applications.rosterupload",
      "applications.mentorinvitation")),
    ("matching", _("Matching"),
     ("matching.round", "matching.offer", "matching.pairrequest", "matching.keepapart")),
    ("agreed", _("Agreements and meetings"),
     ("agreements.agreementversion", "agreements.agreementwording", "dashboard.pairmeetings",
      "meetings.meeting")),
    ("events", _("Events"), ("events.event",)),
    ("learning", _("Library and support"),
     ("support.supportrequest", "support.referral", "support.partnerorganisation",
      "support.sentby", "learning.libraryitem", "learning.lesson",
      "learning.supporttopic", "learning.touchtext")),
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
KEPT = 500  # menus, by what a member may open, language and page; addresses


@dataclass(frozen=True)
class Permitted:
    """A page that a member may open, by its model's label, and whether they may add rows there."""

    label: str
    may_add: bool


@dataclass(frozen=True)
class Line:
    """A line of the menu: the name and address of a page, and of the form that adds a row."""

    code: str
    name: str
    url: str
    add_url: str
    add_title: str


def menu(site: AdminSite, request: HttpRequest) -> str:
    """Return the menu of what the member may open; every page of the committee has it."""
    permitted = tuple(_permitted(site, request))
    current = ""
    for page in permitted:
        if request.path.startswith(_address(page.label, "changelist", get_script_prefix())):
            current = page.label
    return _html(site, permitted, current, get_language() or "", get_script_prefix())


def _permitted(site: AdminSite, request: HttpRequest) -> Iterator[Permitted]:
    for model, page in site._registry.items():
        if page.has_module_permission(request) and page.has_view_or_change_permission(request):
            yield Permitted(model._meta.label_lower, page.has_add_permission(request))


@lru_cache(maxsize=KEPT)
def _html(
    site: AdminSite, permitted: tuple[Permitted, ...], current: str, language: str, prefix: str
) -> str:
    """Return the HTML, escaped. It depends on nothing else; `language` is the active one."""
    with speaking_for(None):  # it is kept, and lists are about all programs
        return _rendered(site, permitted, current, prefix)


def _rendered(site: AdminSite, permitted: tuple[Permitted, ...], current: str, prefix: str) -> str:
    pages = {model._meta.label_lower: page for model, page in site._registry.items()}
    lines = {}
    for one in permitted:
        page = pages[one.label]
        lines[one.label] = Line(
            code=one.label.replace(".", "-"),
            name=str(getattr(page, "list_title", "") or capfirst(page.opts.verbose_name_plural)),
            url=_address(one.label, "changelist", prefix),
            add_url=_address(one.label, "add", prefix) if one.may_add else "",
            add_title=str(getattr(page, "menu_words", "")),
        )
    named = [
        (code, name, [lines.pop(label) for label in labels if label in lines])
        for code, name, labels in NAV_GROUPS
    ]
    groups = [group for group in [*named, (*OTHER_GROUP, [*lines.values()])] if group[2]]
    current_code = current.replace(".", "-")
    return render_to_string("admin/menu.html", {"groups": groups, "current": current_code})


@lru_cache(maxsize=KEPT)
def _address(label: str, verb: str, prefix: str) -> str:
    """Return the address of a page; `prefix` is the part before the first slash of all addresses.

    Looked up once: Django takes longer for it than for the rest of a line.
    """
    return reverse(f"admin:{label.replace('.', '_')}_{verb}")
