"""The page on which a carer or a chair moves the coming check-ins of one pair."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from access.exceptions import ActionNotAllowed
from matches.models import Match
from programs.committee import acting_member
from programs.committee_admin import DateInput

from ..models import CheckIn, MovedDate
from ..moving import Coming, coming_of, last_day, move_date
from ..planning import running_matches
from ..presenters import words_of_date


class DateForm(forms.Form):
    """The new day of one check-in."""

    day = forms.DateField(
        label=gettext_lazy("New day"),
        widget=DateInput(),
        error_messages={
            "required": gettext_lazy("Enter a day."),
            "invalid": gettext_lazy("Enter a day, for example 2027-03-31."),
        },
    )

    def __init__(self, data: object = None, *, one: Coming) -> None:
        super().__init__(data, prefix=f"{one.kind}-{one.ordinal}")  # type: ignore[arg-type]  # what a request has sent
        self.one = one


@require_http_methods(["GET", "HEAD", "POST"])
def dates_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the coming check-ins of a pair in the member's care; move one on POST."""
    member, now = acting_member(request), timezone.now()
    pairs = Match.objects.in_care_of(member).open().with_people()
    match = get_object_or_404(pairs.select_related("mentee__cohort__program__policy"), pk=pk)
    rows = coming_of(match, now)
    forms_by_row = {
        (one.kind, one.ordinal): DateForm(one=one, data=_data_of(request, one)) for one in rows
    }
    if request.method == "POST":
        key = (request.POST.get("kind", ""), _number(request.POST.get("ordinal", "")))
        form = forms_by_row.get(key)
        is_back = "back" in request.POST
        if form is None or is_back or form.is_valid():
            day = form.cleaned_data["day"] if form and not is_back else None
            try:
                move_date(match, *key, day, by=member)
            except ActionNotAllowed as refused:
                if form is None or is_back:
                    raise
                form.add_error("day", str(refused))
            else:
                messages.success(request, _("The date was moved. The two people are not told."))
                return redirect("admin:checkins_checkin_dates", pk)
    running = running_matches(now).get(pk=pk)
    moves = MovedDate.objects.for_committee(member).filter(match=match)
    context = {
        **admin.site.each_context(request),
        "opts": CheckIn._meta,
        "title": _("Move the dates of check-ins"),
        "match": match,
        "rows": [
            (one, words_of_date(match, one), last_day(running, one, now),
             forms_by_row[one.kind, one.ordinal])
            for one in rows
        ],
        "moves": moves.select_related("moved_by").order_by("-pk"),
    }  # fmt: skip
    return TemplateResponse(request, "admin/checkins/checkin/dates.html", context)


def _data_of(request: HttpRequest, one: Coming) -> object:
    sent = (request.POST.get("kind"), request.POST.get("ordinal"))
    is_sent = request.method == "POST" and sent == (one.kind, str(one.ordinal))
    return request.POST if is_sent and "back" not in request.POST else None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0
