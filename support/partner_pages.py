"""The participants' page that asks which organisation sent them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from applications.models import Application

from .partner_forms import SentByForm


@require_http_methods(["GET", "HEAD", "POST"])
def sent_by(request: HttpRequest, application_id: str) -> HttpResponse:
    """Choose one of the organisations that send people, or none."""
    reader = request.user
    assert isinstance(reader, User)  # every page of this app asks to sign in
    rows = Application.objects.of(reader).exclude(state=Application.State.DRAFT)
    application = get_object_or_404(
        rows.select_related("cohort__program"), public_id=application_id
    )
    form = SentByForm(request.POST if request.method == "POST" else None, application=application)
    if form.is_valid():
        form.save(by=reader)
        messages.success(request, _("Saved. Thank you."))
        return redirect("applications:application-sent", application_id)
    context = {"application": application, "program": application.cohort.program, "form": form}
    return render(request, "support/sent_by.html", context)
