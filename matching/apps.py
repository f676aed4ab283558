from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "matching"

    def ready(self) -> None:
        from workflow import jobs

        from . import emails, leaving, releasing, rounds  # noqa: F401  register letters, planner and receiver
        from .models import RoundJob

        jobs.register(RoundJob, rounds.run_job)
