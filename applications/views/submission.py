"""The person's own application: its task list, its pages, check, send, withdraw."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from programs.role_names.rows import get_row_or_404

from .. import mentor_invitations, screening, submission
from ..after_sending import optional_step
from ..appointment_links import shown_to_applicant
from ..completeness import missing, pages, parts
from ..draft_closing import was_closed
from ..form_parts import Part
from ..forms.base import EditConflict, Page
from ..forms.choices import ChoicePage
from ..forms.registry import FORMS, filled_pages, section_of
from ..forms.taking_part import part_sentences
from ..models import ApplicantQuestion, Application, Reference
from ..models.references import asks_for
from ..orientation import is_open_for, orientation_figures
from ..outlook import Outlook, outlook_of, pair_news
from ..taking_part import may_change

State = Application.State


def mine_or_404(request: HttpRequest, public_id: str) -> Application:
    rows = Application.objects.of(request.user).select_related(
        "cohort__program__policy", "person__profile__employer"
    )
    return get_row_or_404(rows.prefetch_related("topic_rows__topic"), public_id=public_id)


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
    all_parts, check_url = (
        parts(application),
        reverse("applications:application-check", args=[public_id]),
    )
    left = [page for part in all_parts for page in part.missing(application)]
    context = {
        "application": application,
        "program": application.program,
        "tasks": [_task(application, part) for part in all_parts],
        "left": [part for part in all_parts if part.missing(application)],
        "next_page": left[0] if left else None,
        "is_too_late": _is_too_late(application),
        "total": len(all_parts),
        "check_url": check_url,
        "continue_url": page_url(application, left[0].code) if left else check_url,
    }
    return render(request, "applications/tasks.html", context)


def _task(application: Application, part: Part) -> dict[str, object]:
    """Return the row of a part; it leads to what is missing of it, else to its first page."""
    left = part.missing(application)
    state = "completed" if not left else "not_started"
    if left and len(left) < len(part.pages):
        state = "incomplete"
    return {
        "label": part.title,
        "hint": part.hint,
        "url": page_url(application, (left or part.pages)[0].code),
        "state": state,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    if code not in [page.code for page in pages(application)]:
        raise Http404
    if request.method != "POST" and not application.may_be_edited_by(request.user):
        return redirect("applications:application-sent", public_id)
    form = FORMS[code](request.POST if request.method == "POST" else None, application=application)
    has_conflict = False
    if form.is_bound and form.is_valid():
        try:
            form.save_page(by=application.person)
            return redirect(_following(request, application, code))
        except EditConflict:
            form.rebase()
            has_conflict = True
    return _show(request, application, form, has_conflict=has_conflict)


def _show(
    request: HttpRequest, application: Application, form: Page, *, has_conflict: bool = False
) -> HttpResponse:
    """Show a page of the form, with its place among the parts."""
    all_parts = parts(application)
    codes = [[page.code for page in part.pages] for part in all_parts]
    number = next(place for place, one in enumerate(codes) if form.code in one)
    context = {
        "application": application,
        "program": application.program,
        "form": form,
        "has_conflict": has_conflict,
        "part": all_parts[number],
        "number": number + 1,
        "total": len(all_parts),
        "page_number": codes[number].index(form.code) + 1,
        "page_total": len(codes[number]),
        "from_check": "check" in request.GET,
        "here": change_url(application, form.code)
        if "check" in request.GET
        else page_url(application, form.code),
    }
    return render(request, form.template, context)


@require_POST
def find(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    """Show the entries of a long list that have the words; what was ticked is kept, not saved."""
    application = mine_or_404(request, public_id)
    form_class = FORMS.get(code)
    if form_class is None or not issubclass(form_class, ChoicePage):
        raise Http404
    if not application.may_be_edited_by(request.user):
        return redirect("applications:application-sent", public_id)
    form = form_class(application=application)
    form.find(request.POST, "" if "all" in request.GET else request.POST.get("find", ""))
    return _show(request, application, form)


def _following(request: HttpRequest, application: Application, code: str) -> str:
    """Return the address after a saved page: the check page if it led here, else the next page.

    Pages whose answers are read together are also changed one after the other.
    """
    order = [page.code for page in pages(application)]
    following = order[order.index(code) + 1 :][:1]
    if following and "check" in request.GET and section_of(following[0]) == section_of(code):
        return change_url(application, following[0])
    if not following or "check" in request.GET:
        return reverse("applications:application-check", args=[application.public_id])
    return page_url(application, following[0])


@require_safe
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    if not application.may_be_edited_by(request.user):
        return redirect("applications:application-sent", public_id)
    first_page: dict[str, str] = {}
    for one in pages(application):
        first_page.setdefault(section_of(one.code), one.code)
    context = {
        "application": application,
        "program": application.program,
        "pages": [
            (form, summary_rows(form), change_url(application, first_page[form.code]))
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
        "was_closed": was_closed(application),
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
        "asks_references": asks_for(application) and application.state in Reference.ASKED_IN,
        "may_invite": mentor_invitations.may_invite_as(application),
        "questions": ApplicantQuestion.objects.of(request.user).filter(
            application=application, withdrawn_at=None
        ),
        **shown_to_applicant(application),
        "orientation_is_open": is_open_for(application),
        **(orientation_figures(application) if is_open_for(application) else {}),
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
