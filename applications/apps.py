from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"

    def ready(self) -> None:
        from notifications.reconcilers import reconciler
        from workflow import jobs

        from . import emails, privacy, sender_policy  # noqa: F401  register themselves
        from .importing.import_jobs import forget, work
        from .models import RosterJob

        jobs.register(RosterJob, work)
        reconciler(forget)
