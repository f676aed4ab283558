"""Screenshots of every page and every e-mail: `python -m testkit.screenshots [OUT]`, `make shots`.

Loads the demo into a database of its own, serves it, and follows the links as each demo role. It
takes one page per route at 1280 and 320 px in light and dark, then one e-mail of each kind.
`OUT/index.html` shows them side by side. Needs Chromium; stops by itself.
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
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from testkit.browser import QUIET, find_browser
from testkit.services import free_port

if TYPE_CHECKING:  # Django has to be set up before these are imported
    from django.test import Client
    from playwright.sync_api import Page

    from accounts.models import User

SCREENS: dict[str, tuple[int, Literal["light", "dark"]]] = {
    "desk-light": (1280, "light"),
    "desk-dark": (1280, "dark"),
    "phone-light": (320, "light"),
    "phone-dark": (320, "dark"),
}
STARTS = {
    "anonymous": ["/", "/account/login/", "/account/signup/", "/styleguide/"],
    "mentee": ["/home/", "/account/", "/settings/mail/", "/help/"],
    "mentor": ["/home/", "/help/"],
    "committee": ["/admin/", "/home/"],
    "chair": ["/admin/", "/admin/programs/program/setup/", "/admin/applications/rosterupload/add/"],
}
MAX_PAGES = 200  # of one role, in case links never end
SAME_FOR_ALL = (
    "account",
    "mfa_",
    "usersessions_",
    "styleguide",
)  # taken once, for the first role that opens it
LEAVE_OUT = (
    "/admin/jsi18n/",
    "/admin/logout/",
    "/account/logout/",
    ".csv",
    ".xlsx",
    ".toml",
    "/export",
)


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
        subprocess.run([*manage, "bootstrap", "--demo"], check=True)
        subprocess.run(
            [*manage, "send_due_emails"], check=True
        )  # so that the committee's page does not say that e-mails wait
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


def _sign_in(person: User) -> Client:
    from django.test import Client

    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _people() -> dict[str, tuple[str, list[str]]]:
    """Return {role: (session key, first addresses)}."""
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    setup_test_environment()  # keeps template contexts, to fill in forms
    from accounts.models import User

    found = {"anonymous": ("", STARTS["anonymous"])}
    for role in STARTS:
        if person := User.objects.filter(email=f"{role}@example.org").first():
            found[role] = (
                _sign_in(person).cookies[settings.SESSION_COOKIE_NAME].value,
                STARTS[role],
            )
    for role, person, starts in _beginners():
        found[role] = (_sign_in(person).cookies[settings.SESSION_COOKIE_NAME].value, starts)
    return found


def _beginners() -> Iterator[tuple[str, User, list[str]]]:
    """Yield people at earlier steps than the demo's: applying, orientation, first agreement."""
    from applications.models import Application
    from matches.models import Match
    from programs.models import Cohort
    from testkit import factories
    from testkit.programs import MENTEE, MENTOR, fill_in

    cohort = next(
        one
        for one in Cohort.objects.select_related("program").order_by("-opens_on")
        if one.is_open()
    )
    for role, answers in (("mentee", MENTEE), ("mentor", MENTOR)):
        person = factories.person("Noor Haddad" if role == "mentee" else "Tomas Lindqvist")
        client = _sign_in(person)
        client.post(f"/apply/{cohort.slug}/{role}/")
        draft = Application.objects.get(person=person)
        answers = {
            **answers,
            "about-you": {**answers["about-you"], "name": person.name},
            "wishes": {},
        }
        fill_in(client, draft, answers)
        yield (
            f"{role}-applies",
            person,
            [f"/applications/{draft.public_id}/", f"/applications/{draft.public_id}/check/"],
        )
    mentors = Application.objects.filter(role="mentor", state="accepted").select_related("person")
    if unprepared := mentors.filter(orientation_passed_at=None).first():
        yield (
            "mentor-prepares",
            unprepared.person,
            [
                "/home/",
                f"/orientation/{unprepared.public_id}/",
                f"/applications/{unprepared.public_id}/sent/",
            ],
        )
    for pair in Match.objects.with_people().filter(state="introduced")[:2]:
        yield (
            f"pair-begins-{pair.pk}",
            pair.mentee.person,
            ["/home/", f"/agreement/{pair.public_id}/"],
        )


def _walk(binary: str, base: str, out: Path) -> list[tuple[str, str, str]]:
    """Take every page per role and every e-mail; return (role, route, file stem) of each."""
    from playwright.sync_api import sync_playwright

    # Before the browser starts its event loop, in which Django allows no queries.
    people, emails = _people(), _emails()
    taken: list[tuple[str, str, str]] = []
    common: set[str] = set()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=binary, args=QUIET)
        for role, (key, starts) in people.items():
            context = browser.new_context(reduced_motion="reduce")
            if key:
                context.add_cookies([{"name": "sessionid", "value": key, "url": base}])
            taken += _walk_as(role, starts, context.new_page(), base, out, common)
            context.close()
        page = browser.new_page()
        for kind, text in emails.items():
            page.set_content(text, wait_until="load")
            _take(page, out / "emails" / kind)
            taken.append(("emails", kind, f"emails/{kind}"))
        browser.close()
    return taken


def _emails() -> dict[str, str]:
    """Return {kind: HTML} of the newest e-mail of each kind that can still be rendered."""
    from notifications import email_preview
    from notifications.models import Notification

    rows = Notification.system.select_related("recipient")
    written = {}
    for kind in sorted(set(rows.values_list("kind", flat=True))):
        texts = (
            email_preview.render(row).html for row in rows.filter(kind=kind).order_by("-pk")[:20]
        )
        if html_part := next(filter(None, texts), ""):
            written[kind] = html_part
    return written


def _take(page: Page, stem: Path) -> None:
    for name, (width, colours) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=colours)
        page.screenshot(path=f"{stem}.{name}.png", full_page=True)


def _walk_as(
    role: str, starts: list[str], page: Page, base: str, out: Path, common: set[str]
) -> list[tuple[str, str, str]]:
    from django.urls import Resolver404, resolve

    (out / role).mkdir(parents=True, exist_ok=True)
    waiting, seen = list(starts), set()
    taken: list[tuple[str, str, str]] = []
    while waiting and len(taken) < MAX_PAGES:
        address = waiting.pop(0)
        try:
            match = resolve(urlsplit(address).path)
        except Resolver404:
            continue
        part = match.kwargs.get("code") or match.kwargs.get("part") or ""
        route = f"{match.view_name} {part}".strip()
        route = "admin:history" if route.endswith("_history") else route  # one page for all tables
        if route in seen or route in common or any(part in address for part in LEAVE_OUT):
            continue
        seen.add(route)
        answer = page.goto(base + address, wait_until="load")
        if (
            answer is None
            or answer.status != 200
            or urlsplit(page.url).path != urlsplit(address).path
        ):
            continue
        stem = "".join(letter if letter.isalnum() else "-" for letter in route)
        _take(page, out / role / stem)
        taken.append((role, route, f"{role}/{stem}"))
        common |= {route} if route.startswith(SAME_FOR_ALL) else set()
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        waiting += [urlsplit(link).path for link in links if link.startswith(base)]
    return taken


def _index(out: Path, pages: list[tuple[str, str, str]]) -> None:
    rows = []
    for role, route, stem in pages:
        pictures = "".join(
            f'<td><a href="{stem}.{name}.png">'
            f'<img src="{stem}.{name}.png" alt="{name}" width="240"></a></td>'
            for name in SCREENS
        )
        rows.append(f"<tr><th>{html.escape(role)}<br>{html.escape(route)}</th>{pictures}</tr>")
    heads = "".join(f"<th>{name}</th>" for name in SCREENS)
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages</title>'
        f"<table><tr><th>page</th>{heads}</tr>{''.join(rows)}</table></html>"
    )
    (out / "index.html").write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/shots")))
