"""Several applications at once: set or clear pending decisions, and tell people. Each with a page to confirm."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.exceptions import ActionNotAllowed
from programs.committee_admin import CommitteeAdmin

from .. import reviewing
from ..forms.review import DecisionForm, possible_outcomes


class ReleaseMixin(CommitteeAdmin):
    """Bulk actions and the release page of the applications' admin."""

    def _confirm(
        self, request: HttpRequest, template: str, title: str, **context: Any
    ) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        shared["checkbox_name"] = ACTION_CHECKBOX_NAME
        return TemplateResponse(
            request, f"admin/applications/application/{template}.html", {**shared, **context}
        )

    @admin.action(description=gettext_lazy("Set a pending decision"))
    def decide_selected(self, request: HttpRequest, chosen: Any) -> HttpResponse | None:
        form = DecisionForm(request.POST if "confirmed" in request.POST else None)
        if form.is_bound and form.is_valid():
            form.cleaned_data.pop("expected")
            self._each(
                request,
                chosen,
                lambda one: reviewing.decide(one, by=request.user, **form.cleaned_data),
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
        )

    @admin.action(description=gettext_lazy("Clear pending decisions"))
    def clear_selected(self, request: HttpRequest, chosen: Any) -> HttpResponse | None:
        pending = [application for application in chosen if application.pending]
        if "confirmed" in request.POST:
            self._each(request, pending, lambda one: reviewing.clear_decision(one, by=request.user))
            return None
        return self._confirm(
            request,
            "clear_selected",
            _("Clear pending decisions"),
            chosen=pending,
            skipped=[application for application in chosen if not application.pending],
            action="clear_selected",
        )

    def _each(self, request: HttpRequest, chosen: Any, verb: Any) -> None:
        """Do it to each; those that are refused are named with the reason and do not stop the others."""
        done = 0
        for application in chosen:
            try:
                verb(application)
            except ActionNotAllowed as refused:
                messages.warning(request, f"{application.person}: {refused}")
            else:
                done += 1
        words = ngettext(
            "Done for %(n)d application. Nobody is told before it is released.",
            "Done for %(n)d applications. Nobody is told before they are released.",
            done,
        )
        messages.success(request, words % {"n": done})

    def release_view(self, request: HttpRequest) -> HttpResponse:
        """GET shows who would be told what; POST tells those that are ticked."""
        if not self._holds(request, reviewing.RELEASERS):
            raise PermissionDenied
        waiting = list(
            reviewing.pending(request.user).order_by("outcome", "application__person__name")
        )
        if request.method == "POST":
            ticked = set(request.POST.getlist("decision"))
            chosen = [decision for decision in waiting if str(decision.pk) in ticked]
            told = reviewing.release(chosen, by=request.user, at=timezone.now())
            words = ngettext(
                "%(n)d person is told. The letter is in the outbox.",
                "%(n)d people are told. The letters are in the outbox.",
                told,
            )
            messages.success(request, words % {"n": told})
            return redirect("admin:applications_application_changelist")
        samples = reviewing.sample_letters(waiting, by=request.user)
        return self._confirm(
            request, "release", _("Tell people what was decided"), waiting=waiting, samples=samples
        )
