"""The maps of a program's earlier files: what was chosen once is proposed for the next file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from applications.models import RosterUpload
from applications.models.imports import RosterUploadQuerySet
from programs.spellings import fold

from .map_checks import BadMap
from .map_reading import read_map
from .maps import RosterMap
from .tables import BadFile, Table, read_table
from .text_files import ReadOptions

MAX_REMEMBERED = 8  # earlier files that are looked at


@dataclass(frozen=True)
class RememberedMap:
    """The map of an earlier file, with the role of its people and when it was uploaded."""

    roster: RosterMap
    role: str
    at: datetime

    def share_of(self, headings: Sequence[str]) -> float:
        """Return how many of the headings the map knows, from 0 to 1."""
        return sum(map(self.roster.knows, headings)) / max(len(headings), 1)


def saved_map(upload: RosterUpload) -> RosterMap | None:
    """Return the saved map; None if there is none or an older version of the software made it."""
    try:
        return read_map(upload.map_text, role=upload.role) if upload.map_text else None
    except BadMap:
        return None


def earlier_uploads(uploads: RosterUploadQuerySet, upload: RosterUpload) -> list[RosterUpload]:
    """Return the program's latest files with a map: those of this role, then of the other."""
    rows = uploads.filter(cohort__program=upload.cohort.program_id)
    rows = rows.exclude(map_text="").exclude(pk=upload.pk).order_by("-pk")
    last = rows.defer("content_text", "columns_json")[:MAX_REMEMBERED]
    return sorted(last, key=lambda one: one.role != upload.role)


def remembered_maps(uploads: RosterUploadQuerySet, upload: RosterUpload) -> list[RememberedMap]:
    """Return the maps of earlier files. `uploads` are those that the member may see."""
    return [
        RememberedMap(found, one.role, one.created_at)
        for one in earlier_uploads(uploads, upload)
        if (found := saved_map(one))
    ]


def read_as_before(
    upload: RosterUpload, options: ReadOptions
) -> tuple[Table, dict[str, str | int | bool]]:
    """Read a file; where an earlier file's options find the columns of its map, use those.

    Return the table, and the options of the earlier file if they were used. An encoding that was
    chosen once is tried only on a file that cannot be read without. Raises BadFile.
    """
    failure: BadFile | None = None
    try:
        table = read_table(upload.content, options=options)
    except BadFile as error:
        failure = error
    tried: list[dict[str, str | int | bool]] = []
    for earlier in earlier_uploads(RosterUpload.system.all(), upload):
        names = [one for one in earlier.read_options if failure or one != "encoding"]
        chosen = {name: earlier.read_options[name] for name in names}
        roster = saved_map(earlier)
        if not chosen or chosen in tried or not roster:
            continue
        tried.append(chosen)
        with suppress(BadFile):
            other = read_table(upload.content, options=replace(options, **chosen))
            present = {fold(one) for one in other.headers}
            if {fold(one) for one in roster.columns} <= present:
                return other, chosen
    if failure:
        raise failure
    return table, {}


def of_this_shape(
    remembered: Sequence[RememberedMap], headings: Sequence[str]
) -> RememberedMap | None:
    """Return the map that knows most of the headings, if it knows at least half of them."""
    best = max(remembered, key=lambda one: one.share_of(headings), default=None)
    return best if best and 2 * best.share_of(headings) >= 1 else None


def role_of_this_shape(
    remembered: Sequence[RememberedMap], headings: Sequence[str], role: str
) -> str:
    """Return the other role, if only its files had all of these headings; else ""."""
    roles = {one.role for one in remembered if one.share_of(headings) == 1}
    return "" if role in roles else next(iter(roles), "")
