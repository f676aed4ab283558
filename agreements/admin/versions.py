"""What the committee sees of agreements: who has signed when, and how many goals there are."""

from functools import partial

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from programs.committee_admin import CommitteeAdmin, format_date

from .. import wording
from ..models import AgreementVersion, Signature, with_goal_counts
from . import paper


def signature_of(role, name):
    """Return a column of the signature that counts."""
    person = OuterRef(f"agreement__match__{role}__person")
    rows = Signature.objects.valid().filter(version=OuterRef("pk"), person=person)
    return Subquery(rows.values(name)[:1])


def shown(signed_at, paper_date):
    """Return when someone signed, and that it was on paper."""
    if paper_date is None:
        return format_date(signed_at)
    return _("on paper, %(day)s") % {"day": format_date(paper_date)}


@admin.register(AgreementVersion)
class AgreementVersionAdmin(CommitteeAdmin):
    empty_words = _(
        "There are no agreements yet. Pairs write one after they are introduced. You see their "
        "progress, and the text only if both people allow it."
    )
    list_display = (
        "pair",
        "number",
        "state_chip",
        "mentee_signed",
        "mentor_signed",
        "days_open",
        "goals",
        "measured",
    )
    list_filter = ("state",)
    date_hierarchy = "changed_at"
    sortable_by = ()
    ordering = ("-changed_at", "-pk")
    list_select_related = (
        "agreement__match__mentee__person",
        "agreement__match__mentor__person",
        "wording",
    )
    fields = readonly_fields = (
        "pair", "number", "state", "changed_at", "shared_at", "mentee_signed", "mentor_signed",
        "signed_at", "ends_on", "goals", "measured", "wording", "text_language", "text",
    )  # fmt: skip
    named_rows = {"pair": "match"}

    def with_columns(self, request, rows):
        signatures = {
            f"{role}_{column}": signature_of(role, name)
            for role in ("mentee", "mentor")
            for column, name in (("signed_at", "signed_at"), ("paper_date", "paper_date"))
        }
        return with_goal_counts(rows).annotate(**signatures)

    def row_title(self, row):
        words = _("Agreement of %(pair)s, version %(number)s")
        return words % {"pair": row.match, "number": row.number}

    @admin.display(description=_("pair"), ordering="agreement__match__mentee__person__name")
    def pair(self, obj):
        return str(obj.match)

    @admin.display(description=_("mentee signed"), ordering="mentee_signed_at")
    def mentee_signed(self, obj):
        return shown(obj.mentee_signed_at, obj.mentee_paper_date)

    @admin.display(description=_("mentor signed"), ordering="mentor_signed_at")
    def mentor_signed(self, obj):
        return shown(obj.mentor_signed_at, obj.mentor_paper_date)

    @admin.display(description=_("days unsigned"))
    def days_open(self, obj):
        return (
            (timezone.now() - obj.match.introduced_at).days
            if obj.is_editable and obj.number == 1
            else None
        )

    @admin.display(description=_("goals"), ordering="goal_count")
    def goals(self, obj):
        return obj.goal_count

    @admin.display(description=_("with a measure"), ordering="measured_count")
    def measured(self, obj):
        return obj.measured_count

    @admin.display(description=_("ends on"))
    def ends_on(self, obj):
        return format_date(obj.match.ends_on)

    @admin.display(description=_("language of the program's text"))
    def text_language(self, obj):
        if not obj.wording_language:
            return _("Each person reads it in their own.")
        return wording.language_name(obj.wording_language)

    @admin.display(description=_("text"))
    def text(self, obj):
        if not obj.agreement.is_opened_to_committee:
            return _("Only the pair can read it.")
        address = reverse("agreements:agreement-print", args=[obj.match.public_id])
        return format_html('<a href="{}">{}</a>', address, _("Read it (both people allow this)"))

    def program_of(self, obj):
        return obj.program

    def get_urls(self):
        def route(address, view, name):
            page = self.admin_site.admin_view(partial(view, site=self.admin_site))
            return path(address, page, name=f"agreements_agreementversion_{name}")

        return [
            route("<int:pk>/paper/", paper.record, "paper"),
            route("<int:pk>/paper/<int:record>/erase/", paper.erase_scan, "erase-scan"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        version = self.get_object(request, object_id)
        more = paper.context_of(request, version) if version is not None else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})
