"""A person changes how many mentees they take, or takes a break."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from .. import taking_part
from ..forms.taking_part import TakingPartForm
from ..outlook import pair_news
from .submission import mine_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def change_part(request: HttpRequest, public_id: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    if not taking_part.may_change(application, application.person):
        return redirect("applications:application-sent", public_id)
    data = request.POST if request.method == "POST" else None
    news = pair_news(application)
    has_pairs = news is not None and news.is_open
    form = TakingPartForm(data, application=application, has_pairs=has_pairs)
    if data is not None and form.is_valid():
        messages.success(request, " ".join(form.save(by=application.person)))
        return redirect("applications:application-part", public_id)
    context = {
        "application": application,
        "program": application.program,
        "form": form,
        "news": news if has_pairs else None,
    }
    return render(request, "applications/part.html", context)
