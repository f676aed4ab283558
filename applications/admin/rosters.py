"""Roster imports: upload a file, map its columns, check the rows, import. Jobs do the reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from applications.forms.roster_reading import ReadingForm
from applications.forms.roster_upload import MapTextForm, RosterUploadForm
from applications.forms.roster_words import WordsForm
from applications.forms.rosters import ColumnsForm
from applications.importing import BadMap, read_map, summaries
from applications.importing.import_jobs import discard_upload, request_job, request_undo
from applications.importing.import_undo import may_be_undone
from applications.importing.map_texts import with_words
from applications.importing.maps import RosterMap
from applications.importing.reports import people_for, refused_for, upload_stage
from applications.models import RosterJob, RosterUpload
from applications.models.imports import RosterUploadQuerySet
from programs.committee import Role, acting_member
from programs.committee_admin import CommitteeAdmin
from programs.models import ProgramQuestion

Purpose = RosterJob.Purpose
MAX_REMEMBERED = 8  # earlier maps of the program that are looked at
SAMPLES = 3  # people shown as they would be stored
MAY_IMPORT = (Role.CHAIR, Role.MATCHER)


@admin.register(RosterUpload)
class RosterUploadAdmin(CommitteeAdmin):
    empty_words = gettext_lazy(
        "There are no imports yet. Import a sign-up list from another tool "
        "as applications to a cohort."
    )
    # The name of the file is erased after a day; the link to a row needs a text.
    list_display = (
        "created_at",
        "file_name",
        "cohort",
        "role",
        "row_count",
        "created_by",
        "stage",
    )
    list_select_related = ("cohort", "created_by")
    add_roles = change_roles = MAY_IMPORT

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._holds(request, MAY_IMPORT)

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(
                route, self.admin_site.admin_view(view), name=f"applications_rosterupload_{name}"
            )

        return [
            page("<str:public_id>/columns/", self.columns, "columns"),
            page("<str:public_id>/reading/", require_POST(self.reading), "reading"),
            page("<str:public_id>/map/", require_POST(self.map), "map"),
            page("jobs/<str:public_id>/words/", require_POST(self.words), "words"),
            page("<str:public_id>/map.toml", self.download, "download"),
            page("<str:public_id>/check/", require_POST(self.check_rows), "check"),
            page("<str:public_id>/import/", require_POST(self.import_now), "import"),
            page("jobs/<str:public_id>/", self.job, "job"),
            page("jobs/<str:public_id>/cancel/", require_POST(self.cancel), "cancel"),
            page("jobs/<str:public_id>/undo/", require_POST(self.undo), "undo"),
            page("<str:public_id>/discard/", require_POST(self.discard), "discard"),
            *super().get_urls(),
        ]

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        uploads = cast(RosterUploadQuerySet, rows)
        return uploads.with_last_job().defer("content_text", "columns_json")

    @admin.display(description=gettext_lazy("state"))
    def stage(self, upload: RosterUpload) -> str:
        """Say how far an import is, and what comes next."""
        return upload_stage(upload, timezone.now())

    def _upload(self, request: HttpRequest, public_id: str) -> RosterUpload:
        held = RosterUpload.objects.visible_to(request.user).select_related("cohort__program")
        return get_object_or_404(held, public_id=public_id)

    def _page(
        self, request: HttpRequest, template: str, title: str, **context: object
    ) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(
            request, f"admin/applications/rosterupload/{template}.html", {**shared, **context}
        )

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise Http404
        form = RosterUploadForm(
            request.POST or None, request.FILES or None, user=acting_member(request)
        )
        if request.method == "POST" and form.is_valid():
            return self._start(request, form.save(), Purpose.READ)
        return self._page(request, "upload", _("Import a roster"), form=form)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        key = int(object_id) if object_id.isdecimal() else 0
        upload = get_object_or_404(RosterUpload.objects.visible_to(request.user), pk=key)
        last = (
            RosterJob.objects.visible_to(request.user).filter(upload=upload).order_by("pk").last()
        )
        if last and last.purpose != Purpose.READ:
            return redirect("admin:applications_rosterupload_job", last.public_id)
        return redirect("admin:applications_rosterupload_columns", upload.public_id)

    def columns(self, request: HttpRequest, public_id: str) -> HttpResponse:
        upload = self._upload(request, public_id)
        if upload.is_erased:
            return self._page(request, "expired", _("Rows no longer stored"), upload=upload)
        if not upload.columns_json:
            reading = RosterJob.objects.visible_to(request.user).filter(upload=upload)
            return redirect("admin:applications_rosterupload_job", reading.latest().public_id)
        table = summaries.from_json(upload.columns_json)
        saved = _saved_map(upload)
        remembered = [] if saved else self._remembered(request, upload)
        questions = _questions(upload)
        form = ColumnsForm(
            request.POST or None,
            table=table,
            roster=saved,
            remembered=remembered,
            questions=questions,
        )
        if request.method == "POST" and form.is_valid() and self._save_map(form, upload):
            left = ColumnsForm(table=form.table, roster=_saved_map(upload)).answers
            if left:
                messages.info(
                    request,
                    ngettext(
                        "Choose the meaning of %(count)d more answer below.",
                        "Choose the meaning of %(count)d more answers below.",
                        len(left),
                    )
                    % {"count": len(left)},
                )
                return redirect("admin:applications_rosterupload_columns", public_id)
            return self._start(request, upload, Purpose.CHECK)
        text = MapTextForm(initial={"text": upload.map_text}, role=upload.role)
        return self._page(
            request,
            "columns",
            _("Map the columns"),
            upload=upload,
            form=form,
            text_form=text,
            reading_form=ReadingForm(upload=upload, table=table),
        )

    def _remembered(self, request: HttpRequest, upload: RosterUpload) -> list[RosterMap]:
        """Return the maps of the program's latest files: those of this role, then of the other."""
        earlier = (
            RosterUpload.objects.visible_to(request.user)
            .filter(cohort__program=upload.cohort.program_id)
            .exclude(map_text="")
            .exclude(pk=upload.pk)
        )
        last = sorted(
            earlier.order_by("-pk")[:MAX_REMEMBERED], key=lambda one: one.role != upload.role
        )
        return [found for one in last if (found := _saved_map(one))]

    def reading(self, request: HttpRequest, public_id: str) -> HttpResponse:
        upload = self._upload(request, public_id)
        form = _reading_form(upload, request.POST)
        if not form.is_valid():
            errors = [str(one) for several in form.errors.values() for one in several]
            messages.error(request, " ".join(errors))
            return redirect("admin:applications_rosterupload_columns", public_id)
        upload.read_options = form.options()
        upload.save(update_fields=["read_options"])
        return self._start(request, upload, Purpose.READ)

    def _save_map(self, form: ColumnsForm, upload: RosterUpload) -> bool:
        try:
            upload.map_text = form.map_text()
        except BadMap as error:
            form.add_error(None, str(error))
            return False
        upload.save(update_fields=["map_text"])
        return True

    def map(self, request: HttpRequest, public_id: str) -> HttpResponse:
        upload = self._upload(request, public_id)
        if not upload.columns_json:
            return redirect("admin:applications_rosterupload_columns", public_id)
        form = MapTextForm(request.POST, role=upload.role)
        if not form.is_valid():
            table = summaries.from_json(upload.columns_json)
            columns = ColumnsForm(table=table, roster=None, questions=_questions(upload))
            return self._page(
                request,
                "columns",
                _("Map the columns"),
                upload=upload,
                form=columns,
                text_form=form,
                reading_form=ReadingForm(upload=upload, table=table),
            )
        upload.map_text = form.cleaned_data["text"]
        upload.save(update_fields=["map_text"])
        return self._start(request, upload, Purpose.CHECK)

    def download(self, request: HttpRequest, public_id: str) -> HttpResponse:
        upload = self._upload(request, public_id)
        headers = {"Content-Disposition": 'attachment; filename="map.toml"'}
        return HttpResponse(
            upload.map_text, content_type="text/plain; charset=utf-8", headers=headers
        )

    def _start(self, request: HttpRequest, upload: RosterUpload, purpose: str) -> HttpResponse:
        job = request_job(upload, purpose, by=acting_member(request))
        return redirect("admin:applications_rosterupload_job", job.public_id)

    def check_rows(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return self._start(request, self._upload(request, public_id), Purpose.CHECK)

    def import_now(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return self._start(request, self._upload(request, public_id), Purpose.IMPORT)

    def job(self, request: HttpRequest, public_id: str) -> HttpResponse:
        found = RosterJob.objects.visible_to(request.user).select_related("upload__cohort")
        job = get_object_or_404(found, public_id=public_id)
        if job.purpose == Purpose.READ and job.state == job.State.DONE:
            return redirect("admin:applications_rosterupload_columns", job.upload.public_id)
        report = job.report
        return self._page(
            request,
            "job",
            _("Roster import"),
            job=job,
            upload=job.upload,
            problems=report.get("problems", []),
            notes=report.get("notes", []),
            reading_form=_reading_form(job.upload),
            **self._people(request, job),
        )

    def _people(self, request: HttpRequest, job: RosterJob) -> dict[str, object]:
        member = acting_member(request)
        if job.purpose == Purpose.UNDO:
            return {"refused": refused_for(member, job)}
        people = people_for(member, job)
        return {
            "people": people,
            "samples": [one for one in people if one.is_new][:SAMPLES] if job.is_dry_run else [],
            "left_out": job.report.get("left_out", []),
            "words_form": WordsForm(words=job.report.get("words", [])),
            "may_undo": may_be_undone(job, timezone.now()),
        }

    def cancel(self, request: HttpRequest, public_id: str) -> HttpResponse:
        job = get_object_or_404(RosterJob.objects.visible_to(request.user), public_id=public_id)
        job.cancel()
        return redirect("admin:applications_rosterupload_job", public_id)

    def undo(self, request: HttpRequest, public_id: str) -> HttpResponse:
        found = RosterJob.objects.visible_to(request.user).select_related("upload")
        job = get_object_or_404(found, public_id=public_id)
        undoing = request_undo(job, by=acting_member(request), at=timezone.now())
        return redirect("admin:applications_rosterupload_job", undoing.public_id)

    def words(self, request: HttpRequest, public_id: str) -> HttpResponse:
        found = RosterJob.objects.visible_to(request.user).select_related("upload")
        job = get_object_or_404(found, public_id=public_id)
        form = WordsForm(request.POST, words=job.report.get("words", []))
        if form.words and form.is_valid():
            upload = job.upload
            upload.map_text = with_words(upload.map_text, upload.role, form.choices_by_field())
            upload.save(update_fields=["map_text"])
            return self._start(request, upload, Purpose.CHECK)
        return redirect("admin:applications_rosterupload_job", public_id)

    def discard(self, request: HttpRequest, public_id: str) -> HttpResponse:
        upload = self._upload(request, public_id)
        discard_upload(upload)
        messages.success(request, _("The file was deleted. Nothing was imported from it."))
        return redirect("admin:applications_rosterupload_changelist")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        add = reverse("admin:applications_rosterupload_add")
        return super().changelist_view(request, {**(extra_context or {}), "add_url": add})


def _questions(upload: RosterUpload) -> QuerySet[ProgramQuestion]:
    return ProgramQuestion.objects.current(upload.cohort.program)


def _saved_map(upload: RosterUpload) -> RosterMap | None:
    """Return the saved map; None if there is none or an older version of the software made it."""
    try:
        return read_map(upload.map_text, role=upload.role) if upload.map_text else None
    except BadMap:
        return None


def _reading_form(upload: RosterUpload, data: QueryDict | None = None) -> ReadingForm:
    """Return the form about how a file is read, with the sheets of its last reading."""
    return ReadingForm(data, upload=upload, table=summaries.from_json(upload.columns_json))
