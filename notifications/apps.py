from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from . import bounces, emails, privacy, several_at_once, weekly_counts  # noqa: F401  (register kinds, reconcilers)
