"""A person reads and accepts the code of conduct of a program, after the application was sent."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from .. import preparations
from ..models import Preparation
from .submission import mine_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def code_of_conduct(request: HttpRequest, public_id: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    if not preparations.may_accept_code(application):
        return redirect("applications:application-sent", public_id)  # which says how it stands
    if request.method == "POST":
        preparations.accept_code(application, by=application.person)
        messages.success(request, _("You have accepted the code of conduct. Thank you!"))
        return redirect("applications:application-sent", public_id)
    earlier = Preparation.objects.filter(application=application, kind=Preparation.Kind.CODE)
    context = {
        "application": application,
        "program": application.program,
        "earlier": earlier.order_by("-at").first(),
    }
    return render(request, "applications/code_of_conduct.html", context)
