"""Run a part of the benchmarks in a process and a database of its own.

So nothing else is in its memory or its figures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys


def run_module(module: str, *numbers: int, url: str) -> object:
    """Return what `python -m MODULE [NUMBER ...]` prints as its last line, as JSON.

    url: of the database. Raises RuntimeError with its error output when it fails.
    """
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "mentoring.settings",
    }
    command = [sys.executable, "-m", module, *map(str, numbers)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stderr}")
    found: object = json.loads(done.stdout.splitlines()[-1])  # each module has its own form
    return found


def set_up_django() -> None:
    """Set up Django as in production, with an empty database; for the process that is started."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG = False  # with DEBUG on Django keeps every query
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
