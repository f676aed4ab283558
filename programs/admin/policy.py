"""The policy on the page of its program: its settings by the moment at which they matter."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db.models import Field
from django.forms import Field as FormField
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..committee import Role, has_role
from ..committee_admin import capital_choices
from ..models import Policy, Program

# Each setting of the policy, by the moment at which it matters, and what a change does to pairs
# that are already matched.
POLICY_GROUPS: tuple[tuple[str | Promise, dict[str, object]], ...] = (
    (
        gettext_lazy("Applications"),
        {
            "classes": ("collapse",),
            "description": gettext_lazy(
                "Changes apply at once to applications that are not decided yet. An application "
                "whose first opinion is written is asked for no more of them than before."
            ),
            "fields": ("opinions_needed", "orientation_session_counts"),
        },
    ),
    (
        gettext_lazy("Checks of people"),
        {
            "classes": ("collapse",),
            "description": gettext_lazy(
                "Changes apply at once: who lacks a check is not matched. Pairs that are matched "
                "stay together, and are shown to their carer and the chairs."
            ),
            "fields": (
                "record_check_needed",
                "record_check_months",
                "references_from",
                "references_needed",
                "interview_needed",
                "interview_scorers",
                "standing_rule",
            ),
        },
    ),
    (
        gettext_lazy("Matching"),
        {
            "classes": ("collapse",),
            "description": gettext_lazy(
                "Changes apply to the next matching round. Pairs that are matched stay together."
            ),
            "fields": (
                "capacity_max",
                "first_time_capacity",
                "way_of_working_percent",
                "asked_before",
                "pairs_by_people",
                "same_employer_blocked",
                "hide_names_until_opened",
                "publication_hold_minutes",
            ),
        },
    ),
    (
        gettext_lazy("The first weeks of a pair"),
        {
            "classes": ("collapse",),
            "description": gettext_lazy(
                "Changes apply at once, also to pairs that are in their first weeks."
            ),
            "fields": (
                "first_contact_days",
                "contact_reminder_days",
                "contact_last_reminder_days",
                "first_meeting_days",
                "first_meeting_attention_days",
                "agreement_ask_days",
                "agreement_attention_days",
                "agreement_days",
            ),
        },
    ),
    (
        gettext_lazy("The agreement and the term"),
        {
            "classes": ("collapse",),
            "description": gettext_lazy(
                "New agreements start with these values. Signed agreements keep their own."
            ),
            "fields": (
                "term_months",
                "minimum_term_months",
                "rhythm_days",
                "meeting_minutes",
            ),
        },
    ),
    (
        gettext_lazy("Check-ins"),
        {
            "classes": ("collapse",),
            "description": gettext_lazy(
                "Check-ins that are not open yet move to their new day. Open ones stay as they are."
            ),
            "fields": (
                "fit_check_days",
                "pulse_first_days",
                "pulse_every_days",
                "baseline_days",
                "midterm_months",
                "closing_survey_days",
                "exit_survey_days",
                "later_survey_months",
                "unmatched_survey_days",
                "reminder_first_days",
                "reminder_second_days",
                "checkin_lapses_days",
                "small_group",
            ),
        },
    ),
    (
        gettext_lazy("Short texts by month"),
        {
            "classes": ("collapse",),
            "description": gettext_lazy(
                "Each person of a pair gets a short text in some months, with one thing to try."
            ),
            "fields": ("touches_from",),
        },
    ),
    (
        gettext_lazy("When a pair needs attention"),
        {
            "classes": ("collapse",),
            "description": gettext_lazy("Changes apply at once to every pair."),
            "fields": ("drifting_percent", "stuck_percent", "silence_days", "unanswered_messages"),
        },
    ),
    (
        gettext_lazy("How often the committee is in touch"),
        {
            "classes": ("collapse",),
            "description": gettext_lazy(
                "Changes apply within minutes. The next contact with each person moves to its new "
                "day; pauses make it later."
            ),
            "fields": (
                "care_first_days",
                "care_second_days",
                "care_later_days",
                "care_gap_days",
                "care_silent_days",
            ),
        },
    ),
    (
        gettext_lazy("The end of a pair"),
        {
            "classes": ("collapse",),
            "description": gettext_lazy("Changes apply at once to every pair."),
            "fields": (
                "pause_days",
                "pause_total_days",
                "end_notice_days",
                "rematch_buffer_days",
                "credential_year_month",
            ),
        },
    ),
    (
        gettext_lazy("E-mail"),
        {
            "classes": ("collapse",),
            "description": gettext_lazy(
                "Changes apply at once, also to e-mails that are waiting. Quiet hours are in the "
                "time zone of each person."
            ),
            "fields": ("quiet_from_hour", "quiet_until_hour", "weekly_optional_emails"),
        },
    ),
    (
        gettext_lazy("How long texts are kept"),
        {
            "classes": ("collapse",),
            "description": gettext_lazy(
                "Changes apply at once. A shorter time erases older texts within minutes, for good."
            ),
            "fields": ("text_retention_months", "declined_retention_months"),
        },
    ),
)


class ProgramInlineMixin:
    """Permissions of an inline follow those of its program; nothing is deleted."""

    def has_view_permission(self, request: HttpRequest, obj: Program | None = None) -> bool:
        return obj is None or has_role(request.user, obj)

    def has_change_permission(self, request: HttpRequest, obj: Program | None = None) -> bool:
        return obj is None or has_role(request.user, obj, Role.CHAIR)

    has_add_permission = has_change_permission

    def has_delete_permission(self, request: HttpRequest, obj: Program | None = None) -> bool:
        return False


class PolicyInline(ProgramInlineMixin, admin.StackedInline):
    """The settings by the moment at which they matter, each with its default."""

    model = Policy
    verbose_name = gettext_lazy("settings")
    template = "admin/programs/settings.html"
    can_delete = False
    max_num = 1
    fieldsets = POLICY_GROUPS  # type: ignore[assignment]  # the stubs name a private type

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: object
    ) -> FormField | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.ChoiceField):
            capital_choices(field)
        if isinstance(field, forms.IntegerField) and db_field.has_default():
            default = _("Default: %(number)s.") % {"number": db_field.get_default()}
            field.help_text = f"{field.help_text} {default}".strip()
        return field
