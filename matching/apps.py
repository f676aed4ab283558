from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "matching"

    def ready(self) -> None:
        from workflow import jobs

        from . import (  # noqa: F401  register themselves
            emails,
            offer_emails,
            offer_links,
            privacy,
            receivers,
        )
        from .models import RoundJob
        from .rounds import lifecycle, publication  # noqa: F401  publication registers its reconciler

        jobs.register(RoundJob, lifecycle.run_job, lifecycle.check_input)
