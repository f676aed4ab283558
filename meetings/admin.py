from django.contrib import admin

from programs.committee import CommitteeAdmin

from .models import Meeting


@admin.register(Meeting)
class MeetingAdmin(CommitteeAdmin):
    """For the carer of a pair: when, how long, how, and what became of it."""

    list_display = ("match", "state", "starts_at", "minutes", "mode", "moves")
    list_filter = ("state", "mode")
    fields = readonly_fields = ("match", "state", "starts_at", "minutes", "mode", "moves")
    list_select_related = ("match__mentee__person", "match__mentor__person")
    ordering = ("-starts_at",)

    def program_of(self, obj):
        return obj.match.program
