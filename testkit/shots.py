"""Pictures of every page: `python -m testkit.shots [OUT]`, or `make shots`.

Loads the demo into a database of its own, serves it, walks the site as each demo role from link to link, one page per route, and takes it
at 1280 and 320 px in light and dark. `OUT/index.html` shows them side by side. Needs Chromium; stops by itself.
"""

from __future__ import annotations

import html
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from testkit.browser import QUIET, find_browser
from testkit.services import free_port

SCREENS = {
    "desk-light": (1280, "light"),
    "desk-dark": (1280, "dark"),
    "phone-light": (320, "light"),
    "phone-dark": (320, "dark"),
}
STARTS = {
    "nobody": ["/", "/account/login/", "/account/signup/", "/styleguide/"],
    "mentee": ["/home/", "/account/", "/settings/mail/", "/help/"],
    "mentor": ["/home/", "/help/"],
    "committee": ["/admin/", "/home/"],
    "chair": ["/admin/", "/admin/programs/program/setup/", "/admin/programs/rosterupload/add/"],
}
MOST = 70  # pages of one role
LEAVE_OUT = ("/admin/jsi18n/", "/admin/logout/", "/account/logout/", ".csv", ".xlsx", ".toml", "/export")


def main(out: Path) -> int:
    browser = find_browser()
    if browser is None:
        print("No Chromium on this machine: no pictures.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="shots-") as folder:
        port = free_port()
        os.environ.update(
            DEBUG="1",
            DEMO="1",
            DATABASE_URL=f"sqlite:///{folder}/db.sqlite3",
            PORT=str(port),
            DJANGO_SETTINGS_MODULE="mentoring.settings",
        )
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "prepare", "--demo"], check=True)
        server = subprocess.Popen(
            [*manage, "runserver", f"127.0.0.1:{port}", "--noreload"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(port)
            pages = _walk(browser, f"http://127.0.0.1:{port}", out)
        finally:
            server.terminate()
            server.wait(20)
    _index(out, pages)
    print(f"{len(pages)} pages, {len(pages) * len(SCREENS)} pictures: {out / 'index.html'}")
    return 0


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("the site did not start")


def _sessions() -> dict[str, str]:
    """Session keys of the demo's people, by role."""
    import django

    django.setup()
    from django.test import Client

    from accounts.models import User

    keys = {}
    for role in STARTS:
        user = User.objects.filter(email=f"{role}@example.org").first()
        if user:
            client = Client()
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            keys[role] = client.cookies["sessionid"].value
    return keys


def _walk(binary: str, base: str, out: Path) -> list[tuple[str, str, str]]:
    """Take every page once per role; returns (role, route, file stem)."""
    from playwright.sync_api import sync_playwright

    keys, taken = _sessions(), []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=binary, args=QUIET)
        for role, starts in STARTS.items():
            context = browser.new_context(reduced_motion="reduce")
            if role in keys:
                context.add_cookies([{"name": "sessionid", "value": keys[role], "url": base}])
            taken += _walk_as(role, starts, context.new_page(), base, out)
            context.close()
        browser.close()
    return taken


def _walk_as(role: str, starts: list[str], page: Any, base: str, out: Path) -> list[tuple[str, str, str]]:
    from django.urls import Resolver404, resolve

    (out / role).mkdir(parents=True, exist_ok=True)
    waiting, seen = list(starts), set()
    taken: list[tuple[str, str, str]] = []
    while waiting and len(taken) < MOST:
        address = waiting.pop(0)
        try:
            match = resolve(urlsplit(address).path)
        except Resolver404:
            continue
        route = f"{match.view_name} {match.kwargs.get('code') or match.kwargs.get('part') or ''}".strip()
        if route in seen or any(part in address for part in LEAVE_OUT):
            continue
        seen.add(route)
        answer = page.goto(base + address, wait_until="load")
        if answer is None or answer.status != 200 or urlsplit(page.url).path != urlsplit(address).path:
            continue
        stem = "".join(letter if letter.isalnum() else "-" for letter in route)
        for name, (width, colours) in SCREENS.items():
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=colours)
            page.screenshot(path=out / role / f"{stem}.{name}.png", full_page=True)
        taken.append((role, route, f"{role}/{stem}"))
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        waiting += [urlsplit(link).path for link in links if link.startswith(base)]
    return taken


def _index(out: Path, pages: list[tuple[str, str, str]]) -> None:
    rows = []
    for role, route, stem in pages:
        pictures = "".join(
            f'<td><a href="{stem}.{name}.png"><img src="{stem}.{name}.png" alt="{name}" width="240"></a></td>'
            for name in SCREENS
        )
        rows.append(f"<tr><th>{html.escape(role)}<br>{html.escape(route)}</th>{pictures}</tr>")
    heads = "".join(f"<th>{name}</th>" for name in SCREENS)
    text = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages</title><table><tr><th>page</th>{heads}</tr>{"".join(rows)}</table></html>'
    (out / "index.html").write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/shots")))
