from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from notifications.privacy import erase_letters, export_letters

        from . import privacy

        privacy.register("letters", export=export_letters, erase=erase_letters)
        privacy.register("account", export=privacy.export_account, erase=privacy.erase_account)
