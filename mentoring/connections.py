"""The settings of what the site talks to: the database, the mail server and the broker."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env

Options = dict[str, str | int | None]
# JIT only slows down our queries: visibility rules add many small joins to each. With more than
# eight tables PostgreSQL would join them in the order they are written, which starts with the
# largest one.
POSTGRES_OPTIONS = (
    "-c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
    " -c jit=off -c join_collapse_limit=16 -c from_collapse_limit=16 -c geqo=off"
)
NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"  # the demo shows its e-mails in the admin


def mail_backend(
    env: Env, needed: Callable[[str], str], *, is_testing: bool
) -> tuple[str, Options]:
    """Return the backend that sends e-mail, as a dotted path, and its options.

    A provider's own (EMAIL_BACKEND), else a mail server (EMAIL_URL). Raises ImproperlyConfigured.
    """
    backend = "" if is_testing else env.str("EMAIL_BACKEND", "")
    if backend or is_testing or not needed("EMAIL_URL"):
        return backend or NO_MAIL, {}
    mail = env.dj_email_url("EMAIL_URL")
    if "EMAIL_BACKEND" not in mail:
        raise ImproperlyConfigured("EMAIL_URL must begin with submission:// or smtp://.")
    backend = mail["EMAIL_BACKEND"]
    if not backend.endswith("smtp.EmailBackend"):
        return backend, {}
    return "notifications.delivery.EmailBackend", {
        "host": mail["EMAIL_HOST"],
        "port": mail["EMAIL_PORT"],
        "username": mail["EMAIL_HOST_USER"],
        "password": mail["EMAIL_HOST_PASSWORD"],
        "use_tls": mail["EMAIL_USE_TLS"],
        "use_ssl": mail["EMAIL_USE_SSL"],
    }


def mail_provider_of(backend: str) -> str:
    """Return the provider whose API a django-anymail backend uses, such as `postmark`, or ""."""
    found = re.fullmatch(r"anymail\.backends\.(\w+)\.EmailBackend", backend)
    return found[1] if found else ""


def broker_options(url: str, folder: Path) -> dict[str, object]:
    """Return the options of Celery's broker; make the folders of one that keeps files."""
    if not url.startswith("filesystem"):
        return {"socket_timeout": 30, "socket_connect_timeout": 5, "health_check_interval": 25}
    for name in ("data", "control", "processed"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(folder / "data"),
        "data_folder_out": str(folder / "data"),
        "control_folder": str(folder / "control"),
        "processed_folder": str(folder / "processed"),
        "store_processed": False,
    }


def database_settings(env: Env, *, var: Path, is_testing: bool) -> dict[str, object]:
    """Return settings.DATABASES["default"]: what DATABASE_URL names, else a file in `var`."""
    found: dict[str, object] = dict(
        env.dj_db_url(
            "DATABASE_URL",
            f"sqlite:///{var / 'db.sqlite3'}",
            conn_max_age=60,
            conn_health_checks=True,
        )
    )
    if not str(found["ENGINE"]).endswith("sqlite3"):
        options = found.get("OPTIONS")
        found["OPTIONS"] = {
            **(options if isinstance(options, dict) else {}),
            "options": POSTGRES_OPTIONS,
        }
        return found
    # IMMEDIATE: a transaction that reads first and writes later fails at once when another one
    # writes meanwhile; one that takes the write lock at its start waits. FULL: an e-mail that was
    # sent must still be recorded as sent after a power cut. secure_delete: what was erased is
    # overwritten with zeros in the file, where SQLite would only mark its space as free.
    durable = "OFF" if is_testing else "FULL"
    found["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            f"PRAGMA journal_mode=WAL; PRAGMA temp_store=MEMORY; PRAGMA synchronous={durable};"
            " PRAGMA secure_delete=ON;"
        ),
    }
    # A file, because threads of a race test need connections of their own. Its name contains the
    # process id, because several suites may run at the same time.
    found["TEST"] = {"NAME": str(var / f"test-{os.getpid()}.sqlite3")}
    return found
