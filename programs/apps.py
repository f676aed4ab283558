from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ProgramsConfig(AppConfig):
    name = "programs"
    default = True

    def ready(self) -> None:
        from . import privacy  # noqa: F401  registers export and erasure


class CommitteeAdminConfig(admin_apps.AdminConfig):
    """Django's admin behind the committee's door."""

    default = False
    default_site = "dashboard.admin_site.Desk"
