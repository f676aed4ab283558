"""A backup can be restored, and restoring sends no e-mail and brings no erased person back."""

import gzip
import io
import json
import os
import re
import subprocess
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import erasure_log
from accounts.models import User
from mentoring import backups, database_dumps
from notifications.dispatch import send_due_emails
from notifications.models import OutboxState
from notifications.reasons import NOT_ADOPTED

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.django_db(transaction=True),  # a dump sees only what was committed
]
MORNING = datetime(2026, 11, 29, 4, 10, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.ERASED_FILE, settings.OUTBOX_EPOCH_FILE = tmp_path / "erased", tmp_path / "epoch"
    settings.BACKUP_FOLDER = tmp_path / "backups"


def backup(**options):
    backups.create_backup(backups.settings.BACKUP_FOLDER, **{"keep": 9, "at": MORNING, **options})
    return max(backups.settings.BACKUP_FOLDER.glob("*.tar.gz"))


def packed(archive: Path, **changed: bytes) -> Path:
    """The archive once more, with other content in some of its files."""
    path = archive.with_name("other.tar.gz")
    with tarfile.open(archive) as old, tarfile.open(path, "w:gz") as new:
        for member in old:
            content = changed.get(member.name.split(".")[0], old.extractfile(member).read())
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return path


def manifest_of(archive: Path) -> dict:
    with tarfile.open(archive) as tar:
        return json.load(tar.extractfile("manifest.json"))


def refused(archive: Path, *words: str) -> str:
    """What `restore` answers; the database must be as before."""
    before = list(User.objects.order_by("pk").values())
    with pytest.raises(CommandError) as error:
        call_command("restore", str(archive), *words)
    assert list(User.objects.order_by("pk").values()) == before
    assert OutboxState.objects.get().instance_id == backups.settings.INSTANCE_ID
    return str(error.value)


# --- backup


def test_a_backup_is_dated_owner_only_and_complete(ada, settings):
    erasure_log.append("x" * 22)
    archive = backup()
    assert archive.name == "mentoring-2026-11-29T041005Z.tar.gz"
    assert archive.stat().st_mode & 0o777 == 0o600
    assert os.listdir(archive.parent) == [archive.name]
    manifest = manifest_of(archive)
    assert (manifest["database"], manifest["instance_id"]) == (connection.vendor, "main")
    assert manifest["made_at"] == "2026-11-29T04:10:05+00:00"
    assert manifest["rows"]["accounts_user"] == 1
    assert set(manifest["rows"]) == set(connection.introspection.table_names()) - {
        "django_session",
        "usersessions_usersession",
    }
    with tarfile.open(archive) as tar:
        assert {member.mode for member in tar} == {0o600}
        assert tar.getnames() == ["manifest.json", *manifest["sha256"]]
        assert tar.extractfile("erased").read().decode().split() == ["x" * 22]


def test_the_command_says_what_it_wrote(ada, settings, tmp_path, capsys):
    call_command("backup", str(tmp_path / "elsewhere"))
    [archive] = (tmp_path / "elsewhere").iterdir()
    assert f"Written and verified: {archive}" in capsys.readouterr().out


def test_sessions_are_not_in_a_backup(ada, as_user):
    as_user(ada).get("/")
    [session] = Session.objects.all()
    archive = backup()
    with archive.open("rb") as file, backups.archive_to_restore(file, replace=True) as opened:
        dump = opened.folder / database_dumps.dump_format(connection).file_name
        content = dump.read_bytes()
        if connection.vendor == "postgresql":
            program = database_dumps.dump_format(connection)._program("pg_restore")
            content = subprocess.check_output([program, "--file=-", dump])
    assert ada.email.encode() in content
    assert session.session_key.encode() not in content
    call_command("restore", str(archive), "--replace")
    assert not Session.objects.exists()


def test_a_backup_is_never_overwritten(ada):
    before = backup().read_bytes()
    with pytest.raises(backups.BackupError, match="already exists"):
        backup()
    assert max(backups.settings.BACKUP_FOLDER.glob("*.tar.gz")).read_bytes() == before


def test_only_the_newest_are_kept_and_other_files_are_left_alone(ada, settings):
    settings.BACKUP_FOLDER.mkdir()
    (settings.BACKUP_FOLDER / "notes.tar.gz").write_text("mine")
    for minutes in range(4):
        backup(at=MORNING + timedelta(minutes=minutes), keep=2)
    assert sorted(os.listdir(settings.BACKUP_FOLDER)) == [
        "mentoring-2026-11-29T041205Z.tar.gz",
        "mentoring-2026-11-29T041305Z.tar.gz",
        "notes.tar.gz",
    ]


def test_keeping_none_is_refused():
    with pytest.raises(CommandError, match="1 or more"):
        call_command("backup", keep=0)


def test_a_backup_that_fails_leaves_nothing_and_removes_nothing(ada, settings, monkeypatch):
    first = backup()
    wrong = {"accounts_user": 2}
    kind = type(database_dumps.dump_format(connection))
    monkeypatch.setattr(kind, "row_counts", lambda self, path: wrong)
    with pytest.raises(CommandError, match=r"No backup was made\. .*other rows"):
        call_command("backup", keep=1)
    assert os.listdir(settings.BACKUP_FOLDER) == [first.name]


def test_what_a_killed_backup_left_is_removed_a_day_later(ada, settings):
    left, running = settings.BACKUP_FOLDER / ".partial-1", settings.BACKUP_FOLDER / ".partial-2"
    for folder in (left, running):
        folder.mkdir(parents=True)
        (folder / "database.dump").write_text("half")
    os.utime(left, (0, 0))
    backup()
    assert (left.exists(), running.exists()) == (False, True)


def test_people_erased_before_the_log_was_lost_are_in_the_archive(ada):
    User.objects.filter(pk=ada.pk).update(email=f"{ada.public_id.lower()}@erased.invalid")
    with tarfile.open(backup()) as tar:
        assert tar.extractfile("erased").read().decode().split() == [ada.public_id]
    assert erasure_log.erased_ids() == {ada.public_id}


# --- restore


def test_replacing_brings_the_backup_back_and_blocks_the_outbox(ada, ben, capsys):
    assert send_due_emails() == 0  # one run, so that both epochs are 1
    archive = backup()
    User.objects.filter(pk=ada.pk).update(name="Ada Later")
    User.objects.create_user("late@example.org", name="Cleo Late")
    erasure_log.append("x" * 22)
    for _ in range(2):
        call_command("restore", str(archive), "--replace")
        assert [user.name for user in User.objects.order_by("pk")] == ["Ada Brook", "Ben Okoro"]
        # Its epoch is the file's, as of a backup that was made while e-mail was being sent.
        send_due_emails()
        assert OutboxState.objects.get().blocked_reason == NOT_ADOPTED
    assert erasure_log.erased_ids() == {"x" * 22}
    assert "Next, before you start the site: manage.py post_restore" in capsys.readouterr().out
    assert list(backups.settings.BACKUP_FOLDER.iterdir()) == [archive]


def test_a_load_that_fails_at_its_end_changes_nothing(ada, monkeypatch):
    archive = backup()
    monkeypatch.setattr(backups.restore_guard, "FORGET_INSTANCE_SQL", "UPDATE nowhere SET x = 1")
    assert "could not be loaded" in refused(archive, "--replace")


def test_a_database_in_use_is_not_replaced(ada, monkeypatch):
    archive = backup()
    monkeypatch.setattr(database_dumps, "LOCK_SECONDS", 1)
    session = connection.copy()
    with session.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("UPDATE accounts_user SET name = 'half'")
        answer = refused(archive, "--replace")
    session.close()
    assert "in use" in answer or "lock timeout" in answer


def test_a_database_with_accounts_is_not_replaced_by_mistake(ada):
    assert "use --replace" in refused(backup())


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999, 1.0])
def test_a_truncated_archive_is_refused(ada, share):
    archive = backup()
    content = archive.read_bytes()[:-1]
    archive.write_bytes(content[: int(len(content) * share)])
    assert "damaged or incomplete" in refused(archive, "--replace")


def test_an_archive_with_changed_content_is_refused(ada):
    answer = refused(packed(backup(), erased=b"nobody\n"), "--replace")
    assert "erased has changed or is missing" in answer
    assert not erasure_log.exists() or erasure_log.erased_ids() == set()


def test_an_archive_whose_dump_cannot_be_read_is_refused(ada):
    archive = backup()
    manifest = manifest_of(archive)
    dump = database_dumps.dump_format(connection).file_name
    manifest["sha256"][dump] = backups.hashlib.sha256(b"not a dump").hexdigest()
    archive = packed(archive, database=b"not a dump", manifest=json.dumps(manifest).encode())
    assert "damaged or incomplete" in refused(archive, "--replace")


def test_an_archive_with_other_rows_than_it_says_is_refused(ada):
    archive = backup()
    manifest = manifest_of(archive)
    manifest["rows"]["accounts_user"] += 1
    archive = packed(archive, manifest=json.dumps(manifest).encode())
    assert "other rows" in refused(archive, "--replace")


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"database": "oracle"}, "The backup is of a oracle database"),
        ({"format": 99}, "newer version"),
        ({"migrations": ["accounts.0999_later"]}, "accounts.0999_later, which is unknown here"),
        ({"sha256": {}}, "names too few files"),
    ],
)
def test_an_archive_for_another_place_is_refused(ada, change, answer):
    archive = backup()
    archive = packed(archive, manifest=json.dumps({**manifest_of(archive), **change}).encode())
    assert answer in refused(archive, "--replace")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}"])
def test_an_archive_without_a_manifest_is_refused(ada, content):
    assert "damaged or incomplete" in refused(packed(backup(), manifest=content), "--replace")


def test_a_file_that_is_no_archive_is_refused(ada, tmp_path):
    backup()
    for name, content in {"text": b"hello", "gz": gzip.compress(b"hello"), "empty": b""}.items():
        (tmp_path / name).write_bytes(content)
        assert "damaged or incomplete" in refused(tmp_path / name, "--replace")
    assert "Nothing was restored" in refused(tmp_path / "missing", "--replace")


def test_an_archive_cannot_write_outside_its_folder(ada, tmp_path):
    archive = backup()
    with tarfile.open(archive) as old, tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as new:
        for member in old:
            new.addfile(member, old.extractfile(member))
        outside = tarfile.TarInfo("../outside")
        new.addfile(outside)
    assert "doesn't belong in it" in refused(tmp_path / "bad.tar.gz", "--replace")


# --- the log of erased people


def test_logs_are_merged_and_never_shrink(ada, tmp_path):
    erasure_log.append("a" * 22)
    archive = backup()
    newer = tmp_path / "newer"
    newer.write_text(f"{'b' * 22}\n")
    for path, known in ((newer, "b"), (archive, "a")):
        assert backups.read_erasure_log(path) == {known * 22}
    erasure_log.append("c" * 22)
    with (
        archive.open("rb") as file,
        backups.archive_to_restore(file, replace=True) as opened,
    ):
        assert backups.merge_erasure_logs(opened, [newer]) == 1
        assert backups.merge_erasure_logs(opened, [newer, archive]) == 0
    assert erasure_log.erased_ids() == {"a" * 22, "b" * 22, "c" * 22}


@pytest.mark.parametrize("content", [b"Ada Brook, ada@example.org\n", b"\xff\xfe"])
def test_a_file_that_is_no_log_is_refused(ada, tmp_path, content):
    archive = backup()
    wrong = tmp_path / "wrong"
    wrong.write_bytes(content)
    assert "wrong" in refused(archive, "--replace", "--erasure-log", str(wrong))


def test_post_restore_refuses_on_a_machine_without_a_log(ada, settings):
    with pytest.raises(CommandError, match=re.escape(str(settings.ERASED_FILE))):
        call_command("post_restore")
    call_command("post_restore", "--without-erasure-log")
    assert settings.ERASED_FILE.read_text() == ""
    call_command("post_restore")


# --- PostgreSQL's client programs


def test_a_missing_client_is_named(ada, settings, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite needs no client program")
    monkeypatch.setenv("PATH", "/nowhere")
    settings.PG_BINDIR = "/nowhere"
    with pytest.raises(CommandError, match=r"pg_dump was not found\. Install .* version \d+"):
        call_command("backup")


def test_an_older_client_is_refused(ada, settings, tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite needs no client program")
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    old.chmod(0o700)
    settings.PG_BINDIR = str(tmp_path)
    with pytest.raises(CommandError, match="has version 9, the server"):
        call_command("backup")


def test_rows_are_counted_by_the_lines_of_a_plain_dump():
    dump = (
        b"SET x = 1;\nCOPY public.note (id, text) FROM stdin;\n"
        b"1\tCOPY public.other (id)\n2\t\\\\.\n"
        b'\\.\n\nCOPY public."user" (id) FROM stdin;\n\\.\nSELECT 1;\n'
    )
    counted = database_dumps.count_copied_rows(dump.splitlines(keepends=True))
    assert counted == {"note": 2, "user": 0}


def test_the_image_has_a_client_that_fits_the_server():
    root = backups.settings.BASE_DIR
    server = re.search(r"image: postgres:(\d+)", (root / "docker-compose.yml").read_text())
    client = re.search(r"postgresql-client-(\d+)", (root / "Dockerfile").read_text())
    assert int(client[1]) >= int(server[1])
