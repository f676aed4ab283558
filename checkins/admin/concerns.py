"""The queue of concerns: a member takes one, then resolves it with a note."""

from django.contrib import admin, messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from programs.committee import cares_for_pairs
from programs.committee_admin import CommitteeAdmin, steps_of

from ..forms import ResolutionForm
from ..models import Concern
from ..presenters import what_it_is


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
        "state_chip",
        "raised_at",
        "assigned",
        "may_tell_partner",
    )
    list_filter = ("state", "urgency", "cause")
    list_select_related = ("person", "taken_by")
    ordering = ("state", "-raised_at")
    fields = readonly_fields = (
        "person", "match", "cause", "checkin", "urgency", "state", "may_tell_partner", "what",
        "reach", "raised_at", "taken_by", "taken_at", "resolved_at", "resolution",
    )  # fmt: skip
    change_form_template = "admin/checkins/concern/change_form.html"

    def get_fields(self, request, obj=None):
        """Leave out what there is nothing to say about yet: the action comes sooner."""
        later = ("checkin", "taken_by", "taken_at", "resolved_at", "resolution")
        return [name for name in self.fields if name not in later or getattr(obj, name, None)]

    def has_module_permission(self, request):
        return cares_for_pairs(request)

    def row_title(self, row):
        return _("Concern about %(name)s") % {"name": row.person}

    @admin.display(description=_("assigned to"), ordering="taken_by")
    def assigned(self, obj):
        return obj.taken_by or _("no one yet")

    @admin.display(description=_("partner may know"))
    def may_tell_partner(self, obj):
        return _("yes") if obj.partner_may_know else _("no")

    @admin.display(description=_("how to reach this person"))
    def reach(self, obj):
        """Return what the person asked for; by e-mail if they left it blank, as the form says."""
        return obj.contact_info or obj.person.address

    @admin.display(description=_("what it is"))
    def what(self, obj):
        return format_html_join("", "<p>{}</p>", ((line,) for line in obj.what))

    def program_of(self, obj):
        return obj.program

    def get_object(self, request, object_id, from_field=None):
        concern = super().get_object(request, object_id, from_field)
        if concern is not None:
            concern.what = what_it_is(concern, reader=request.user)
            concern.history = steps_of(concern)
        return concern

    def change_view(self, request, object_id, form_url="", extra_context=None):
        context = {"form": ResolutionForm(), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self):
        def button(route, view, name):
            return path(route, self.admin_site.admin_view(require_POST(view)), name=name)

        return [
            button("<int:pk>/take/", self.take_view, "checkins_concern_take"),
            button("<int:pk>/resolve/", self.resolve_view, "checkins_concern_resolve"),
            *super().get_urls(),
        ]

    def take_view(self, request, pk):
        concern = get_object_or_404(self.get_queryset(request), pk=pk)
        concern.take(by=request.user)
        messages.success(request, _("Assigned to you."))
        return redirect("admin:checkins_concern_change", pk)

    def resolve_view(self, request, pk):
        concern = get_object_or_404(self.get_queryset(request), pk=pk)
        form = ResolutionForm(request.POST)
        if not form.is_valid():
            request.method = "GET"  # the page of the row, with what was typed
            return self.change_view(request, str(pk), extra_context={"form": form})
        concern.resolve(by=request.user, note=form.cleaned_data["note"])
        messages.success(request, _("Resolved."))
        return redirect("admin:checkins_concern_change", pk)
