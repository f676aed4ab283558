"""Backup archives: one dated file with all that an installation needs to come back.

An archive (tar, compressed) has the dump of the database, the log of erased people, the epoch of
the outbox, and a manifest. Keys are not in it: they are kept apart (docs/operations.md).

1. An archive gets its name only after it was written, opened again and compared with its manifest.
   No archive is overwritten.
2. Restoring checks everything before it changes anything, and the database is loaded as a whole.
3. The log of erased people only grows: it becomes the union of this machine's and the archive's.
4. The epoch is never restored and the database forgets its installation: `notifications
   .restore_guard` sends nothing until someone runs `post_restore`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import tarfile
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TypedDict

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from accounts import erasure_log, privacy
from accounts.models import User
from notifications import restore_guard

from .database_dumps import DumpError, dump_format

ARCHIVE_NAME = "mentoring-{:%Y-%m-%dT%H%M%S}Z.tar.gz"  # UTC; sorting by name sorts by time
ARCHIVE_GLOB = "mentoring-????-??-??T??????Z.tar.gz"
MANIFEST, ERASED, EPOCH = "manifest.json", "erased", "outbox-epoch"
FORMAT = 1
OWNER_ONLY = 0o600
PARTIAL = ".partial-"  # of a folder that disappears when the backup is finished
PARTIAL_HOURS = 24
PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{16,40}")
DAMAGED = "The archive is damaged or incomplete: {}. Use another one."


class BackupError(Exception):
    """Why a backup cannot be made or restored, in words for the operator."""


class Manifest(TypedDict):
    """What an archive holds; `rows` by table, `sha256` by file name."""

    format: int
    made_at: str
    instance_id: str
    database: str  # the vendor, in Django's words
    migrations: list[str]
    rows: dict[str, int]
    sha256: dict[str, str]


@dataclass(frozen=True)
class Archive:
    """An archive that was unpacked into `folder` and compared with its manifest."""

    manifest: Manifest
    folder: Path

    @property
    def erased_ids(self) -> set[str]:
        return erasure_log.parse((self.folder / ERASED).read_text())

    @property
    def rows(self) -> int:
        return sum(self.manifest["rows"].values())


# --- making a backup


def create_backup(folder: Path, *, keep: int, at: datetime | None = None) -> Path:
    """Write a new archive into `folder`, verify it, and remove all but the newest `keep`.

    Returns its path. Raises BackupError; then no archive was made or removed.
    """
    target = folder / ARCHIVE_NAME.format(at or timezone.now())
    if target.exists():
        raise BackupError(f"{target} already exists. Try again in a second.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_partial(folder)
    with tempfile.TemporaryDirectory(prefix=PARTIAL, dir=folder) as name:
        work = Path(name)
        manifest = _collect(work, made_at=at or timezone.now())
        written = work / target.name
        _pack(written, work, manifest)
        with written.open("rb") as file:
            open_archive(file, work / "opened")
        written.rename(target)
    for old in sorted(folder.glob(ARCHIVE_GLOB))[:-keep]:
        old.unlink()
    return target


def _collect(work: Path, *, made_at: datetime) -> Manifest:
    """Put the files of an archive into the folder `work`; return their manifest."""
    connection = connections[DEFAULT_DB_ALIAS]
    # A database that has never sent e-mail must not look like one after it was restored.
    state = restore_guard.load_state()
    (work / ERASED).write_text("".join(f"{id}\n" for id in sorted(privacy.complete_erasure_log())))
    (work / EPOCH).write_text(f"{state.epoch}\n")
    try:
        dump = dump_format(connection)
        rows = dump.dump(work / dump.file_name)
    except DumpError as error:
        raise BackupError(str(error)) from error
    loader = MigrationLoader(connection)
    return Manifest(
        format=FORMAT,
        made_at=made_at.isoformat(timespec="seconds"),
        instance_id=settings.INSTANCE_ID,
        database=connection.vendor,
        migrations=sorted(f"{app}.{name}" for app, name in loader.applied_migrations),
        rows=rows,
        sha256={name: _sha256(work / name) for name in (ERASED, EPOCH, dump.file_name)},
    )


def _pack(path: Path, folder: Path, manifest: Manifest) -> None:
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as tar:
            # The manifest comes first, so an archive can be checked while it is read.
            for name in (MANIFEST, *manifest["sha256"]):
                tar.add(folder / name, arcname=name, filter=_without_owner)
        file.flush()
        os.fsync(file.fileno())


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname, member.gname, member.mode = "", "", OWNER_ONLY
    return member


def _remove_partial(folder: Path) -> None:
    """Remove what a backup left that was killed, but not what another one is writing now."""
    for left in folder.glob(f"{PARTIAL}*"):
        if left.stat().st_mtime < time.time() - PARTIAL_HOURS * 3600:
            shutil.rmtree(left)


# --- reading an archive


def open_archive(file: IO[bytes], folder: Path) -> Archive:
    """Unpack an archive into the new `folder` and compare everything with its manifest.

    The dump is read to its end. Raises BackupError.
    """
    folder.mkdir(mode=0o700)
    archive = _unpack(file, folder)
    manifest = archive.manifest
    vendor = connections[DEFAULT_DB_ALIAS].vendor
    if manifest["database"] != vendor:
        raise BackupError(
            f"The backup is of a {manifest['database']} database, and DATABASE_URL names a"
            f" {vendor} database. Restore it into a {manifest['database']} database."
        )
    dump = dump_format(connections[DEFAULT_DB_ALIAS])
    try:
        counts = dump.row_counts(folder / dump.file_name)
    except DumpError as error:
        raise BackupError(DAMAGED.format(error)) from error
    if counts != manifest["rows"]:
        raise BackupError(DAMAGED.format("the dump has other rows than the manifest says"))
    return archive


def _unpack(file: IO[bytes], folder: Path) -> Archive:
    try:
        # As a stream: going back in a compressed file means to read it again from its beginning.
        with gzip.open(file) as content, tarfile.open(fileobj=content, mode="r|") as tar:
            manifest = _read_manifest(tar)
            found = {}
            while member := tar.next():  # iterating would begin again with the first
                found[member.name] = _unpack_member(tar, member, folder)
            while content.read(1 << 20):  # to the end, where gzip finds what is missing
                pass
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise BackupError(DAMAGED.format(error)) from error
    for name, expected in manifest["sha256"].items():
        if found.get(name) != expected:
            raise BackupError(DAMAGED.format(f"{name} has changed or is missing"))
    return Archive(manifest, folder)


def _read_manifest(tar: tarfile.TarFile) -> Manifest:
    member = tar.next()
    text = member and member.name == MANIFEST and tar.extractfile(member)
    if not text:
        raise BackupError(DAMAGED.format("it doesn't begin with a manifest"))
    try:
        manifest: Manifest = json.load(text)
        is_known = manifest["format"] == FORMAT
        complete = Manifest.__required_keys__ <= set(manifest)
    except (ValueError, TypeError, KeyError) as error:
        raise BackupError(DAMAGED.format("the manifest cannot be read")) from error
    if not is_known:
        raise BackupError("The archive was made by a newer version. Update this site first.")
    if not complete or not {ERASED, EPOCH} <= set(manifest["sha256"]):
        raise BackupError(DAMAGED.format("the manifest names too few files"))
    return manifest


def _unpack_member(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    """Write a member into the folder; return its hash. Its name must not lead elsewhere."""
    content = tar.extractfile(member)
    if content is None or Path(member.name).name != member.name:
        raise BackupError(DAMAGED.format(f"{member.name} doesn't belong in it"))
    with (folder / member.name).open("xb") as copy:
        shutil.copyfileobj(content, copy)
    return _sha256(folder / member.name)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- restoring


@contextmanager
def archive_to_restore(file: IO[bytes], *, replace: bool) -> Iterator[Archive]:
    """Open an archive and check that it may be loaded here. Raises BackupError."""
    if not (replace or is_empty()):
        raise BackupError(
            "There are accounts in this database already. To replace everything in it by the"
            " backup, use --replace."
        )
    settings.BACKUP_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=PARTIAL, dir=settings.BACKUP_FOLDER) as name:
        archive = open_archive(file, Path(name) / "opened")
        known = MigrationLoader(None).disk_migrations
        unknown = set(archive.manifest["migrations"]) - {".".join(key) for key in known}
        if unknown:
            raise BackupError(
                f"The backup was made by a version with {sorted(unknown)[0]}, which is unknown"
                " here. Install that version first."
            )
        yield archive


def is_empty() -> bool:
    """Whether the database has no account; it may have empty tables."""
    tables = connections[DEFAULT_DB_ALIAS].introspection.table_names()
    return User._meta.db_table not in tables or not User.objects.exists()


def load(archive: Archive) -> None:
    """Replace the database by the archive's. Raises BackupError, then nothing has changed."""
    connection = connections[DEFAULT_DB_ALIAS]
    dump = dump_format(connection)
    connection.close()
    try:
        dump.load(archive.folder / dump.file_name, last_statement=restore_guard.FORGET_INSTANCE_SQL)
    except DumpError as error:
        raise BackupError(str(error)) from error
    finally:
        connection.close()


def merge_erasure_logs(archive: Archive, paths: Iterable[Path]) -> int:
    """Add everyone to this machine's log whom the archive or one of the files knows as erased.

    The files are archives or copies of the log. Returns how many were added. Raises BackupError.
    """
    return erasure_log.merge(archive.erased_ids.union(*map(read_erasure_log, paths)))


def read_erasure_log(path: Path) -> set[str]:
    """Return the public ids in a copy of the log, or in the log of another archive."""
    if tarfile.is_tarfile(path):
        with tempfile.TemporaryDirectory() as name, path.open("rb") as file:
            return _unpack(file, Path(name)).erased_ids
    try:
        erased = erasure_log.parse(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(f"{path} cannot be read: {error}") from error
    if wrong := [line for line in erased if not PUBLIC_ID.fullmatch(line)]:
        raise BackupError(f"{path} is not a log of erased people: it has the line {wrong[0]:.60}")
    return erased
