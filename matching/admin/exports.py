"""Pairs and scores as a file, without rows that a conflict of interest hides.

Who got which file is kept in the history of the program, as for every list.
"""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matching.models import Proposal, Round
from matching.spreadsheets import exports
from programs.committee_admin.list_exports import ExportForm, download, record_export
from programs.spreadsheets import Sheet

from .pages import find_round, page

TABLES: dict[str, Callable[[Round, User], Sheet]] = {
    "pairs": exports.pairs,
    "scores": exports.scores,
}


class RoundExportForm(ExportForm):
    table = forms.ChoiceField(
        label=gettext_lazy("What is in the file?"),
        choices=[
            ("pairs", gettext_lazy("Pairs: one row for each mentee, with the reasons")),
            ("scores", gettext_lazy("Scores: the points of every possible pair")),
        ],
        initial="pairs",
        widget=forms.RadioSelect,
    )
    field_order = ["table", "format"]


def export(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Say what a file would contain; posted to this address it is downloaded."""
    round_ = find_round(request, public_id)
    form = RoundExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not round_.draft:
            raise ActionNotAllowed(_("This round has not been run yet."))
        table, kind = form.cleaned_data["table"], form.cleaned_data["format"]
        sheet = TABLES[table](round_, request.user)
        response = download(sheet, kind, f"{round_.cohort.slug}-{round_.number}-{table}")
        rows = len(list(sheet.rows))
        record_export(request, round_.program, Proposal._meta.label, rows, kind, of=round_.name)
        return response
    return page(request, "export", _("Export"), round_, form=form)
