"""The person's own application: its task list, its pages, check, send, withdraw."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import submission
from ..completeness import groups, missing, parts
from ..forms.base import Stale
from ..forms.registry import FORMS, sheets
from ..models import Application

State = Application.State


def mine_or_404(request, public_id):
    rows = Application.objects.of(request.user).select_related(
        "cohort__program__policy", "person__profile__employer"
    )
    return get_object_or_404(rows.prefetch_related("topic_rows__topic"), public_id=public_id)


def page_url(application, code):
    return reverse("applications:application-page", args=[application.public_id, code])


@require_safe
def tasks(request, public_id):
    application = mine_or_404(request, public_id)
    may_edit = application.may_be_edited_by(request.user)
    if not may_edit:
        return redirect("applications:application-sent", application.public_id)
    lists, left = [], missing(application)
    for number, group in enumerate(groups(application), start=1):
        rows = [
            {
                "label": part.title,
                "hint": part.hint,
                "url": page_url(application, part.code),
                "state": "not_started" if part in left else "completed",
            }
            for part in group.parts
        ]
        lists.append({"title": group.title, "rows": rows, "prefix": f"group-{number}"})
    context = {
        "application": application,
        "program": application.program,
        "lists": lists,
        "left": left,
    }
    context |= {
        "total": len(parts(application)),
        "check_url": reverse("applications:application-check", args=[public_id]),
    }
    context["continue_url"] = page_url(application, left[0].code) if left else context["check_url"]
    return render(request, "applications/tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request, public_id, code):
    application = mine_or_404(request, public_id)
    order = [part.code for part in parts(application)]
    if code not in order:
        raise Http404
    if request.method != "POST" and not application.may_be_edited_by(request.user):
        return redirect("applications:application-sent", public_id)
    form = FORMS[code](request.POST if request.method == "POST" else None, application=application)
    stale = False
    if form.is_bound and form.is_valid():
        try:
            form.save_page(by=request.user)
            return redirect(after(request, application, order, code))
        except Stale:
            form.renew()
            stale = True
    context = {
        "application": application,
        "program": application.program,
        "form": form,
        "stale": stale,
    }
    context |= {
        "number": order.index(code) + 1,
        "total": len(order),
        "from_check": "check" in request.GET,
    }
    return render(request, form.template, context)


def after(request, application, order, code):
    """Back to the check page if one came from there, else on to the next page, at the end to the check page."""
    check_url = reverse("applications:application-check", args=[application.public_id])
    if "check" in request.GET or code == order[-1]:
        return check_url
    return page_url(application, order[order.index(code) + 1])


@require_safe
def check(request, public_id):
    application = mine_or_404(request, public_id)
    if not application.may_be_edited_by(request.user):
        return redirect("applications:application-sent", public_id)
    context = {
        "application": application,
        "program": application.program,
        "sheets": [
            (sheet, rows_of(sheet), f"{page_url(application, sheet.code)}?check")
            for sheet in sheets(application)
        ],
        "left": [
            {"title": part.title, "url": f"{page_url(application, part.code)}?check"}
            for part in missing(application)
        ],
        "is_draft": application.state == State.DRAFT,
    }
    return render(request, "applications/check.html", context)


def rows_of(sheet):
    return [{"key": label, "value": lines} for label, lines in sheet.answers()]


@require_POST
def send(request, public_id):
    application = mine_or_404(request, public_id)
    if application.state == State.DRAFT and missing(application):
        messages.warning(request, _("Something is still missing. The list shows what."))
        return redirect("applications:application-check", public_id)
    submission.send(application, by=request.user)
    return redirect("applications:application-sent", public_id)


@require_safe
def sent(request, public_id):
    """Where an application stands: also the page to come back to while one waits."""
    application = mine_or_404(request, public_id)
    if application.state == State.DRAFT:
        return redirect("applications:application-tasks", public_id)
    context = {
        "application": application,
        "program": application.program,
        "may_edit": application.may_be_edited_by(request.user),
        "may_withdraw": State.WITHDRAWN in application.TRANSITIONS[application.state],
        "sheets": [(sheet, rows_of(sheet)) for sheet in sheets(application)],
    }
    return render(request, "applications/sent.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request, public_id):
    application = mine_or_404(request, public_id)
    if request.method == "POST":
        submission.withdraw(application, by=request.user)
        messages.success(
            request,
            _(
                "Your application is withdrawn. Thank you for your interest; you are welcome at any time."
            ),
        )
        return redirect("applications:application-sent", public_id)
    if State.WITHDRAWN not in application.TRANSITIONS[application.state]:
        return redirect("applications:application-sent", public_id)
    context = {
        "program": application.program,
        "question": _("Withdraw your application?"),
        "text": _(
            "The committee will not look at it any further. This cannot be undone, but you can apply again."
        ),
        "button": _("Withdraw my application"),
        "back_url": reverse("applications:application-tasks", args=[public_id]),
        "is_dangerous": True,
    }
    return render(request, "components/confirm_page.html", context)
