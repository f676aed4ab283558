"""The person's own application: its task list, its pages, check, send, withdraw."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import mentor_invitations, screening, submission
from ..after_sending import optional_step
from ..completeness import groups, missing, parts
from ..form_parts import Part
from ..forms.base import EditConflict, Page
from ..forms.registry import FORMS, filled_pages
from ..forms.taking_part import part_sentences
from ..models import ApplicantQuestion, Application
from ..orientation import orientation_figures
from ..outlook import Outlook, outlook_of, pair_news
from ..taking_part import may_change

State = Application.State


def mine_or_404(request: HttpRequest, public_id: str) -> Application:
    rows = Application.objects.of(request.user).select_related(
        "cohort__program__policy", "person__profile__employer"
    )
    return get_object_or_404(rows.prefetch_related("topic_rows__topic"), public_id=public_id)


def page_url(application: Application, code: str) -> str:
    return reverse("applications:application-page", args=[application.public_id, code])


def change_url(application: Application, code: str) -> str:
    """Return the address of a page that leads back to the check page when it is saved."""
    return f"{page_url(application, code)}?check"


@require_safe
def tasks(request: HttpRequest, public_id: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    if not application.may_be_edited_by(request.user):
        return redirect("applications:application-sent", application.public_id)
    left = missing(application)
    check_url = reverse("applications:application-check", args=[public_id])
    context = {
        "application": application,
        "program": application.program,
        "lists": [
            {
                "title": group.title,
                "rows": [_task(application, part, is_left=part in left) for part in group.parts],
                "prefix": f"group-{number}",
            }
            for number, group in enumerate(groups(application), start=1)
        ],
        "left": left,
        "is_too_late": _is_too_late(application),
        "total": len(parts(application)),
        "check_url": check_url,
        "continue_url": page_url(application, left[0].code) if left else check_url,
    }
    return render(request, "applications/tasks.html", context)


def _task(application: Application, part: Part, *, is_left: bool) -> dict[str, object]:
    return {
        "label": part.title,
        "hint": part.hint,
        "url": page_url(application, part.code),
        "state": "not_started" if is_left else "completed",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    order = [part.code for part in parts(application)]
    if code not in order:
        raise Http404
    if request.method != "POST" and not application.may_be_edited_by(request.user):
        return redirect("applications:application-sent", public_id)
    form = FORMS[code](request.POST if request.method == "POST" else None, application=application)
    has_conflict = False
    if form.is_bound and form.is_valid():
        try:
            form.save_page(by=application.person)
            return redirect(_following(request, application, order, code))
        except EditConflict:
            form.rebase()
            has_conflict = True
    context = {
        "application": application,
        "program": application.program,
        "form": form,
        "has_conflict": has_conflict,
        "number": order.index(code) + 1,
        "total": len(order),
        "from_check": "check" in request.GET,
    }
    return render(request, form.template, context)


def _following(request: HttpRequest, application: Application, order: list[str], code: str) -> str:
    """Return the address after a saved page: the check page if it led here, else the next page."""
    if "check" in request.GET or code == order[-1]:
        return reverse("applications:application-check", args=[application.public_id])
    return page_url(application, order[order.index(code) + 1])


@require_safe
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    if not application.may_be_edited_by(request.user):
        return redirect("applications:application-sent", public_id)
    context = {
        "application": application,
        "program": application.program,
        "pages": [
            (form, summary_rows(form), change_url(application, form.code))
            for form in filled_pages(application)
        ],
        "left": [
            {"title": part.title, "url": change_url(application, part.code)}
            for part in missing(application)
        ],
        "is_draft": application.state == State.DRAFT,
        "is_too_late": _is_too_late(application),
    }
    return render(request, "applications/check.html", context)


def _is_too_late(application: Application) -> bool:
    return outlook_of(application, timezone.localdate()) == Outlook.TOO_LATE


def summary_rows(form: Page) -> list[dict[str, object]]:
    return [{"key": label, "value": lines} for label, lines in form.answers()]


@require_POST
def send(request: HttpRequest, public_id: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    if application.state == State.DRAFT and missing(application):
        messages.warning(
            request, _("Your application is not complete. The list shows what is missing.")
        )
        return redirect("applications:application-check", public_id)
    submission.send(application, by=application.person)
    step = optional_step(application)
    sent_url = reverse("applications:application-sent", args=[public_id])
    return redirect(step.url if step else sent_url)


@require_safe
def sent(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the state of an application and what happens next."""
    application = mine_or_404(request, public_id)
    if application.state == State.DRAFT:
        return redirect("applications:application-tasks", public_id)
    news = pair_news(application)
    outlook = outlook_of(application, timezone.localdate(), news)
    context = {
        "application": application,
        "program": application.program,
        "outlook": outlook,
        "missing_checks": (
            screening.missing_checks(application) if outlook == Outlook.CHECKS_MISSING else []
        ),
        "pair_news": news,
        "may_edit": application.may_be_edited_by(request.user),
        "may_withdraw": State.WITHDRAWN in application.TRANSITIONS[application.state],
        "pages": [(form, summary_rows(form)) for form in filled_pages(application)],
        "part_sentences": (
            part_sentences(application) if may_change(application, application.person) else []
        ),
        "optional_step": optional_step(application),
        "may_invite": mentor_invitations.may_invite_as(application),
        "questions": ApplicantQuestion.objects.of(request.user).filter(
            application=application, withdrawn_at=None
        ),
        **orientation_figures(),
    }
    return render(request, "applications/sent.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    if request.method == "POST":
        submission.withdraw(application, by=application.person)
        messages.success(
            request,
            _("Your application has been withdrawn."),
        )
        return redirect("applications:application-sent", public_id)
    if State.WITHDRAWN not in application.TRANSITIONS[application.state]:
        return redirect("applications:application-sent", public_id)
    context = {
        "program": application.program,
        "question": _("Withdraw your application?"),
        "text": _(
            "The committee will not consider it any further. You can't undo this. "
            "You can apply again while applications are open."
        ),
        "lines": submission.effects_of_withdrawal(application),
        "button": _("Withdraw my application"),
        "back_url": reverse("applications:application-tasks", args=[public_id]),
        "is_dangerous": True,
    }
    return render(request, "components/confirm_page.html", context)
