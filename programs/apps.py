from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"

    def ready(self) -> None:
        from . import emails, opening_links, privacy  # noqa: F401  registers kinds, links, erasure
