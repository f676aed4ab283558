from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class DashboardConfig(AppConfig):
    name = "dashboard"

    def ready(self) -> None:
        from . import (  # noqa: F401  they register themselves
            account_merging,
            digest_emails,
            email_vocabulary,
            emails,
            health_dates,
            job_alarms,
            privacy,
            receivers,
        )


class CommitteeAdminConfig(admin_apps.AdminConfig):
    """Use the committee's site as the default admin site."""

    default = False  # the settings name it themselves
    default_site = "dashboard.admin_site.CommitteeAdminSite"
