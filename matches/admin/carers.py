"""Choosing carers: for some pairs, and for all pairs of a member who leaves."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import CHANGE
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.care_emails import pairs_of
from matches.carers import ASSIGNERS, assign_carer, possible_carers
from matches.models import Match
from programs.committee_admin import changed, log_action
from programs.models import Membership

from .endings import page

SHOWN = 200  # pairs on the page; more are handed over in turns


class CarerForm(forms.Form):
    """Choose one of `carers`."""

    carer = forms.ChoiceField(label=gettext_lazy("Carer"))

    def __init__(self, data: QueryDict | None, *, carers: list[User]) -> None:
        super().__init__(data)
        self.carers = {str(user.public_id): user for user in carers}
        names = [(key, str(user)) for key, user in self.carers.items()]
        self.fields["carer"].choices = [("", _("Choose")), *names]

    @property
    def chosen(self) -> User:
        return self.carers[self.cleaned_data["carer"]]


def assign(request: HttpRequest, matches: Iterable[Match], carer: User) -> int:
    """Assign a carer to each pair and say so, and why not where it isn't possible; count them."""
    done = 0
    for match in matches:
        try:
            was = match.carer_id
            assign_carer(match, carer, by=request.user)
            if carer.pk != was:
                log_action(request, match, CHANGE, changed("carer"))
            done += 1
        except ActionNotAllowed as refused:
            messages.warning(request, _("%(name)s: %(text)s") % {"name": match, "text": refused})
    if done:
        text = ngettext(
            "%(name)s is now the carer of %(count)s pair.",
            "%(name)s is now the carer of %(count)s pairs.",
            done,
        )
        messages.success(request, text % {"name": carer, "count": done})
    return done


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, site: AdminSite, pk: int) -> HttpResponse:
    """Give all pairs of a carer to another one; they are listed first.

    What the chair or matcher may not see, because of a conflict of interest, stays as it is.
    """
    rows = Membership.objects.for_committee(request.user, *ASSIGNERS).select_related("program")
    role = get_object_or_404(rows, pk=pk)
    visible = pairs_of(role).filter(pk__in=Match.objects.for_committee(request.user, *ASSIGNERS))
    matches = list(visible.with_people().order_by("pk")[: SHOWN + 1])
    others = [one for one in possible_carers(role.program) if one.pk != role.user_id]
    form = CarerForm(request.POST if request.method == "POST" else None, carers=others)
    if form.is_valid():
        assign(request, matches[:SHOWN], form.chosen)
        return redirect("admin:matches_match_hand-over", pk)
    return page(
        request,
        site,
        "hand_over",
        _("Hand over the pairs of %(name)s") % {"name": role.user},
        matches=matches[:SHOWN],
        is_cut=len(matches) > SHOWN,
        carer=role.user,
        role=role,
        others=others,
        form=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def change_carer(request: HttpRequest, site: AdminSite, pk: int) -> HttpResponse:
    """Give one pair another carer, and come back to its page."""
    rows = Match.objects.for_committee(request.user, *ASSIGNERS).with_people()
    match = get_object_or_404(rows, pk=pk)
    data = request.POST if request.method == "POST" else None
    form = CarerForm(data, carers=possible_carers(match.program))
    back_url = reverse("admin:matches_match_change", args=[pk])
    if form.is_valid():
        assign(request, [match], form.chosen)
        return redirect(back_url)
    return page(
        request, site, "carer", _("Change the carer"), matches=[match], form=form, back_url=back_url
    )
