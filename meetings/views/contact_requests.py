"""Pages of requests for a contact. Only the pair can open them."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.exceptions import ActionNotAllowed
from matches.models import Match
from programs.role_names.rows import get_row_or_404

from .. import contact_requests
from ..forms import AnswerContactRequestForm, ContactRequestForm
from ..models import ContactRequest
from .pages import own_match, posted


def own_contact_request(request, contact_request_id):
    people = ("match__mentee__person", "match__mentor__person", "match__mentee__cohort__program")
    rows = ContactRequest.objects.visible_to(request.user).select_related(*people, "asker", "item")
    return get_row_or_404(rows, public_id=contact_request_id)


def contact_request_create(request, match_id):
    match = own_match(request, match_id)
    form = ContactRequestForm(posted(request))
    partner = match.partner_of(request.user)
    if form.is_bound and form.is_valid():
        try:
            form.save_for(match, by=request.user)
        except ActionNotAllowed as refused:
            form.add_error(None, refused.message)
        else:
            text = _("We are asking %(name)s. You get an e-mail when there is an answer.")
            messages.success(request, text % {"name": partner.first_name or partner.name})
            return redirect("meetings:shared-list", match.public_id)
    context = {
        "match": match,
        "program": match.program,
        "partner": partner,
        "form": form,
        "is_open": match.state != Match.State.CLOSED,
    }
    return render(request, "meetings/contact_request_create.html", context)


def contact_request_answer(request, contact_request_id):
    row = own_contact_request(request, contact_request_id)
    is_asker = row.asker == request.user
    form = AnswerContactRequestForm(posted(request), initial={"name": ""})
    if form.is_bound and form.is_valid():
        try:
            form.save(row, by=request.user)
        except ActionNotAllowed as refused:
            form.add_error(None, refused.message)
        else:
            state = ContactRequest.State
            texts = {
                state.PROMISED: _("Saved. Come back here once the person has agreed."),
                state.SHARED: _("Shared with %(name)s."),
                state.DECLINED: _("Saved. %(name)s hears that it is not possible."),
            }
            name = row.asker.first_name or row.asker.name
            messages.success(request, texts[row.state] % {"name": name})
            return redirect("meetings:shared-list", row.match.public_id)
    context = {
        "row": row,
        "match": row.match,
        "program": row.match.program,
        "partner": row.match.partner_of(request.user),
        "form": form,
        "may_answer": row.is_open and not is_asker and row.match.state != Match.State.CLOSED,
        "may_withdraw": row.is_open and is_asker and row.match.state != Match.State.CLOSED,
    }
    return render(request, "meetings/contact_request.html", context)


@require_POST
def contact_request_withdraw(request, contact_request_id):
    row = own_contact_request(request, contact_request_id)
    contact_requests.withdraw(row, by=request.user)
    messages.success(request, _("Taken back: %(what)s.") % {"what": row.wished})
    return redirect("meetings:shared-list", row.match.public_id)
