from django.apps import AppConfig


class MentoringConfig(AppConfig):
    """The project itself is an app so that its checks, commands and template tags are found."""

    name = "mentoring"

    def ready(self) -> None:
        from . import checks  # noqa: F401  (registers the deployment checks)
