"""What `make check` tests after a change."""

import subprocess

import pytest

from testkit import changes, ci
from testkit.schedule import LONGEST_FIRST

TESTS = [
    "access/tests/test_tokens.py",
    "mentoring/tests/test_access_matrix.py",
    "mentoring/tests/test_locks.py",
    "mentoring/tests/test_setup.py",
    "notifications/tests/test_links.py",
    "notifications/tests/test_outbox.py",
    "programs/tests/test_admin.py",
]
SOURCES = dict.fromkeys(TESTS, "") | {TESTS[4]: "from access.tokens import BadToken\n"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ([], {}),
        (["programs/admin/policy.py"], {"programs": ["programs/tests/test_admin.py"]}),
        (["programs/tests/conftest.py"], {"programs": ["programs/tests/test_admin.py"]}),
        (["programs/tests/test_gone.py"], {}),
        (["notifications/tests/test_links.py"], {"notifications": [TESTS[4]]}),
        (["templates/notifications/preferences.html"], {"notifications": TESTS[4:6]}),
        (["templates/admin/programs/program/change_form.html"], {"programs": [TESTS[6]]}),
        (["static/css/tokens.css"], {"mentoring": ["mentoring/tests/test_setup.py"]}),
        (["mentoring/tests/test_access_matrix.py"], {"mentoring": [TESTS[1]]}),
        (["requirements-dev.txt"], {"mentoring": ["mentoring/tests/test_locks.py"]}),
    ],
)
def test_a_changed_file_stands_for_the_tests_of_its_app(changed, expected):
    assert changes.tests_of(changed, SOURCES) == expected


def test_tests_elsewhere_that_import_the_changed_module_run_too():
    chosen = changes.tests_of(["access/tokens.py"], SOURCES)
    assert chosen == {"access": [TESTS[0]], "notifications": [TESTS[4]]}


def test_the_app_with_most_changes_comes_first():
    changed = ["access/tokens.py", "programs/models.py", "programs/urls.py"]
    assert list(changes.tests_of(changed, SOURCES)) == ["programs", "access", "notifications"]


def test_every_test_file_that_is_named_exists():
    assert {*changes.NOT_HERE, *LONGEST_FIRST} - set(changes.all_tests()) == set()


def git(folder, *words):
    names = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)


def test_changes_are_counted_from_where_the_branch_left_the_shared_one(tmp_path, monkeypatch):
    monkeypatch.setattr(changes, "ROOT", tmp_path)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    for name in ("same", "edited", "committed"):
        (tmp_path / name).write_text("before")
        git(tmp_path, "add", name)
    git(tmp_path, "commit", "--quiet", "--message=Begin")
    (tmp_path / "committed").write_text("after")
    git(tmp_path, "commit", "--quiet", "--all", "--message=Change")
    (tmp_path / "edited").write_text("after")
    (tmp_path / "new").write_text("after")
    assert changes.changed_files() == ["edited", "new"], "without a shared branch: since HEAD"
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD~1")
    assert changes.changed_files() == ["committed", "edited", "new"]


@pytest.fixture
def chosen(monkeypatch):
    """Two apps with changes; returns the apps whose tests ran."""
    ran = []

    def run(part, marks, tests, *, services):
        ran.append(part)
        return ci.Outcome(part, ok=part != "tests of access", tests=ci.Counter(passed=1))

    found = {
        "access": ["access/tests/test_tokens.py"],
        "programs": ["programs/tests/test_admin.py"],
    }
    monkeypatch.setattr(changes, "tests_of", lambda changed, tests: found)
    monkeypatch.setattr(ci, "pytest", run)
    return ran


def test_every_app_is_tested_although_one_failed(chosen):
    outcome = ci.changed([])
    assert chosen == ["tests of access", "tests of programs"]
    assert (outcome.ok, outcome.tests["passed"]) == (False, 2)


def test_an_app_for_which_no_time_is_left_is_named(chosen, monkeypatch, capsys):
    monkeypatch.setattr(ci, "CHECK_SECONDS", -1)
    assert ci.changed([]).ok
    assert chosen == []
    assert "NOT TESTED for lack of time: access, programs" in capsys.readouterr().out
