"""Chooses the tests of what changed, for `make check`.

A file counts as changed if it is new or differs from the commit at which the branch left
`origin/main` (without one: from the last commit). For each changed file the tests of its app run,
and the tests of other apps that import it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ARCHITECTURE = "mentoring/tests/test_architecture.py"
# Long stories about the whole system run in `make test`, and here only if the file itself changed.
# The architecture is a part of its own.
NOT_HERE = {
    ARCHITECTURE,
    "mentoring/tests/test_access_matrix.py",
    "mentoring/tests/test_access_matrix_detects_leaks.py",
    "mentoring/tests/test_canary.py",
    "mentoring/tests/test_conflicts_of_interest.py",
    "mentoring/tests/test_journey.py",
    "mentoring/tests/test_locks.py",
}


def all_tests() -> dict[str, str]:
    """Return the source of every test file, by its path below the project."""
    found = sorted(ROOT.glob("*/tests/**/test_*.py"))
    return {str(path.relative_to(ROOT)): path.read_text() for path in found}


def changed_files() -> list[str]:
    """Return the changed, new and renamed files, as paths below the project."""
    origin = _git("merge-base", "HEAD", "origin/main")
    names = _git("diff", "--name-only", "--no-renames", *(origin or ["HEAD"]))
    names += _git("ls-files", "--others", "--exclude-standard")
    return sorted(set(names))


def _git(*words: str) -> list[str]:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.split("\n")[:-1] if done.returncode == 0 else []


def tests_of(changed: Iterable[str], tests: Mapping[str, str]) -> dict[str, list[str]]:
    """Return those of `tests` that the `changed` files stand for, by app; most changes first.

    `tests` has the sources of all test files by path. Test files that are gone are left out.
    """
    found: dict[str, set[str]] = {}
    weight: dict[str, int] = {}
    for path in changed:
        app = _app_of(path, tests)
        weight[app] = weight.get(app, 0) + 1
        found.setdefault(app, set()).update(_tests_of(path, app, tests))
        for test in _importers(path, tests) - NOT_HERE:
            found.setdefault(test.split("/")[0], set()).add(test)
    return {
        app: sorted(found[app])
        for app in sorted(found, key=lambda app: (-weight.get(app, 0), app))
        if found[app]
    }


def _app_of(path: str, tests: Mapping[str, str]) -> str:
    """The app whose folder, or whose folder of templates, holds this file; else the project."""
    apps = {test.split("/")[0] for test in tests}
    return next((part for part in path.split("/")[:-1] if part in apps), "mentoring")


def _tests_of(path: str, app: str, tests: Mapping[str, str]) -> set[str]:
    if path.rsplit("/", 1)[-1].startswith("test_"):
        return {path} & set(tests)
    if path.startswith("requirements"):
        return {"mentoring/tests/test_locks.py"} & set(tests)
    return {test for test in tests if test.startswith(f"{app}/")} - NOT_HERE


def _importers(path: str, tests: Mapping[str, str]) -> set[str]:
    """Tests that name this module in full. A package is named by its folder."""
    if not path.endswith(".py") or "/" not in path:
        return set()
    package, _, name = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")
    package = package.replace("/", ".")
    names = (f"from {package} import {name}\n", f"{package}.{name}")
    return {test for test, source in tests.items() if any(words in source for words in names)}
