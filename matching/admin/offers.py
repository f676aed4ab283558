"""Requests before matches: who is asked, until when, and what the committee can do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from access.exceptions import ActionNotAllowed
from matching.models import MATCHERS, Offer
from matching.models.offers import OfferQuerySet
from matching.offer_reasons import why_chosen
from matching.rounds import pair_offers
from programs.committee import acting_member
from programs.committee_admin import CohortOfMatchFilter, CommitteeAdmin, state_chip
from programs.models import Program


class NobodyLeftFilter(admin.SimpleListFilter):
    title = _("next mentor")
    parameter_name = "left"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str | Promise]]:
        return [("none", _("no one is left to ask"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.nobody_left() if self.value() == "none" else queryset


@admin.register(Offer)
class OfferAdmin(CommitteeAdmin):
    """Read-only; what can be done is done with the list's actions."""

    empty_words = _(
        "No one is asked. If the program asks people before a match is made, the requests of a "
        "published round are listed here."
    )
    list_display = ("pair", "state_chip", "number", "round", "agreed", "closes_at", "reason")
    list_select_related = ("mentee__person", "mentor__person", "round__cohort__program__policy")
    list_filter = ("state", NobodyLeftFilter, CohortOfMatchFilter)
    search_fields = ("mentee__person__name", "mentor__person__name")
    search_help_text = _("Name of either person")
    fields = readonly_fields = (
        "mentee",
        "mentor",
        "state_chip",
        "number",
        "round",
        "why_chosen",
        "agreed",
        "opened_at",
        "closes_at",
        "closed_at",
        "reason",
    )
    actions = ("ask_next", "stop_asking", "extend")
    change_roles = MATCHERS

    def row_title(self, row: Model) -> str:
        return self.pair(cast(Offer, row))

    @admin.display(description=_("pair"))
    def pair(self, offer: Offer) -> str:
        return f"{offer.mentee.person} + {offer.mentor.person}"

    @admin.display(description=_("state"), ordering="state")
    def state_chip(self, offer: Offer) -> str:
        return state_chip(offer.state, offer.get_state_display())

    @admin.display(description=_("why this mentor"))
    def why_chosen(self, offer: Offer) -> str:
        known = vars(offer)  # the page asks for it twice, and the plan is large
        if "why_lines" not in known:
            known["why_lines"] = [(line,) for line in why_chosen(offer)]
        return format_html_join("", "{}<br>", known["why_lines"])

    @admin.display(description=_("has said yes"))
    def agreed(self, offer: Offer) -> str:
        return ", ".join(str(one) for one in offer.people if offer.agreed_at(one))

    @admin.action(description=_("Ask the next mentor instead"), permissions=["change"])
    def ask_next(self, request: HttpRequest, rows: OfferQuerySet) -> HttpResponse | None:
        return self._each(request, rows, "ask_next", partial(pair_offers.withdraw, asks_next=True))

    @admin.action(description=_("Stop asking"), permissions=["change"])
    def stop_asking(self, request: HttpRequest, rows: OfferQuerySet) -> HttpResponse | None:
        verb = partial(pair_offers.withdraw, asks_next=False)
        return self._each(request, rows, "stop_asking", verb)

    @admin.action(description=_("Give more days to answer"), permissions=["change"])
    def extend(self, request: HttpRequest, rows: OfferQuerySet) -> HttpResponse | None:
        return self._each(request, rows, "extend", pair_offers.extend)

    def _each(
        self, request: HttpRequest, rows: OfferQuerySet, action: str, verb: Callable[..., None]
    ) -> HttpResponse | None:
        """Show which requests the verb would change, and how; then call it for each of them."""
        chosen = list(rows.select_related(*self.list_select_related))
        if "confirmed" not in request.POST:
            return self._confirm(request, action, chosen)
        done = 0
        for offer in chosen:
            try:
                verb(offer, by=acting_member(request))
                done += 1
            except ActionNotAllowed as refused:
                messages.warning(
                    request, _("%(name)s: %(text)s") % {"name": self.pair(offer), "text": refused}
                )
        if done:
            text = ngettext("%(count)s request changed.", "%(count)s requests changed.", done)
            messages.success(request, text % {"count": done})
        return None

    def _confirm(self, request: HttpRequest, action: str, chosen: list[Offer]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": dict(self.get_action_choices(request, []))[action],
            "action": action,
            "checkbox": ACTION_CHECKBOX_NAME,
            "chosen": [one for one in chosen if one.state == Offer.State.OPEN],
            "skipped": [one for one in chosen if one.state != Offer.State.OPEN],
        }
        return TemplateResponse(request, "admin/matching/offer/confirm.html", context)

    def program_of(self, obj: Offer) -> Program:
        return obj.round.program
