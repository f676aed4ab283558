from celery import shared_task

from . import jobs


@shared_task(ignore_result=True)
def run_jobs() -> None:
    """Run the jobs that are due; a second worker at the same time finds nothing to claim."""
    jobs.run_due()
