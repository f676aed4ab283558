"""Download a committee list as a spreadsheet: one page that says what is in the file, one button.

The file has the rows that the list shows with its filters, so no member gets a row that they may
not see. Who downloaded how many rows is kept in the history of each program.
"""

from __future__ import annotations

from abc import abstractmethod

from django import forms
from django.contrib.admin.models import CHANGE
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Count, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Program
from ..spreadsheets import CONTENT_TYPES, CSV, XLSX, Sheet, write
from .action_log import log_action
from .base import CommitteeAdmin
from .row_pages import EXPORTED


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=gettext_lazy("Kind of file"),
        choices=[
            (XLSX, gettext_lazy("Excel workbook (XLSX)")),
            (CSV, gettext_lazy("CSV, for every other program")),
        ],
        initial=XLSX,
        widget=forms.RadioSelect,
    )


def download(sheet: Sheet, kind: str, name: str) -> FileResponse:
    """Return the sheet as a file of this kind, whose name begins with `name` and ends with today.

    The file is complete when this returns.
    """
    file_name = f"{name}-{timezone.localdate()}.{kind}"
    response = FileResponse(write(sheet, kind), as_attachment=True, filename=file_name)
    response["Content-Type"] = CONTENT_TYPES[kind]
    return response


def record_export(
    request: HttpRequest, program: Program, model: str, count: int, kind: str, of: str = ""
) -> None:
    """Write into the history of a program that the member got a file.

    `model` is the label of what its rows are; `of` names what they are part of, never a person.
    """
    what = {"model": model, "count": count, "kind": kind, "of": of}
    log_action(request, program, CHANGE, [{EXPORTED: what}])


class ExportAdmin(CommitteeAdmin):
    """A list with a button that exports it; subclasses say what is in the file."""

    export_program = "program"  # the lookup from a row to its program; "" if there is none
    export_note: str | Promise = ""  # what a member should know before they download

    @abstractmethod
    def export_sheet(self, request: HttpRequest, rows: QuerySet) -> Sheet:
        """Return the file's sheet; `rows` are those of the list, which the member may see."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        page = self.admin_site.admin_view(self.export_view)
        return [path("export/", page, name=name), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_export")
        query = request.GET.urlencode()
        export_url = f"{address}?{query}" if query else address
        return super().changelist_view(request, {"export_url": export_url, **(extra_context or {})})

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect(request.path)
        form = ExportForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._file(request, rows, form.cleaned_data["format"])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Export"),
            "list_name": self.list_name,
            "form": form,
            "count": rows.order_by().count(),
            "is_filtered": bool(request.GET),
            "note": self.export_note,
            "list_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
        }
        return TemplateResponse(request, "admin/export.html", context)

    def _file(self, request: HttpRequest, rows: QuerySet, kind: str) -> FileResponse:
        sheet = self.export_sheet(request, rows)
        response = download(sheet, kind, slugify(sheet.title) or str(self.opts.model_name))
        self._record(request, rows, kind)
        return response

    def _record(self, request: HttpRequest, rows: QuerySet, kind: str) -> None:
        """Write into the history of each program how many of its rows were exported."""
        if not self.export_program:
            return  # words that all programs share are about no one
        counts = (
            rows.order_by().values_list(self.export_program).annotate(Count("pk", distinct=True))
        )
        counted: dict[int | None, int] = dict(counts)
        for program in Program.objects.filter(pk__in=[pk for pk in counted if pk]):
            record_export(request, program, self.opts.label, counted[program.pk], kind)
