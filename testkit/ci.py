"""Everything that must hold before a change lands, part by part: `make test`.

    python -m testkit.ci [--only PART[,PART ...]] [ARGUMENT OF PYTEST ...]

`make check` runs the parts that answer within two minutes, for use while you work. Every part runs,
even after one has failed. The last lines give each result; the exit code is 0 only if all passed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from testkit import changes
from testkit.browser import NO_BROWSER
from testkit.schedule import WHOLE_FILES

BOTH_DATABASES = "both_databases"
QUICK = "not e2e and not chaos"
REPORTS = Path("var/test")
WORKERS = "3"  # of which one waits at any time, for a browser or for a process that was killed
NOTHING_COLLECTED = 5
CHECK_SECONDS = 60  # `make check` begins the tests of no further app after this time
APPS = sorted(path.parent.name for path in Path().glob("*/apps.py"))
SOURCES = [*APPS, "testkit", "bench"]


@dataclass
class Outcome:
    part: str
    ok: bool = True
    seconds: float = 0.0
    tests: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        word = "ok" if self.ok else "FAILED"
        counts = ", ".join(
            f"{self.tests[name]} {name}"
            for name in ("passed", "failed", "skipped")
            if self.tests[name]
        )
        return f"{self.part:<24} {word:<7} {self.seconds:6.0f} s   {counts}".rstrip()


def command(*words: str, output: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run a module; `output`: where it writes, by default where we do."""
    # Some images keep Python from storing compiled modules. Hundreds of processes start here, and
    # each would compile everything anew.
    compiling_once = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    words = (sys.executable, "-m", *words)
    return subprocess.run(
        words, env=compiling_once, stdout=output, stderr=output, text=True, check=False
    )


def pytest(
    part: str, marks: str, chosen: list[str], *, services: bool, files: Sequence[str] = ()
) -> Outcome:
    """Run the tests with these marks; `files`: where they are, if not everywhere."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = REPORTS / f"{part.split()[-1].lower()}.xml"
    report.unlink(missing_ok=True)
    before = ["testkit.services", sys.executable, "-m"] if services else []
    spread = () if chosen else WHOLE_FILES
    code = command(
        *before,
        "pytest",
        "-q",
        "-n",
        WORKERS,
        *spread,
        f"--junitxml={report}",
        "-m",
        marks,
        *(chosen or files),
    ).returncode
    tests = read(report) if report.exists() else Counter()
    # Without a choice of tests a run that finds none is a run that lost them.
    ok = code == NOTHING_COLLECTED if chosen and not tests else code == 0 and tests["passed"] > 0
    return Outcome(part, ok=ok, tests=tests)


def read(report: Path) -> Counter[str]:
    """How the tests of one run went; an error in a fixture counts as a failed test."""
    tests: Counter[str] = Counter()
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314  (written by pytest a moment ago)
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            tests["failed"] += 1
        elif skipped is not None:
            tests["skipped"] += 1
            tests["no browser"] += NO_BROWSER in (skipped.get("message") or "")
        else:
            tests["passed"] += 1
    return tests


def suite(words: list[str]) -> Outcome:
    return pytest("suite on PostgreSQL", "", words, services=True)


def sqlite(words: list[str]) -> Outcome:
    # Other files are not even read: the processes are ready ten seconds earlier.
    files = [path for path, text in changes.all_tests().items() if BOTH_DATABASES in text]
    return pytest("databases on SQLite", BOTH_DATABASES, words, services=False, files=files)


def lint(_words: list[str]) -> Outcome:
    codes = [
        command("ruff", "check", "--quiet", ".").returncode,
        command("ruff", "format", "--quiet", "--diff", ".").returncode,
        command("djlint", "--quiet", "--lint", "templates").returncode,
    ]
    return Outcome("lint", ok=not any(codes))


def types(_words: list[str]) -> Outcome:
    done = command("mypy", *SOURCES, output=subprocess.PIPE)
    print(f"\n=== types\n{done.stdout}{done.stderr}", end="", flush=True)
    return Outcome("types", ok=done.returncode == 0)


def contracts(_words: list[str]) -> Outcome:
    return pytest("contracts", "", [changes.ARCHITECTURE], services=False)


def changed(words: list[str]) -> Outcome:
    """Run the tests of what changed, app by app, on SQLite, without a browser.

    An app for which no time is left is named and not tested.
    """
    whole, left, began = Outcome("tests of what changed"), [], time.monotonic()
    for app, tests in changes.tests_of(changes.changed_files(), changes.all_tests()).items():
        if time.monotonic() - began > CHECK_SECONDS:
            left.append(app)
            continue
        print(f"--- {app}", flush=True)
        one = pytest(f"tests of {app}", QUICK, [*tests, *words], services=False)
        whole.ok, whole.tests = whole.ok and one.ok, whole.tests + one.tests
    if left:
        print(f"!!! NOT TESTED for lack of time: {', '.join(left)} (make test) !!!")
    return whole


PARTS: dict[str, Callable[[list[str]], Outcome]] = {
    "lint": lint,
    "types": types,
    "suite": suite,
    "sqlite": sqlite,
    "contracts": contracts,
    "changed": changed,
}
# What needs one processor and no database runs beside the other parts, and tells all at its end.
BESIDE = {"types"}
EVERY_TIME = ("lint", "types", "suite", "sqlite")


def run(name: str, words: list[str]) -> Outcome:
    """Run one part and measure its time."""
    if name not in BESIDE:
        print(f"\n=== {name}", flush=True)
    began = time.monotonic()
    outcome = PARTS[name](words)
    outcome.seconds = time.monotonic() - began
    return outcome


def main(words: list[str]) -> int:
    chosen: tuple[str, ...] = EVERY_TIME
    if words[:1] == ["--only"]:
        chosen, words = tuple(words[1].split(",")), words[2:]
    with ThreadPoolExecutor() as side:
        beside = {name: side.submit(run, name, words) for name in chosen if name in BESIDE}
        others = {name: run(name, words) for name in chosen if name not in BESIDE}
    outcomes = [others[name] if name in others else beside[name].result() for name in chosen]
    tests = sum((outcome.tests for outcome in outcomes), Counter[str]())
    print("\n=== summary", *outcomes, sep="\n")
    if tests["no browser"]:
        print(
            f"\n!!! {tests['no browser']} BROWSER TESTS DID NOT RUN: {NO_BROWSER}"
            " (apt-get install chromium) !!!"
        )
    if tests:
        print(f"\n{tests['passed']} passed, {tests['failed']} failed, {tests['skipped']} skipped")
    return 0 if all(outcome.ok for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
