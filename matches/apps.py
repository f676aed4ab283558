from django.apps import AppConfig


class MatchesConfig(AppConfig):
    name = "matches"

    def ready(self) -> None:
        from . import (  # noqa: F401  register themselves
            emails,
            follow_ups,
            pair_news,
            pause_by_link,
            pause_emails,
            pause_reminders,
            privacy,
            receivers,
            retention,
            sender_policies,
            terms,
        )
