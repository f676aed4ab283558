"""The queue of concerns: a member takes one, then resolves it with a note."""

from django.contrib import admin, messages
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from programs.committee_admin import CommitteeAdmin
from workflow.models import Transition

from ..models import Concern


@admin.register(Concern)
class ConcernAdmin(CommitteeAdmin):
    """Rows come from `for_committee`: carer, deputy and chair without a conflict of interest."""

    empty_words = _(
        "No open concerns. Requests for help and worrying answers from the people you "
        "look after appear here."
    )
    list_display = (
        "person",
        "cause",
        "urgency",
        "state",
        "raised_at",
        "taken_by",
        "may_tell_partner",
    )
    list_filter = ("state", "urgency", "cause")
    list_select_related = ("person", "taken_by")
    ordering = ("state", "-raised_at")
    fields = readonly_fields = (
        "person", "match", "cause", "checkin", "urgency", "state", "may_tell_partner", "text",
        "contact_info", "raised_at", "taken_by", "taken_at", "resolved_at", "resolution",
    )  # fmt: skip
    change_form_template = "admin/checkins/concern/change_form.html"

    @admin.display(description=_("partner may know"))
    def may_tell_partner(self, obj):
        return _("yes") if obj.partner_may_know else _("no")

    def program_of(self, obj):
        return obj.program

    def change_view(self, request, object_id, form_url="", extra_context=None):
        concern = self.get_object(request, object_id)
        history = Transition.objects.of(concern).select_related("by") if concern else []
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "history": history}
        )

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/take/", wrap(self.take_view), name="checkins_concern_take"),
            path("<int:pk>/resolve/", wrap(self.resolve_view), name="checkins_concern_resolve"),
            *super().get_urls(),
        ]

    def take_view(self, request, pk):
        return self._act(
            request, pk, lambda concern: concern.take(by=request.user), _("Assigned to you.")
        )

    def resolve_view(self, request, pk):
        note = request.POST.get("note", "")[:4000]
        return self._act(
            request, pk, lambda concern: concern.resolve(by=request.user, note=note), _("Resolved.")
        )

    def _act(self, request, pk, verb, done):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        verb(get_object_or_404(self.get_queryset(request), pk=pk))
        messages.success(request, done)
        return HttpResponseRedirect(reverse("admin:checkins_concern_change", args=[pk]))
