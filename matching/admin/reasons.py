"""A refused reason: its form again, with what was typed in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from matching.models import Round

from .pages import RefusedForm, list_url, page


def asked_again(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show the form again when its reason is refused; no other page has a place for the error.

    For htmx only say so: the form stays on the page as it is.
    """

    @wraps(view)
    def answer(request: HttpRequest, public_id: str, *args: str, **kwargs: str) -> HttpResponse:
        try:
            return view(request, public_id, *args, **kwargs)
        except RefusedForm as refused:
            if "why" not in refused.form.errors:
                raise
            if request.htmx:
                return _said(request, str(refused))
            return _form_again(request, public_id, refused)

    return answer


def _said(request: HttpRequest, text: str) -> HttpResponse:
    answer = render(request, "admin/matching/round/_said.html", {"text": text})
    answer.headers["HX-Trigger"] = "form-kept"  # so that workbench.js does not reload the panel
    return answer


def _form_again(request: HttpRequest, public_id: str, refused: RefusedForm) -> HttpResponse:
    rounds = Round.objects.visible_to(request.user).select_related("cohort__program__policy")
    round_ = get_object_or_404(rounds, public_id=public_id)
    others = {"csrfmiddlewaretoken", "why"}
    context = {
        "fields": [(name, text) for name, text in request.POST.items() if name not in others],
        "typed": request.POST.get("why", ""),
        "error": refused.form.errors["why"][0],
        "back_url": list_url(round_, request.POST.get("place", "")),
    }
    return page(request, "reason_again", _("Your reason was not saved"), round_, **context)
