"""Celery carries no facts: beat wakes the sweep and the jobs, both read the database.

A lost message costs at most one wake-up interval; a doubled one finds nothing to claim.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")

app = Celery("mentoring")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
