"""How a person was prepared, for the history of an application: which code they accepted, when."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from programs.committee_admin.row_pages import HistoryEntry
from programs.models import TextVersion

from ..models import Application, Preparation
from ..preparations import CODE, ORIENTED

Kind = Preparation.Kind


def preparation_steps(application: Application) -> list[HistoryEntry]:
    """Return what the person accepted and passed, the oldest first.

    What came in with an import has no row of its own, and is shown by its moment.
    """
    rows = list(Preparation.objects.filter(application=application).select_related("by"))
    known = {row.kind for row in rows}
    if application.code_accepted_at and Kind.CODE not in known:
        rows.append(Preparation(kind=Kind.CODE, at=application.code_accepted_at))
    if application.orientation_passed_at and not known.intersection(ORIENTED):
        rows.append(Preparation(kind=Kind.CHECK, at=application.orientation_passed_at))
    versions = _code_versions(application) if rows else []
    return [HistoryEntry(row.at, row.by, _words(row, versions)) for row in rows]


def _code_versions(application: Application) -> list[datetime]:
    """Return when the code of the program was changed, the oldest first."""
    program = application.program
    rows = TextVersion.objects.filter(program=program, name=CODE, language=program.language)
    return list(rows.exclude(at=None).order_by("at").values_list("at", flat=True))


def _words(row: Preparation, versions: list[datetime]) -> str:
    what = str(row.get_kind_display())
    if row.kind != Kind.CODE or not versions:
        return what
    number = bisect_right(versions, row.at)
    if not number:
        return _("%(what)s, in the version before the first change") % {"what": what}
    since = formats.date_format(timezone.localtime(versions[number - 1]), "DATETIME_FORMAT")
    return _("%(what)s, in the version of %(moment)s") % {"what": what, "moment": since}
