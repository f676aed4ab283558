from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from programs.committee_admin import CommitteeAdmin

from ..models import Survey


@admin.register(Survey)
class SurveyAdmin(CommitteeAdmin):
    """What people are asked, and who reads each answer."""

    empty_words = _(
        "There are no surveys yet. The default surveys are created with the first check-in."
    )
    list_display = ("__str__", "kind", "number", "program", "published_at", "retired_at")
    list_filter = ("kind",)
    list_select_related = ("program",)
    fields = readonly_fields = (
        "kind",
        "number",
        "program",
        "published_at",
        "retired_at",
        "intro",
        "questions",
    )

    @admin.display(description=_("questions"))
    def questions(self, obj):
        rows = ((question, question.get_channel_display()) for question in obj.questions.all())
        return format_html_join("", "<p>{} <em>({})</em></p>", rows)
