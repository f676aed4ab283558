"""Roster imports: the rows and the map of an upload, and the jobs that check and import it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.encrypted_fields import EncryptedTextField
from access.ids import PublicIdField
from access.scoping import ConfidentialModel, ConfidentialQuerySet, SystemManager
from accounts.models import User
from programs.models.programs import Cohort, Program
from workflow.jobs import Job

from .applications import Application

RETENTION = timedelta(hours=24)


class RosterUploadQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those who may import: chairs and matchers of the program."""
        programs = Program.objects.for_committee(user, "chair", "matcher")
        return self.filter(cohort__program__in=programs).scoped("chairs and matchers")

    def expired(self, at: datetime) -> Self:
        """Uploads whose rows must be erased at `at`."""
        return self.filter(created_at__lte=at - RETENTION)


class RosterUpload(ConfidentialModel):
    """The rows of a file, encrypted; erased once they are imported or after `RETENTION`."""

    public_id = PublicIdField()
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="+", verbose_name=_("cohort"))
    role = models.CharField(_("role"), max_length=10, choices=Application.Role)
    file_name = models.CharField(_("file"), max_length=120)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    table_json = EncryptedTextField(editable=False)
    map_text = models.TextField(_("map"), blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
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


class RosterJobQuerySet(ConfidentialQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Whoever may see the upload."""
        rows = self.filter(upload__in=RosterUpload.objects.visible_to(user))
        return rows.scoped("chairs and matchers")


class RosterJob(Job):
    """One check or one import of an upload."""

    upload = models.ForeignKey(RosterUpload, models.CASCADE, related_name="+")
    is_dry_run = models.BooleanField(default=True)
    problems_json = EncryptedTextField(blank=True, editable=False)
    counts = models.JSONField(default=dict, editable=False)

    objects = RosterJobQuerySet.as_manager()
    system = SystemManager.from_queryset(RosterJobQuerySet)()

    class Meta(Job.Meta):
        verbose_name = _("roster job")
        verbose_name_plural = _("roster jobs")

    def __str__(self) -> str:
        return str(_("check") if self.is_dry_run else _("import"))

    @property
    def problems(self) -> list[dict[str, object]]:
        return json.loads(self.problems_json or "[]")
