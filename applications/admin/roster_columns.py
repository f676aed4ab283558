"""The page on which a member says what the columns of a file are, and how it is read."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.forms.roster_reading import ReadingForm
from applications.forms.roster_upload import MapTextForm
from applications.forms.rosters import ColumnsForm
from applications.importing import BadMap, summaries
from applications.importing.remembered_maps import (
    remembered_maps,
    role_of_this_shape,
    saved_map,
)
from applications.models import Application, RosterJob, RosterUpload
from programs.models import ProgramQuestion

from .roster_pages import Purpose, find_upload, page, reading_form, start


def columns(request: HttpRequest, public_id: str) -> HttpResponse:
    upload = find_upload(request, public_id)
    if upload.is_erased:
        return page(request, "expired", _("Rows no longer stored"), upload=upload)
    if not upload.columns_json:
        last = RosterJob.objects.visible_to(request.user).filter(upload=upload)
        return redirect("admin:applications_rosterupload_job", last.latest().public_id)
    form = _form(request, upload)
    if request.method == "POST" and form.is_valid() and _save_map(form, upload):
        left = ColumnsForm(table=form.table, roster=saved_map(upload)).answers
        if left:
            text = ngettext(
                "Choose the meaning of %(count)d more answer below.",
                "Choose the meaning of %(count)d more answers below.",
                len(left),
            )
            messages.info(request, text % {"count": len(left)})
            return redirect("admin:applications_rosterupload_columns", public_id)
        return start(request, upload, Purpose.CHECK)
    text_form = MapTextForm(initial={"text": upload.map_text}, role=upload.role)
    return _columns_page(request, upload, form, text_form)


def _form(request: HttpRequest, upload: RosterUpload) -> ColumnsForm:
    saved = saved_map(upload)
    uploads = RosterUpload.objects.visible_to(request.user)
    return ColumnsForm(
        request.POST or None,
        table=summaries.from_json(upload.columns_json),
        roster=saved,
        remembered=[] if saved else remembered_maps(uploads, upload),
        questions=_questions(upload),
    )


def _columns_page(
    request: HttpRequest,
    upload: RosterUpload,
    form: ColumnsForm,
    text_form: MapTextForm,
    refused: ReadingForm | None = None,
) -> HttpResponse:
    other = role_of_this_shape(form.earlier.remembered, form.table.headers, upload.role)
    reading = refused or reading_form(upload)
    return page(
        request,
        "columns",
        _("Map the columns"),
        upload=upload,
        form=form,
        text_form=text_form,
        reading_form=reading,
        wrong_forms=[one for one in (form, text_form, reading) if one.errors],
        other_role=dict(Application.Role.choices).get(other, ""),
    )


def _plain_form(upload: RosterUpload) -> ColumnsForm:
    """Return the choices of an upload that is read, without those of a map."""
    table = summaries.from_json(upload.columns_json)
    return ColumnsForm(table=table, roster=None, questions=_questions(upload))


def _questions(upload: RosterUpload) -> QuerySet[ProgramQuestion]:
    return ProgramQuestion.objects.current(upload.cohort.program)


def _save_map(form: ColumnsForm, upload: RosterUpload) -> bool:
    try:
        upload.map_text = form.map_text()
    except BadMap as error:
        form.add_error(None, str(error))
        return False
    upload.save(update_fields=["map_text"])
    return True


def read_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Read the file as a member says: another sheet, other headings, another encoding."""
    upload = find_upload(request, public_id)
    form = reading_form(upload, request.POST)
    if not form.is_valid():
        if upload.columns_json:
            text_form = MapTextForm(role=upload.role)
            return _columns_page(request, upload, _plain_form(upload), text_form, refused=form)
        errors = [str(one) for several in form.errors.values() for one in several]
        messages.error(request, " ".join(errors))
        return redirect("admin:applications_rosterupload_columns", public_id)
    upload.read_options = form.options()
    upload.save(update_fields=["read_options"])
    return start(request, upload, Purpose.READ)


def use_map(request: HttpRequest, public_id: str) -> HttpResponse:
    """Check the rows with a map that was typed or pasted."""
    upload = find_upload(request, public_id)
    if not upload.columns_json:
        return redirect("admin:applications_rosterupload_columns", public_id)
    text_form = MapTextForm(request.POST, role=upload.role)
    if not text_form.is_valid():
        return _columns_page(request, upload, _plain_form(upload), text_form)
    upload.map_text = text_form.cleaned_data["text"]
    upload.save(update_fields=["map_text"])
    return start(request, upload, Purpose.CHECK)


def download(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the map as a file, for the next time or another installation."""
    upload = find_upload(request, public_id)
    headers = {"Content-Disposition": 'attachment; filename="map.toml"'}
    return HttpResponse(upload.map_text, content_type="text/plain; charset=utf-8", headers=headers)
