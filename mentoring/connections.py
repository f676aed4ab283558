"""The settings of what the site talks to: the mail server and the broker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env

Options = dict[str, str | int | None]
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
