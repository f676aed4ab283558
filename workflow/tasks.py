from celery import shared_task

from . import jobs


@shared_task(ignore_result=True)
def run_jobs() -> None:
    """Wake the runner of long work; a doubled wake-up finds nothing to claim."""
    jobs.run_due()
