from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Meetings")

    def ready(self) -> None:
        # They register themselves.
        from . import emails, link_views, privacy, receivers  # noqa: F401
        from . import reconcilers, reminder_emails, reminders  # noqa: F401
