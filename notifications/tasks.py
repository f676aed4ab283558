from celery import shared_task

from . import sweeping


@shared_task(ignore_result=True)
def sweep() -> None:
    """Wake the sweeper; a doubled wake-up finds nothing to claim."""
    sweeping.sweep()
