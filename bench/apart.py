"""A part of the benchmarks in a process and a database of its own, so that nothing else is in its memory or its figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any


def told_by(module: str, size: int, url: str) -> dict[str, Any]:
    """What `python -m MODULE SIZE` prints as its last line, as JSON. Raises RuntimeError with its words when it fails."""
    told = {
        **os.environ,
        "DATABASE_URL": url,
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "mentoring.settings",
    }
    command = [sys.executable, "-m", module, str(size)]
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def set_django_up() -> None:
    """In that process: a Django as in production, and an empty database."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG = False  # a debugging Django keeps every query
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
