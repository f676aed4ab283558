"""The browser of the end-to-end tests: which one, how it is started, and a loud word when there is none.

A pytest plugin (named in conftest.py). Tests marked `e2e` are skipped where no Chromium runs, and the run says so at its end.
`python -m testkit.browser` installs one of Debian's where it may (as root, with apt-get) and always ends with 0: a missing browser is
reported by the tests that did not run.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import sys
from typing import Any

import pytest

# The shell comes first: without windows it does half the work for a page.
PACKAGES = ("chromium-headless-shell", "chromium")
NAMES = (*PACKAGES, "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = "no Chromium on this machine"
# Ours take the place of Playwright's own list, of which these remain: pages as they are, and no word to anybody outside.
NOT_HERE = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning", "OptimizationHints",
    "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch",
    # What each new window makes ready for somebody who types an address, a second of work, and a process in advance.
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "SpareRendererForSitePerProcess",
)  # fmt: skip
QUIET = [
    "--no-sandbox",  # containers and root have no user namespaces for it; only our own pages are opened
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(NOT_HERE)}",
    "--js-flags=--no-maglev --no-turbofan",  # each page is left after a second: well compiled code would go with it
]


@functools.cache
def find_browser() -> str | None:
    """The first Chromium that really starts: Ubuntu's `chromium-browser`, for one, may be a signpost to a shop."""
    for name in (os.environ.get("CHROMIUM"), *NAMES):
        path = shutil.which(name) if name else None
        if (
            path
            and subprocess.run([path, "--version"], capture_output=True, check=False).returncode
            == 0
        ):
            return path
    return None


def install() -> None:
    if find_browser() or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Chromium for the browser tests (apt-get) ...", flush=True)
    if apt_get("update"):
        any(apt_get("install", "--no-install-recommends", package) for package in PACKAGES)
    find_browser.cache_clear()


def apt_get(*words: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ["-q", "-y", "-o", "Acquire::Retries=2", "-o", "DPkg::Lock::Timeout=300"]
    done = subprocess.run(
        ["apt-get", *options, *words],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        print(f"apt-get {' '.join(words)} failed:\n{done.stderr[-1000:]}", flush=True)
    return done.returncode == 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    browser_tests = [item for item in items if item.get_closest_marker("e2e")]
    if browser_tests and find_browser() is None:
        for item in browser_tests:
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))
    elif browser_tests:
        # Playwright's synchronous interface keeps an event loop in the thread, which Django would refuse to work beside.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    count = sum(
        NO_BROWSER in str(report.longrepr) for report in terminalreporter.stats.get("skipped", ())
    )
    if count:
        terminalreporter.write_sep(
            "!", f"{count} BROWSER TESTS DID NOT RUN: {NO_BROWSER}", red=True, bold=True
        )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": find_browser(), "args": QUIET}


@pytest.fixture
def without_zeal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing looks at the stack of each query: each app's own tests do that, and a browser asks for many pages.

    The middleware itself stays: the live server has begun before, and keeps what it began with.
    """
    monkeypatch.setattr("zeal.middleware.zeal_context", contextlib.nullcontext)


if __name__ == "__main__":
    install()
    if find_browser() is None:
        print(f"{NO_BROWSER}: the browser tests will not run.", file=sys.stderr)
