"""The program's wording of an agreement that is being written, and its language."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from .. import drafting, text, wording, wording_pages
from ..forms import WordingForm
from ..models import AgreementVersion
from .own import own_version


@require_http_methods(["GET", "HEAD", "POST"])
def wording_update(request, match_id):
    """Show the text, and what is new in it; take the newest one in the language chosen."""
    match, version = own_version(request, match_id)
    if not version.may_be_edited_by(request.user):
        messages.info(request, drafting.CLOSED if version.is_editable else drafting.IN_FORCE)
        return redirect("agreements:agreement-detail", match_id)
    newest = wording.newest(match.program)
    form = WordingForm(
        request.POST if request.method == "POST" else None, version=version, newest=newest
    )
    if form.is_valid():
        is_new = form.save(by=request.user)
        messages.success(request, _("Saved.") if is_new else _("Nothing has changed."))
        return redirect("agreements:agreement-detail", match_id)
    is_outdated = version.wording.sha256 != newest.sha256
    context = {
        "match": match,
        "program": match.program,
        "form": form,
        "is_shared": version.state == AgreementVersion.State.SHARED,
        "wording_changes": wording_pages.differences(version) if is_outdated else [],
        "parts": text.parts_of(text.fixed_statements(version, wording.reading_language(version))),
        "button": _("Take the new text") if is_outdated else _("Save the language"),
    }
    return render(request, "agreements/wording_update.html", context)
