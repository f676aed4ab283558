"""What the pages of e-mail texts share: whose texts, and what every page shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from notifications.editable_texts.blocks import is_editable
from notifications.kinds import label_of
from programs import email_texts
from programs.committee import Role, acting_member, holds
from programs.email_texts import LANGUAGES, TextsChanged, Versions
from programs.models import EmailText, Program
from programs.program_texts import language_in_sentence


@dataclass(frozen=True)
class Page:
    """The texts of one kind in one language, as a member of the committee asks for them."""

    request: HttpRequest
    program: Program
    kind: str
    language: str

    @classmethod
    def of(cls, request: HttpRequest, pk: int, kind: str, language: str) -> Page:
        """Return the page of a program that the member may read. Raises Http404."""
        if language not in LANGUAGES or not is_editable(kind):
            raise Http404
        return cls(request, find_program(request, pk), kind, language)

    @cached_property
    def versions(self) -> Versions:
        return email_texts.versions_of(self.program, self.kind, self.language)

    @property
    def key(self) -> tuple[Program, str, str]:
        return self.program, self.kind, self.language

    @property
    def is_chair(self) -> bool:
        return holds(self.request, self.program, Role.CHAIR)

    def url(self, name: str, *more: object) -> str:
        """Return the address of a page of these texts; "" for the one to write them."""
        route = f"admin:email-text-{name}" if name else "admin:email-text"
        return reverse(route, args=[self.program.pk, self.kind, self.language, *more])

    def go(self, name: str = "", *more: object) -> HttpResponse:
        return redirect(self.url(name, *more))

    def context(self, title: str) -> dict[str, object]:
        return {
            **admin.site.each_context(self.request),
            "title": title,
            "program": self.program,
            "kind": self.kind,
            "language": self.language,
            "language_name": language_in_sentence(self.language),
            "label": label_of(self.kind),
            "versions": self.versions,
            "seen": self.versions.stamp,
            "is_chair": self.is_chair,
            "page_url": self.url(""),
            "preview_url": self.url("preview"),
        }

    @property
    def name(self) -> str:
        """Return what the texts are called: the kind and the language."""
        words = {"email": label_of(self.kind), "language": language_in_sentence(self.language)}
        return _("%(email)s (%(language)s)") % words


def find_program(request: HttpRequest, pk: int) -> Program:
    return get_object_or_404(Program.objects.for_committee(request.user), pk=pk)


def changed_meanwhile(request: HttpRequest, error: TextsChanged, what_now: str) -> str:
    """Return what to say when someone else was faster, or the same member in another window."""
    newest: EmailText | None = error.newest
    if newest is None:
        words = _("Someone has changed these texts meanwhile. Nothing was saved.")
        return f"{words} {what_now}"
    is_own = newest.by_id == acting_member(request).pk
    moment = formats.date_format(timezone.localtime(newest.at), "DATETIME_FORMAT")
    words = (
        _("You have changed these texts yourself on %(moment)s. Nothing more was saved.")
        if is_own
        else _(
            "%(name)s changed these texts on %(moment)s, while you were reading. Nothing was saved."
        )
    )
    return f"{words % {'name': newest.by, 'moment': moment}} {what_now}"


def warn(request: HttpRequest, error: TextsChanged) -> None:
    messages.warning(request, changed_meanwhile(request, error, _("Read them again.")))
