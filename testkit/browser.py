"""The browser of the end-to-end tests: finds, installs and starts it. A pytest plugin.

Tests marked `e2e` are skipped where no Chromium runs, and the end of the run says so.
`python -m testkit.browser` installs Debian's package where it may (as root, with apt-get). It
always exits with 0: the skipped tests report a missing browser.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import sys

import pytest

# The shell comes first: without windows it does half the work for a page.
PACKAGES = ("chromium-headless-shell", "chromium")
NAMES = (*PACKAGES, "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = "no Chromium on this machine"
# This list replaces Playwright's own, of which the first part remains: no changed pages, no
# requests to other hosts.
DISABLED_FEATURES = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding",
    "ThirdPartyStoragePartitioning", "OptimizationHints",
    "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch",
    # Preparations of each window for typing an address: a second of work and a spare process.
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup",
    "SpareRendererForSitePerProcess",
)  # fmt: skip
QUIET = [
    # Containers and root have no user namespaces for a sandbox; only our own pages are opened.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(DISABLED_FEATURES)}",
    # Each page is open for a second: optimising its scripts does not pay off.
    "--js-flags=--no-maglev --no-turbofan",
]


@functools.cache
def find_browser() -> str | None:
    """Return the first Chromium that starts; Ubuntu's `chromium-browser` may be a stub."""
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
        # Playwright's sync API keeps an event loop in the thread, in which Django refuses queries.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        from playwright.sync_api import expect

        expect.set_options(timeout=30_000)  # on a machine that runs other tests beside


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    count = sum(
        NO_BROWSER in str(report.longrepr) for report in terminalreporter.stats.get("skipped", ())
    )
    if count:
        terminalreporter.write_sep(
            "!", f"{count} BROWSER TESTS DID NOT RUN: {NO_BROWSER}", red=True, bold=True
        )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    return {**browser_type_launch_args, "executable_path": find_browser(), "args": QUIET}


@pytest.fixture
def without_zeal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch off the N+1 detection, which inspects the stack of each query and slows pages down.

    The middleware itself stays: the live server was started with it.
    """
    monkeypatch.setattr("zeal.middleware.zeal_context", contextlib.nullcontext)


if __name__ == "__main__":
    install()
    if find_browser() is None:
        print(f"{NO_BROWSER}: the browser tests will not run.", file=sys.stderr)
