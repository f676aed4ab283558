"""The wordings of agreements, for the committee to read."""

from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from programs.committee_admin import CommitteeAdmin
from programs.models import AGREEMENT_TEXTS

from .. import wording
from ..models import AgreementVersion, AgreementWording


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
            '<h2>{} ({})</h2><p lang="{}" class="wm-multiline">{}</p>',
            (
                (AGREEMENT_TEXTS[name].label, wording.language_name(language), lang, text)
                for language, texts in obj.texts.items()
                for name, (lang, text) in texts.items()
                if name in AGREEMENT_TEXTS and text
            ),
        )
