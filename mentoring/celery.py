"""Celery application. Messages carry no data: tasks read what is due from the database.

A lost message delays work by one beat interval; a duplicate finds nothing to claim.
"""

import os

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")

app = Celery("mentoring")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_logging_settings(**kwargs: object) -> None:
    """Keep settings.LOGGING, which filters secrets, instead of Celery's own handlers."""
