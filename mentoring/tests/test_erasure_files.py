"""The files of the database, a backup, the log and the cache have nothing of an erased person."""

from __future__ import annotations

import logging
import subprocess
import tarfile
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection

from accounts import privacy
from mentoring import backups, database_dumps

from .erasure_history import live
from .erasure_words import NAMES

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.ERASED_FILE, settings.OUTBOX_EPOCH_FILE = tmp_path / "erased", tmp_path / "epoch"
    settings.BACKUP_FOLDER = tmp_path / "backups"


def test_files_backup_log_and_cache_have_no_word(tmp_path, caplog):
    """On SQLite the bytes of the file too: deleted content is overwritten."""
    caplog.set_level(logging.DEBUG)
    history = live()
    words = [*history.planted.erased.values(), *NAMES]
    caplog.clear()
    privacy.erase_person(history.person)
    backup = backups.create_backup(tmp_path / "backups", keep=1)
    with tarfile.open(backup) as archive:
        archive.extractall(tmp_path / "open", filter="data")
    places = {path.name: path.read_bytes() for path in (tmp_path / "open").iterdir()}
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        log = file.with_name(f"{file.name}-wal")
        places |= {path.name: path.read_bytes() for path in (file, log) if path.exists()}
    if connection.vendor == "postgresql":
        places["plain dump"] = plain_dump(tmp_path / "open" / "database.dump")
    places["log"] = caplog.text.encode()
    places["cache"] = str(getattr(cache, "_cache", "")).encode()
    found = {
        (place, word)
        for place, content in places.items()
        for word in words
        if word.lower().encode() in content.lower()
    }
    assert found == set()


def plain_dump(path: Path) -> bytes:
    """What a dump of PostgreSQL, which is compressed, says in plain text."""
    pg_restore = database_dumps.PostgreSQLDump(connection)._program("pg_restore")
    return subprocess.run([pg_restore, "--file=-", path], check=True, capture_output=True).stdout
