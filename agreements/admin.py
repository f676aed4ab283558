"""What the committee sees of agreements: who has signed when, and how many goals there are."""

from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from programs.committee_admin import CommitteeAdmin, format_date
from programs.models import AGREEMENT_TEXTS

from . import wording
from .models import AgreementVersion, AgreementWording, Signature, with_goal_counts


def signed_at(role):
    person = OuterRef(f"agreement__match__{role}__person")
    return Subquery(
        Signature.objects.valid()
        .filter(version=OuterRef("pk"), person=person)
        .values("signed_at")[:1]
    )


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

    def with_columns(self, request, rows):
        signatures = {
            "mentee_signed_at": signed_at("mentee"),
            "mentor_signed_at": signed_at("mentor"),
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
        return format_date(obj.mentee_signed_at)

    @admin.display(description=_("mentor signed"), ordering="mentor_signed_at")
    def mentor_signed(self, obj):
        return format_date(obj.mentor_signed_at)

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


@admin.register(AgreementWording)
class AgreementWordingAdmin(CommitteeAdmin):
    """The wordings that agreements have, to read. The program's texts are edited with the program.

    A wording that no new agreement gets any more stays here.
    """

    empty_words = _(
        "No agreement has been begun yet. Each keeps the program's text as it was at its beginning."
    )
    list_display = ("__str__", "program", "made_at", "used_by")
    sortable_by = ()
    ordering = ("-made_at", "-pk")
    list_select_related = ("program",)
    fields = readonly_fields = ("program", "number", "made_at", "used_by", "words")

    def with_columns(self, request, rows):
        versions = AgreementVersion.objects.filter(wording=OuterRef("pk")).order_by()
        counts = versions.values("wording").annotate(n=Count("pk")).values("n")
        return rows.annotate(used=Coalesce(Subquery(counts), 0))

    @admin.display(description=_("versions of agreements that have it"))
    def used_by(self, obj):
        return obj.used

    @admin.display(description=_("text"))
    def words(self, obj):
        return format_html_join(
            "",
            '<h3>{} ({})</h3><p lang="{}" class="wm-multiline">{}</p>',
            (
                (AGREEMENT_TEXTS[name].label, wording.language_name(language), lang, text)
                for language, texts in obj.texts.items()
                for name, (lang, text) in texts.items()
                if name in AGREEMENT_TEXTS and text
            ),
        )
