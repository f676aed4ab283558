"""Roster imports: upload a file, map its columns, check the rows, import. Jobs do the reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from applications.forms.roster_upload import RosterUploadForm
from applications.importing.reports import upload_stage
from applications.models import RosterJob, RosterUpload
from applications.models.imports import RosterUploadQuerySet
from programs.committee import Role, acting_member
from programs.committee_admin import CommitteeAdmin, row_id

from . import roster_columns, roster_jobs
from .roster_pages import Purpose, page, start

MAY_IMPORT = (Role.CHAIR, Role.MATCHER)


@admin.register(RosterUpload)
class RosterUploadAdmin(CommitteeAdmin):
    empty_words = gettext_lazy("There are no imports yet.")
    empty_advice = gettext_lazy(
        "Import a sign-up list from another tool as applications to a cohort."
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
    add_title = menu_words = gettext_lazy("Import a roster")
    add_roles = change_roles = MAY_IMPORT

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._holds(request, MAY_IMPORT)

    def get_urls(self) -> list[URLPattern]:
        def address(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(
                route, self.admin_site.admin_view(view), name=f"applications_rosterupload_{name}"
            )

        return [
            address("<str:public_id>/columns/", roster_columns.columns, "columns"),
            address("<str:public_id>/reading/", require_POST(roster_columns.read_again), "reading"),
            address("<str:public_id>/map/", require_POST(roster_columns.use_map), "map"),
            address("jobs/<str:public_id>/words/", require_POST(roster_jobs.words), "words"),
            address("<str:public_id>/map.toml", roster_columns.download, "download"),
            address("<str:public_id>/check/", require_POST(roster_jobs.check_rows), "check"),
            address("<str:public_id>/import/", require_POST(roster_jobs.import_now), "import"),
            address("jobs/<str:public_id>/", roster_jobs.show, "job"),
            address("jobs/<str:public_id>/cancel/", require_POST(roster_jobs.cancel), "cancel"),
            address("jobs/<str:public_id>/undo/", require_POST(roster_jobs.undo), "undo"),
            address("<str:public_id>/discard/", require_POST(roster_jobs.discard), "discard"),
            *super().get_urls(),
        ]

    def with_columns(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        uploads = cast(RosterUploadQuerySet, rows)
        return uploads.with_last_job().defer("content_text", "columns_json")

    @admin.display(description=gettext_lazy("state"))
    def stage(self, upload: RosterUpload) -> str:
        """Say how far an import is, and what comes next."""
        return upload_stage(upload, timezone.now())

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
            return start(request, form.save(), Purpose.READ)
        return page(request, "upload", str(self.add_title), form=form)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        upload = get_object_or_404(
            RosterUpload.objects.visible_to(request.user), pk=row_id(object_id)
        )
        last = (
            RosterJob.objects.visible_to(request.user).filter(upload=upload).order_by("pk").last()
        )
        if last and last.purpose != Purpose.READ:
            return redirect("admin:applications_rosterupload_job", last.public_id)
        return redirect("admin:applications_rosterupload_columns", upload.public_id)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        add = reverse("admin:applications_rosterupload_add")
        return super().changelist_view(request, {**(extra_context or {}), "add_url": add})
