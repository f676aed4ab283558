"""Rehearse the loss of the machine: back up, erase a person, send e-mail, restore elsewhere.

    python -m testkit.drill

Every command is a process of its own, as in docs/operations.md. The two machines are two folders
and two databases: on the PostgreSQL server of DATABASE_URL, else SQLite. Mail goes to a server on
loopback that keeps what it accepts. The last lines say what was found; the exit code is 0 only if
everything was as promised.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from testkit import smtp
from testkit.chaos import own_database
from testkit.fork_server import ROOT

CANARY = "Ottilie Quagga"  # a name that is found only where its person left a trace
PEOPLE = ("Ada Brook", "Ben Okoro", CANARY)


class StepFailed(Exception):
    """A command ended with another exit code than expected; the text has its output."""


@dataclass
class Machine:
    """A folder in place of `var`, a database, and the commands that run there."""

    folder: Path
    url: str
    mail_url: str

    @property
    def log(self) -> Path:
        """The log of erased people."""
        return self.folder / "erased"

    def manage(self, *words: str, fails: bool = False) -> str:
        """Run manage.py; return what it printed."""
        return self._run("manage.py", *words, fails=fails)

    def step(self, name: str) -> str:
        """Run a function of this module in the machine's Django."""
        return self._run("-m", "testkit.drill", name, fails=False)

    def backup(self) -> Path:
        self.manage("backup")
        return max((self.folder / "backups").glob("*.tar.gz"))

    def _run(self, *words: str, fails: bool) -> str:
        environment = {
            **os.environ,
            "DEBUG": "1",
            "DJANGO_SETTINGS_MODULE": "mentoring.settings",
            "DATABASE_URL": self.url,
            "EMAIL_URL": self.mail_url,
            "OUTBOX_EPOCH_FILE": str(self.folder / "outbox-epoch"),
            "ERASED_FILE": str(self.log),
            "BACKUP_FOLDER": str(self.folder / "backups"),
            "LOG_LEVEL": "CRITICAL",
        }
        command = [sys.executable, *words]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if bool(done.returncode) != fails:
            raise StepFailed(f"{' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stderr if fails else done.stdout


@dataclass
class Report:
    """What was found, each with the value and the expected one."""

    found: dict[str, tuple[object, object]] = field(default_factory=dict)

    def compare(self, what: str, value: object, expected: object) -> None:
        self.found[what] = (value, expected)

    @property
    def faults(self) -> list[str]:
        return [
            f"{what}: {value!r}, expected {expected!r}"
            for what, (value, expected) in self.found.items()
            if value != expected
        ]

    def __str__(self) -> str:
        return "\n".join(
            f"{'ok    ' if value == expected else 'FAILED'} {what}: {value}"
            for what, (value, expected) in self.found.items()
        )


def run(folder: Path) -> Report:
    """Rehearse in the empty `folder`; returns what was found."""
    report = Report()
    with ExitStack() as stack:
        server = stack.enter_context(smtp.sink())

        def machine(name: str, copy_of: str = "") -> Machine:
            (folder / name).mkdir()
            url = stack.enter_context(own_database(folder / name, name, copy_of))
            return Machine(folder / name, url, server.url)

        old = machine("old")
        old.manage("bootstrap")
        new = machine("new", copy_of=old.url)  # empty as well; to migrate anew takes long
        old.step("enqueue")
        old.manage("send_due_emails")
        old.step("enqueue")
        archive = old.backup()
        old.manage("send_due_emails")
        old.step("erase")
        sent = len(server.messages)
        report.compare("e-mails sent before the machine was lost", sent, 2 * len(PEOPLE))
        # What is left of the old machine: its archive, and the copy of its log.
        copied = folder / "erased-copy"
        old.log.rename(copied)

        new.manage("bootstrap")  # as Compose does before anything else
        new.manage("restore", str(archive), "--erasure-log", str(copied))
        before, after = rows(archive), rows(new.backup())
        report.compare("tables with other rows after restoring", changed(before, after), [])
        new.manage("send_due_emails")
        report.compare("e-mails sent before post_restore", len(server.messages) - sent, 0)
        said = new.manage("post_restore")
        report.compare("post_restore says", said.split(".")[0], "2 e-mails are on hold")
        new.manage("send_due_emails")
        report.compare("e-mails sent after post_restore", len(server.messages) - sent, 0)
        report.compare("traces of the erased person", json.loads(new.step("search")), [])
        known = set(new.log.read_text().split())
        report.compare("the new log has the erased person", known, {*copied.read_text().split()})

        refused = new.manage("restore", str(archive), fails=True)
        report.compare("restoring again is refused", "use --replace" in refused, True)
        new.manage("restore", str(archive), "--replace")
        new.manage("send_due_emails")
        report.compare("e-mails sent after restoring twice", len(server.messages) - sent, 0)
    return report


def rows(archive: Path) -> dict[str, int]:
    """Return the rows by table that an archive says it holds."""
    with tarfile.open(archive) as tar:
        manifest = tar.extractfile("manifest.json")
        assert manifest
        return dict(json.load(manifest)["rows"])


def changed(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """Return the tables that have another number of rows, or are in one archive only."""
    return sorted({table for table, _rows in before.items() ^ after.items()})


def enqueue() -> None:
    """Enqueue an e-mail to each person; makes the people first."""
    from django.db import transaction

    from accounts.models import User
    from notifications import outbox
    from notifications.models import Notification
    from testkit import factories

    with transaction.atomic():
        if not User.objects.exists():
            for name in PEOPLE:
                factories.person(name)
        ordinal = Notification.system.count()
        for person in User.objects.all():
            outbox.enqueue("test-email", to=person, about=person, ordinal=ordinal)


def erase() -> None:
    from accounts import privacy
    from accounts.models import User

    privacy.erase_person(User.objects.get(name=CANARY))


def search() -> None:
    """Print the tables in which a word of the erased person's name is found, as JSON."""
    from django.db import connection

    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  # our own tables
            content = repr(cursor.fetchall()).lower()
            found += [table for word in CANARY.lower().split() if word in content]
    print(json.dumps(found))


STEPS: dict[str, Callable[[], None]] = {"enqueue": enqueue, "erase": erase, "search": search}


def main(words: list[str]) -> int:
    if words:
        import django

        django.setup()
        STEPS[words[0]]()
        return 0
    with tempfile.TemporaryDirectory(prefix="mentoring-drill-") as name:
        report = run(Path(name))
    server = os.environ.get("DATABASE_URL", "")
    print(
        f"Drill on {'PostgreSQL' if server.startswith('postgres') else 'SQLite'}", report, sep="\n"
    )
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
