from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from . import bounces, emails, privacy, weekly_counts  # noqa: F401  (register kinds, reconcilers)
