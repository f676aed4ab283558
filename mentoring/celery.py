"""Celery carries no facts: beat wakes the sweep and the jobs, both read the database.

A lost message costs at most one wake-up interval; a doubled one finds nothing to claim.
"""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")

app = Celery("mentoring")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_logging_settings(**kwargs: Any) -> None:
    """A receiver keeps Celery from putting its own handlers in the place of settings.LOGGING, which holds secrets back."""
