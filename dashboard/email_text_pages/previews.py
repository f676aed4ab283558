"""Look at an e-mail before its texts are used: invented, as a real person gets it, as a test.

As a real person only from the outbox that the member may read: of people of whom they are a
committee member in this program and with whom they have no conflict of interest.
"""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.exceptions import ActionNotAllowed
from notifications import email_preview, outbox
from notifications.editable_texts.sample import conditions_of, render_sample
from notifications.kinds import KINDS
from notifications.models import Notification
from notifications.rendering import RenderedEmail
from programs import email_texts
from programs.committee import acting_member
from programs.email_text_emails import EMAIL_TEXT_TEST, times_tested
from programs.email_texts import TextsChanged
from programs.role_names.speaking import speaking_for

from ..readable_emails import without_conflicts
from .program_lookups import in_program
from .shared import Page, warn

SHOWN_PEOPLE = 10
MAX_TESTS = 20  # of one draft: enough to look at it in every mail program
EMAIL_CSP = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],  # mail programs read styles from the elements
    "sandbox": [""],
}


def rows_for(page: Page) -> QuerySet[Notification]:
    """Return e-mails of the program that the member may read, in this language, newest first."""
    kind = KINDS[page.kind]
    rows = Notification.objects.all().of_kind_for_committee(
        kind, page.request.user, in_program(kind.about, page.program)
    )
    found = without_conflicts(rows, page.request).filter(recipient__language=page.language)
    return found.select_related("recipient").order_by("-pk")


def people(page: Page) -> list[tuple[int, str]]:
    """Return (id of the e-mail, name) of people who got or will get one, each once."""
    found: dict[str, int] = {}
    for row in rows_for(page)[: SHOWN_PEOPLE * 2]:
        found.setdefault(str(row.recipient), row.pk)
    return [(pk, name) for name, pk in found.items()][:SHOWN_PEOPLE]


def _chosen(page: Page) -> Notification | None:
    asked = page.request.GET.get("email", "")
    if not asked:
        return None
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 18 else 0
    return get_object_or_404(rows_for(page), pk=number)


def _rendered(page: Page, row: Notification | None) -> RenderedEmail:
    own = page.versions.written
    if row is not None:
        return email_preview.render(row, own)
    with speaking_for(page.program):
        return render_sample(
            page.kind,
            page.language,
            own,
            program_name=page.program.name,
            holds=page.request.GET.getlist("holds"),
        )


@require_safe
def preview_view(request: HttpRequest, pk: int, kind: str, language: str) -> HttpResponse:
    """Show the e-mail as text, with what is written now."""
    page = Page.of(request, pk, kind, language)
    row = _chosen(page)
    held = request.GET.getlist("holds")
    context = {
        **page.context(_("Preview: %(name)s") % {"name": page.name}),
        "email": _rendered(page, row),
        "row": row,
        "person": row.recipient if row else None,
        "people": people(page),
        "conditions": [(one, words, one in held) for one, words in conditions_of(kind).items()],
        "query": request.GET.urlencode(),
    }
    return TemplateResponse(request, "admin/dashboard/email_texts/preview.html", context)


def _as_an_email(response: HttpResponse) -> HttpResponse:
    """Give a page the rules of an e-mail, in place of those of our own pages."""
    response._csp_replace = EMAIL_CSP  # type: ignore[attr-defined]  # what `csp.decorators.csp_replace` sets
    return response


@require_safe
def html_view(request: HttpRequest, pk: int, kind: str, language: str) -> HttpResponse:
    """Show the e-mail alone, with its colours, as a mail program does; nothing in it can run."""
    page = Page.of(request, pk, kind, language)
    email = email_preview.disable_links(_rendered(page, _chosen(page)))
    return _as_an_email(HttpResponse(email.html or email.text))


@require_POST
def test_view(request: HttpRequest, pk: int, kind: str, language: str) -> HttpResponse:
    """Send what is written now to the chair who asks, as an invented person would get it."""
    page = Page.of(request, pk, kind, language)
    member, row = acting_member(request), page.versions.draft or page.versions.current
    if not page.is_chair:
        raise ActionNotAllowed(_("You don't have permission to do this."))
    if row is None:
        raise ActionNotAllowed(_("Save a draft first: there is nothing of yours to test."))
    count = times_tested(row, member)
    if count >= MAX_TESTS:
        raise ActionNotAllowed(_("You have sent enough tests of this version. Change it first."))
    outbox.enqueue(EMAIL_TEXT_TEST, to=member, about=row, ordinal=count + 1)
    messages.success(
        request, _("The test is on its way to %(address)s.") % {"address": member.email}
    )
    return page.go("preview")


@require_POST
def publish_view(request: HttpRequest, pk: int, kind: str, language: str) -> HttpResponse:
    """Use the draft from the next e-mail on."""
    page = Page.of(request, pk, kind, language)
    try:
        email_texts.publish(*page.key, by=acting_member(request), seen=request.POST.get("seen", ""))
    except TextsChanged as error:
        warn(request, error)
        return page.go("preview")
    except ValidationError:
        messages.error(
            request,
            _(
                "This draft breaks a rule that is newer than it. Save it again: the reason is then "
                "beside each text."
            ),
        )
        return page.go()
    messages.success(
        request, _("Published. Every e-mail that is sent from now on has these words.")
    )
    return page.go()
