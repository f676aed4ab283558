from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from . import account_data, code_attempts, working_addresses  # noqa: F401  register themselves
