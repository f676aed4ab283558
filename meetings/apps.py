from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Meetings")

    def ready(self) -> None:
        # They register themselves.
        from . import (  # noqa: F401
            emails,
            meeting_reminders,
            overdue,
            privacy,
            receivers,
            reconcilers,
            record_by_link,
            reminder_emails,
        )
        from .statements import notices  # noqa: F401
