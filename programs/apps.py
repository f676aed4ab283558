from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ProgramsConfig(AppConfig):
    name = "programs"
    default = True

    def ready(self) -> None:
        from notifications.planning import planner
        from workflow import jobs

        from . import emails, houses, privacy  # noqa: F401  (registers letters, the planner, the house, export and erasure)
        from .importing import working
        from .models import RosterJob

        jobs.register(RosterJob, working.work)
        planner(working.forget)


class CommitteeAdminConfig(admin_apps.AdminConfig):
    """Django's admin behind the committee's door."""

    default = False
    default_site = "dashboard.desk.Desk"
