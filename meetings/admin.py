from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from programs.committee import cares_for_pairs
from programs.committee_admin import CommitteeAdmin

from .models import Meeting


@admin.register(Meeting)
class MeetingAdmin(CommitteeAdmin):
    """What the carer of a pair sees: when, how long, how, and whether it took place."""

    empty_words = _(
        "No meetings of pairs in your care. You see when the pairs you look after meet, not what "
        "they talk about. “Pairs, by their meetings” shows counts and dates for all pairs."
    )
    list_display = ("match", "state_chip", "starts_at", "minutes", "mode", "moves")
    list_filter = ("state", "mode")
    fields = readonly_fields = ("match", "state", "starts_at", "minutes", "mode", "moves")
    list_select_related = ("match__mentee__person", "match__mentor__person")
    ordering = ("-starts_at",)

    def has_module_permission(self, request):
        return cares_for_pairs(request)

    def row_title(self, row):
        return _("Meeting of %(pair)s") % {"pair": row.match}

    def program_of(self, obj):
        return obj.match.program
