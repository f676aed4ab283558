from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from . import privacy

        privacy.register("account", export=privacy.export_account, erase=privacy.erase_account)
