"""The e-mails of a program in groups, and whose words each of them has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from notifications.editable_texts.blocks import is_editable
from notifications.editable_texts.vocabulary import FIXED_KINDS
from notifications.kinds import KINDS, Kind, label_of
from programs import email_texts
from programs.committee import Role, holds
from programs.models import EmailText, Program
from programs.program_texts import language_in_sentence, languages_of

from .shared import find_program

TO_MEMBERS = "members"
GROUPS: dict[str, str | Promise] = {  # {app of the kind: what the committee calls its e-mails}
    "applications": gettext_lazy("Applying"),
    "matching": gettext_lazy("Rounds and offers"),
    "matches": gettext_lazy("Pairs: introduction, pause, end"),
    "agreements": gettext_lazy("Agreement and goals"),
    "meetings": gettext_lazy("Meetings and contacts"),
    "checkins": gettext_lazy("Check-ins"),
    "events": gettext_lazy("Events"),
    "programs": gettext_lazy("Visitors and new members"),
    TO_MEMBERS: gettext_lazy("To committee members, about their work"),
}


@dataclass(frozen=True)
class State:
    """Whose words an e-mail has in one language."""

    language: str
    version: EmailText | None
    has_draft: bool

    @property
    def language_label(self) -> str:
        return capfirst(language_in_sentence(self.language))

    @property
    def is_own(self) -> bool:
        return bool(self.version and self.version.texts)

    @property
    def has_moved(self) -> bool:
        """Return whether our words have changed since the program wrote its own."""
        return bool(self.version and email_texts.moved_defaults(self.version))


@dataclass(frozen=True)
class Row:
    """One kind of e-mail; `fixed` says why its words can't be changed."""

    kind: str
    states: list[State]
    fixed: str = ""

    @property
    def label(self) -> str:
        return label_of(self.kind)


def group_of(kind: Kind) -> str:
    return TO_MEMBERS if kind.to_members or kind.app not in GROUPS else kind.app


def groups(program: Program) -> Iterable[tuple[str, list[Row]]]:
    """Yield (name, rows) of each group; from two queries."""
    found: dict[str, list[Row]] = {name: [] for name in GROUPS}
    published, drafts = email_texts.in_use(program), email_texts.drafts(program)
    languages = languages_of(program)
    for kind in sorted(KINDS.values(), key=lambda one: str(one.label)):
        fixed = str(FIXED_KINDS.get(kind.name, ""))
        states = [
            State(one, published.get((kind.name, one)), (kind.name, one) in drafts)
            for one in languages
            if is_editable(kind.name)
        ]
        found[group_of(kind)].append(Row(kind.name, states, fixed))
    for name, rows in found.items():
        yield str(GROUPS[name]), rows


@require_safe
def programs_view(request: HttpRequest) -> HttpResponse:
    """Lead to the program whose e-mails are meant; list the programs if there are several."""
    found = list(Program.objects.for_committee(request.user).order_by("name"))
    if len(found) == 1:
        return redirect("admin:email-texts", found[0].pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Texts of e-mails"),
        "programs": found,
    }
    return TemplateResponse(request, "admin/dashboard/email_texts/programs.html", context)


@require_safe
def list_view(request: HttpRequest, pk: int) -> HttpResponse:
    """List every e-mail in each language."""
    program = find_program(request, pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Texts of e-mails"),
        "program": program,
        "groups": list(groups(program)),
        "is_chair": holds(request, program, Role.CHAIR),
    }
    return TemplateResponse(request, "admin/dashboard/email_texts/list.html", context)
