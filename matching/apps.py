from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "matching"

    def ready(self) -> None:
        from workflow import jobs

        from . import (  # noqa: F401  register themselves
            account_merging,
            emails,
            offer_emails,
            offer_links,
            pair_request_emails,
            pair_request_links,
            privacy,
            receivers,
            running_pairs,
        )
        from .models import RoundJob
        from .rounds import (  # noqa: F401  two register their reconcilers
            found_each_other,
            lifecycle,
            publication,
        )

        jobs.register(RoundJob, lifecycle.run_job, lifecycle.check_input)
