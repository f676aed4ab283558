"""Signatures on paper, for the pair: the scan, and saying that one did not sign."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from programs.role_names.rows import get_row_or_404

from .. import paper, presenters, scans
from ..models import PaperScan
from .own import own_match


@require_safe
def paper_scan(request, record_id):
    """The file as it was uploaded, always as a download."""
    rows = PaperScan.objects.visible_to(request.user)
    scan = get_row_or_404(rows, record__public_id=record_id)
    response = HttpResponse(scan.data, content_type=scan.kind)
    suffix = scans.SUFFIXES[PaperScan.Kind(scan.kind)]
    response["Content-Disposition"] = f'attachment; filename="signed-agreement.{suffix}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def not_signed(request, match_id):
    """Say that one did not sign what the committee has recorded."""
    match = own_match(request, match_id)
    signature = paper.deniable(match, request.user, at=timezone.now())
    if signature is None:
        messages.info(request, _("There is no signature on paper that you could still deny."))
        return redirect("agreements:agreement-detail", match_id)
    if request.method == "POST":
        if request.POST.get("signature") != str(signature.pk):
            raise Http404
        paper.deny(signature, by=request.user)
        messages.success(
            request,
            _("Your signature is set aside. The committee and your partner get an e-mail."),
        )
        return redirect("agreements:agreement-detail", match_id)
    context = {
        "match": match,
        "program": match.program,
        "partner": match.partner_of(request.user),
        "signature": signature,
        "is_dangerous": True,
        "button": _("I did not sign this"),
        "back_url": presenters.url("agreement-detail", match),
    }
    return render(request, "agreements/not_signed.html", context)
