from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from . import (  # noqa: F401  register themselves
            account_data,
            account_merging,
            code_attempts,
            working_addresses,
        )
