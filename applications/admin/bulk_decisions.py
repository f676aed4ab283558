"""Several applications at once: set or clear pending decisions, each with a page to confirm it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.exceptions import ActionNotAllowed
from programs.committee import acting_member
from programs.committee_admin import CommitteeAdmin

from .. import reviewing
from ..forms.review import DecisionForm, possible_outcomes
from ..models import Application
from .queues import has_pending_decision


class BulkDecisionsMixin(CommitteeAdmin):
    """The bulk actions of the applications' admin."""

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return self._holds(request, reviewing.DECIDERS)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may = {"may_release": self._holds(request, reviewing.RELEASERS)}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    def _confirm(
        self, request: HttpRequest, template: str, title: str, **context: object
    ) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        shared["checkbox_name"] = ACTION_CHECKBOX_NAME
        return TemplateResponse(
            request, f"admin/applications/application/{template}.html", {**shared, **context}
        )

    @admin.action(description=gettext_lazy("Set a pending decision"), permissions=["decide"])
    def decide_selected(
        self, request: HttpRequest, chosen: QuerySet[Application]
    ) -> HttpResponse | None:
        form = DecisionForm(request.POST if "confirmed" in request.POST else None)
        if form.is_bound and form.is_valid():
            form.cleaned_data.pop("expected")
            self._apply_to_each(
                request,
                chosen.select_related("person", "cohort__program__policy"),
                lambda one: reviewing.decide(one, by=acting_member(request), **form.cleaned_data),
            )
            return None
        skipped = [application for application in chosen if not possible_outcomes(application)]
        return self._confirm(
            request,
            "decide_selected",
            _("Set a pending decision"),
            form=form,
            chosen=[application for application in chosen if application not in skipped],
            skipped=skipped,
            action="decide_selected",
            button=_("Save the decision for all of them"),
        )

    @admin.action(description=gettext_lazy("Clear pending decisions"), permissions=["decide"])
    def clear_selected(
        self, request: HttpRequest, chosen: QuerySet[Application]
    ) -> HttpResponse | None:
        pending = [application for application in chosen if has_pending_decision(application)]
        if "confirmed" in request.POST:
            self._apply_to_each(
                request,
                pending,
                lambda one: reviewing.clear_decision(one, by=acting_member(request)),
            )
            return None
        return self._confirm(
            request,
            "clear_selected",
            _("Clear pending decisions"),
            chosen=pending,
            skipped=[application for application in chosen if application not in pending],
            action="clear_selected",
            button=_("Clear their pending decisions"),
            form=None,
        )

    def _apply_to_each(
        self,
        request: HttpRequest,
        chosen: Iterable[Application],
        verb: Callable[[Application], object],
    ) -> None:
        """Call `verb` for each application; one that is refused is reported and stops no other."""
        done = 0
        for application in chosen:
            try:
                verb(application)
            except ActionNotAllowed as refused:
                messages.warning(
                    request, _("%(name)s: %(text)s") % {"name": application.person, "text": refused}
                )
            else:
                done += 1
        words = ngettext(
            "%(n)d application was changed. No one is notified before the release.",
            "%(n)d applications were changed. No one is notified before the release.",
            done,
        )
        messages.success(request, words % {"n": done})
