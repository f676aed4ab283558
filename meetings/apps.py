from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Meetings")

    def ready(self) -> None:
        from . import (  # noqa: F401  # they register themselves
            account_merging,
            emails,
            meeting_reminders,
            meeting_sections,
            overdue,
            privacy,
            receivers,
            reconcilers,
            record_by_link,
            reflection_reminders,
            reminder_emails,
        )
        from .statements import notices  # noqa: F401  # they register themselves
