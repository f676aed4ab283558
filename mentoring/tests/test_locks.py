"""The lock files install what they name, with every supported pip, whatever was released."""

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from django.conf import settings

from testkit import pips

ROOT = settings.BASE_DIR
# Each holds all of the one before.
LOCKS = ["requirements.txt", "requirements-build.txt", "requirements-dev.txt"]
# How a lock is installed: nothing but what it names, and only if its hash is right.
CLOSED = ["--no-deps", "--require-hashes"]


def read(path: str) -> str:
    return (ROOT / path).read_text()


def pins(lock: str) -> dict[str, tuple[str, str]]:
    """Return the version and the environment marker of each package in a lock."""
    found = re.findall(r"^([a-z0-9._-]+)==(\S+)((?: ;[^\\\n]+)?)", read(lock), re.MULTILINE)
    return {package: (version, marker) for package, version, marker in found}


# --- their contents


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_exact_and_has_a_hash(lock):
    entries = re.split(r"\n(?=[a-z0-9])", read(lock).split("#    make lock\n", 1)[1])
    assert len(entries) > 50
    assert [
        entry.split()[0]
        for entry in entries
        if "==" not in entry.split()[0] or "--hash=sha256:" not in entry
    ] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_no_address(lock):
    assert (
        re.findall(r"https?://|file:|--index-url|--find-links|--extra-index-url", read(lock)) == []
    )


@pytest.mark.parametrize("name", [lock.removesuffix(".txt") for lock in LOCKS])
def test_locks_follow_their_source(name):
    wanted = re.findall(
        r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?[=~]=([\w.]+)$", read(f"{name}.in"), re.MULTILINE
    )
    locked = {package: version for package, (version, _) in pins(f"{name}.txt").items()}
    assert len(wanted) == len(
        [line for line in read(f"{name}.in").splitlines() if line and line[0] not in "#-"]
    )
    assert {package: locked.get(package) for package, _ in wanted} == dict(wanted)


def test_each_lock_holds_the_one_before_with_the_same_pins():
    run, build, dev = (pins(lock).items() for lock in LOCKS)
    assert (run - build, build - dev) == (set(), set())


def test_production_gets_no_tool():
    tools = {"fonttools", "fontpkg", "polib", "brotli", "honcho", "pytest", "mypy"}
    assert tools & set(pins("requirements.txt")) == set()


def test_every_dependency_has_its_reason():
    asked = re.findall(
        r"^([a-z][a-z0-9-]+)",
        "".join(read(lock.replace(".txt", ".in")) for lock in LOCKS),
        re.MULTILINE,
    )
    told = re.findall(
        r"^\| `([a-z0-9-]+)` \| \S", read("docs/decisions/002-dependencies.md"), re.MULTILINE
    )
    assert sorted(told) == sorted(asked)


# --- how they are installed


@pytest.mark.parametrize("path", ["Makefile", "Dockerfile", "docs/operations.md"])
def test_every_installation_is_closed_and_checked(path):
    text = read(path)
    for name, value in re.findall(r"^(PIP_\w+) = (.+)$", text, re.MULTILINE):
        text = text.replace(f"$({name})", value)
    installs = re.findall(r"pip install (.*)-r requirements\S*(.*)", text)
    assert installs
    for flags, after in installs:
        assert [flag for flag in CLOSED if flag not in flags.split()] == []
        assert "pip check" in after


def tiny_wheel(folder: Path, package: str, version: str, headers: str = "") -> str:
    """Write a wheel without code, and return its SHA-256."""
    name = package.replace("-", "_").replace(".", "_")
    info = f"{name}-{version}.dist-info"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(
            f"{info}/METADATA",
            f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n{headers}",
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", f"{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def requires(package: str) -> str:
    """Return what the installed package says it needs, as lines of METADATA."""
    try:
        found = metadata(package)
    except PackageNotFoundError:  # another platform's, by its marker
        return ""
    kept = ("Requires-Dist", "Provides-Extra", "Requires-Python")
    return "".join(f"{key}: {value}\n" for key, value in found.items() if key in kept)


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Path:
    """Make wheels for all that the locks name, empty but with real requirements, and newer ones."""
    folder = tmp_path_factory.mktemp("index")
    hashes = {}
    for package, (version, _) in pins("requirements-dev.txt").items():
        needs = requires(package)
        hashes[package] = tiny_wheel(folder, package, version, needs)
        tiny_wheel(folder, package, "9999", needs)
    for lock in LOCKS:
        lines = [
            f"{package}=={version}{marker} --hash=sha256:{hashes[package]}\n"
            for package, (version, marker) in pins(lock).items()
        ]
        (folder / lock).write_text("".join(lines))
    return folder


class Environment:
    """Make an empty environment whose pip sees one folder of wheels and no network."""

    def __init__(self, folder: Path, version: str):
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        self.command = [str(folder / "bin/python"), f"{pips.wheel(version)}/pip"]

    def pip(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *words],
            env={"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull},
            capture_output=True,
            text=True,
            check=False,
        )

    def install(self, index: Path, lock: str, flags: list[str]) -> subprocess.CompletedProcess[str]:
        offline = ["--disable-pip-version-check", "--no-index", "--find-links", str(index)]
        return self.pip("install", *offline, *flags, "-r", str(index / lock))


@pytest.fixture(params=[pips.OLDEST, pips.NEWEST])
def environment(request, tmp_path) -> Environment:
    return Environment(tmp_path / "venv", request.param)


def test_locks_install_whatever_was_released_since(environment, index):
    for lock in LOCKS:
        done = environment.install(index, lock, CLOSED)
        assert done.returncode == 0, done.stderr
        check = environment.pip("check")
        assert check.returncode == 0, "the lock names less than it needs:\n" + check.stdout
    installed = dict(line.split("==") for line in environment.pip("freeze", "--all").stdout.split())
    named = {package: version for package, (version, _) in pins("requirements-dev.txt").items()}
    assert len(installed) > 100
    assert {package: named.get(package) for package in installed} == installed


@pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="its pip takes the pin for an extra as well"
)
def test_an_open_installation_trips_over_a_newer_release(tmp_path, index):
    """Why locks are installed closed: this pip resolves `coverage[toml]>=…` of pytest-cov anew."""
    done = Environment(tmp_path / "venv", pips.OLDEST).install(
        index, "requirements-dev.txt", ["--require-hashes"]
    )
    assert done.returncode != 0
    assert "coverage[toml]" in done.stderr


def test_a_lock_that_names_too_little_is_noticed(tmp_path, index):
    environment = Environment(tmp_path / "venv", pips.OLDEST)
    lines = (index / "requirements.txt").read_text().splitlines(keepends=True)
    (index / "short.txt").write_text("".join(line for line in lines if "sqlparse" not in line))
    assert environment.install(index, "short.txt", CLOSED).returncode == 0
    check = environment.pip("check")
    assert check.returncode != 0
    assert "requires sqlparse, which is not installed" in check.stdout
