"""Looking back, alone, at the end."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from matches.models import Match

from .. import reflections
from ..forms import ReflectionForm
from .own import own_match


@require_http_methods(["GET", "HEAD", "POST"])
def reflection(request, match_id):
    """Look back, alone, when the time together comes to its end."""
    match = own_match(request, match_id)
    if not reflections.may_reflect(match):
        return redirect("matches:match-detail", match_id)
    form = ReflectionForm(
        request.POST if request.method == "POST" else None, match=match, author=request.user
    )
    if form.is_valid():
        form.save(by=request.user)
        messages.success(request, _("Saved. Only you can read it."))
        return redirect("matches:match-closing", match_id)
    context = {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "form": form,
        "is_ended": match.state == Match.State.CLOSED,
    }
    return render(request, "agreements/reflection.html", context)
