"""The page "Does e-mail arrive?" for chairs: the checks, a test e-mail, and the bounces."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from notifications.bounces.mailbox import state_of_mailbox
from notifications.mail_check import explain
from notifications.mail_check.texts import NAMES, VERDICTS
from notifications.mail_events import state_of_webhook
from programs.committee import Role, acting_member, roles_held
from programs.committee_admin import CommitteeSite

from . import mail_checks, mail_figures
from .models import MailCheck
from .reachability import count_with_bouncing_address

TONES = {"ok": "ok", "advice": "amber", "wrong": "bad", "unknown": "info"}
SHOWN_TESTS = 3
MOST_COUNTED = 1000


def _chair(request: HttpRequest) -> User:
    """Return who acts. Raises PermissionDenied for members who chair no program."""
    if Role.CHAIR not in roles_held(request):
        raise PermissionDenied
    return acting_member(request)


def findings_of(check: MailCheck) -> list[dict[str, str]]:
    """Return what a check has found, in the reader's language."""
    return [
        {
            "check": str(NAMES.get(one["check"], one["check"])),
            "verdict": str(VERDICTS.get(one["verdict"], one["verdict"])),
            "tone": TONES[one["verdict"]],
            "text": explain(one["code"], one["values"]),
            "name": one["name"],
            "record": one["record"],
        }
        for one in check.findings
    ]


def page(request: HttpRequest, site: CommitteeSite) -> HttpResponse:
    member, check = _chair(request), mail_checks.latest()
    context = {
        **site.each_context(request),
        "title": _("Does e-mail arrive?"),
        "check": check,
        "findings": findings_of(check) if check else [],
        "is_asked": mail_checks.is_asked(),
        "sender": settings.DEFAULT_FROM_EMAIL,
        "tests": mail_checks.test_emails(member)[:SHOWN_TESTS],
        "address": member.address,
        "reads_mailbox": bool(settings.BOUNCE_MAILBOX_URL),
        "mailbox": state_of_mailbox(),
        "has_webhook": settings.MAIL_WEBHOOK,
        "webhook": state_of_webhook() if settings.MAIL_WEBHOOK else None,
        "may_read_figures": mail_figures.may_read(member),
        "unreachable": count_with_bouncing_address(member, MOST_COUNTED),
    }
    return TemplateResponse(request, "admin/dashboard/mail.html", context)


def figures(request: HttpRequest, site: CommitteeSite) -> HttpResponse:
    member = _chair(request)
    if not mail_figures.may_read(member):
        raise PermissionDenied
    weeks = mail_figures.weeks_until(timezone.now())
    asked = parse_week(request.GET.get("week", ""))
    totals = mail_figures.totals(weeks)
    week = asked if asked in weeks else weeks[-1]
    context = {
        **site.each_context(request),
        "title": _("What was sent, and long jobs"),
        "week": week,
        "kinds": mail_figures.rows_of(week),
        "totals": totals,
        "chart": mail_figures.chart_of(totals),
        "jobs": mail_figures.jobs_of(member),
    }
    return TemplateResponse(request, "admin/dashboard/mail_figures.html", context)


def parse_week(text: str) -> date | None:
    """Return the day in an address, None if it is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    mail_checks.ask(by=_chair(request))
    messages.success(request, _("The check was asked for. Reload this page in a minute."))
    return redirect("admin:mail")


@require_POST
def send_test(request: HttpRequest) -> HttpResponse:
    member = _chair(request)
    mail_checks.send_test(to=member)
    words = _(
        "A test e-mail to %(address)s is on its way. Reload this page to see what became of it."
    )
    messages.success(request, words % {"address": member.address})
    return redirect("admin:mail")
