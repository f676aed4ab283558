"""An alarm when the worker of long jobs hangs: one e-mail to the maintainer each time.

The worker that sends e-mail looks once in two minutes; it goes on while the heavy one hangs. When
the other one hangs, `notifications.alarms` says so.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from notifications import alarms
from notifications.reconcilers import reconciler
from workflow.jobs import MAX_ATTEMPTS, Job, hanging

log = logging.getLogger(__name__)


@reconciler
def tell_of_hanging_jobs(at: datetime) -> None:
    """Tell the maintainer once of each job that no worker moves; nobody without `ALERT_EMAIL`."""
    if not settings.ALERT_EMAIL:
        return
    for job in hanging(at):
        if job.claim_alarm(at):
            alarms.in_background(partial(_send, job))


def _send(job: Job) -> None:
    try:
        alarms.send_to_maintainer(partial(_texts, job))
    except Exception:
        log.exception("the alarm about a job cannot be sent")
        job.release_alarm()  # the next look tries again


def _texts(job: Job) -> tuple[str, str]:
    """Return the subject and the body; they name the site and the job, and nobody."""
    since = job.started_at or job.created_at
    values = {
        "site": settings.CANONICAL_HOST,
        "job": job._meta.verbose_name,
        "since": formats.date_format(timezone.localtime(since), "DATETIME_FORMAT"),
        "zone": settings.TIME_ZONE,
        "attempts": MAX_ATTEMPTS,
    }
    has_begun = job.state == Job.State.RUNNING
    lines = [
        _("The job “%(job)s” began at %(since)s (%(zone)s) and reports nothing any more.") % values
        if has_begun
        else _("The job “%(job)s” has waited for a worker since %(since)s (%(zone)s).") % values,
        _("See whether the heavy worker is running, and what its log says. Then restart it."),
        _(
            "A worker begins the job again by itself, but at most %(attempts)s times in all: then"
            " it fails, and a chair of its program can have it run again once."
            " If it hangs again, you get another e-mail."
        )
        % values,
    ]
    return _("%(site)s: a long job hangs") % values, "\n\n".join(lines)
