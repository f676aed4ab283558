"""Roster imports: a file and its map, the jobs that read, check and import it, and what came of it.

The file is parsed by jobs only. Pages show what the jobs stored.
"""

from __future__ import annotations

import base64
import json
import zlib
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from programs.models.cohorts import Cohort
from programs.models.committee import Membership
from programs.models.programs import Program
from workflow.jobs import Job

from .applications import Application

RETENTION = timedelta(hours=24)


class RosterUploadQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those who may import: chairs and matchers of the program."""
        programs = Membership.objects.program_ids(user, "chair", "matcher")
        return self.filter(cohort__program__in=programs).scoped("chairs and matchers")

    def with_last_job(self) -> Self:
        """With `last_purpose`, `last_state` and `last_counts` of the latest job."""
        last = RosterJob.system.filter(upload=OuterRef("pk")).order_by("-pk")
        return self.annotate(
            last_purpose=Subquery(last.values("purpose")[:1]),
            last_state=Subquery(last.values("state")[:1]),
            last_counts=Subquery(last.values("counts")[:1]),
        )

    def expired(self, at: datetime) -> Self:
        """Uploads whose rows must be erased at `at`."""
        return self.filter(created_at__lte=at - RETENTION)


class RosterUpload(ConfidentialModel):
    """A file, encrypted; erased once it is imported or after `RETENTION`.

    `columns_json` has the headings with a few answers of each, for the page that maps them.
    """

    public_id = PublicIdField()
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="+", verbose_name=_("cohort"))
    role = models.CharField(_("role"), max_length=10, choices=Application.Role)
    file_name = models.CharField(_("file"), max_length=120)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    content_text = EncryptedTextField(blank=True, editable=False)
    columns_json = EncryptedTextField(blank=True, editable=False)
    # Of `ReadOptions`: what a member has chosen where the file was not read right.
    read_options = models.JSONField(default=dict, editable=False)
    map_text = models.TextField(_("map"), blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False,
        verbose_name=_("uploaded by"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    objects = RosterUploadQuerySet.as_manager()
    system = SystemManager.from_queryset(RosterUploadQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("roster import")
        verbose_name_plural = _("roster imports")

    def __str__(self) -> str:
        return str(
            _("%(rows)d rows for %(cohort)s") % {"rows": self.row_count, "cohort": self.cohort}
        )

    @property
    def content(self) -> bytes:
        """The bytes of the file; empty once they are erased."""
        return zlib.decompress(base64.b64decode(self.content_text)) if self.content_text else b""

    @content.setter
    def content(self, content: bytes) -> None:
        self.content_text = base64.b64encode(zlib.compress(content, 1)).decode()

    @property
    def is_erased(self) -> bool:
        return not self.content_text


class RosterJobQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Whoever may see the upload."""
        rows = self.filter(upload__in=RosterUpload.objects.visible_to(user))
        return rows.scoped("chairs and matchers")


class RosterJob(Job):
    """One reading, one check or one import of an upload.

    `report_json` has what the page shows: problems, notes, and people with what changes.
    """

    class Purpose(models.TextChoices):
        READ = "read", _("reading")
        CHECK = "check", _("check")
        IMPORT = "import", _("import")
        UNDO = "undo", _("undo")

    INPUT = ("upload", "purpose", "undoes")

    upload = models.ForeignKey(RosterUpload, models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=6, choices=Purpose, default=Purpose.CHECK)
    report_json = EncryptedTextField(blank=True, editable=False)
    counts = models.JSONField(default=dict, editable=False)
    # {vocabulary: ids} of the words and employers that an import added
    added = models.JSONField(default=dict, editable=False)
    undone_at = models.DateTimeField(null=True, editable=False)
    undoes = models.ForeignKey("self", models.CASCADE, null=True, related_name="+", editable=False)

    objects = RosterJobQuerySet.as_manager()
    system = SystemManager.from_queryset(RosterJobQuerySet)()

    class Meta(Job.Meta):
        get_latest_by = "pk"
        verbose_name = _("roster job")
        verbose_name_plural = _("roster jobs")

    def __str__(self) -> str:
        return str(self.get_purpose_display())

    @property
    def program(self) -> Program:
        return self.upload.cohort.program

    @property
    def is_dry_run(self) -> bool:
        return self.purpose != self.Purpose.IMPORT

    @property
    def report(self) -> dict[str, list[dict[str, object]]]:
        return json.loads(self.report_json or "{}")

    @report.setter
    def report(self, value: dict[str, list[dict[str, object]]]) -> None:
        self.report_json = json.dumps(value, ensure_ascii=False)


class ImportedRowQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Whoever may read the application as a committee member."""
        applications = Application.objects.for_committee(user)
        return self.filter(application__in=applications).scoped("committee")


class ImportedRow(ConfidentialModel):
    """One row of a file that came into one application.

    `written` is what imports have stored so far, by field. An answer that is still the same has not
    been changed by its person, so a later file may correct it. `changes` is what this row changed.
    """

    # Empty for an import from the command line.
    job = models.ForeignKey(RosterJob, models.CASCADE, null=True, related_name="+")
    file_name = models.CharField(_("file"), max_length=120)
    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    row = models.PositiveIntegerField(_("row"))
    written_json = EncryptedTextField(editable=False)
    changes_json = EncryptedTextField(null=True, editable=False)  # erased after a day
    at = models.DateTimeField(_("imported"))

    objects = ImportedRowQuerySet.as_manager()
    system = SystemManager.from_queryset(ImportedRowQuerySet)()

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["job", "application"], name="one_row_per_application")
        ]
