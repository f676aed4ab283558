from typing import Any

from django.core.management.base import BaseCommand

from checkins.seeds import seed_surveys


class Command(BaseCommand):
    help = "Makes the shared fit check and pulse survey where they are missing; running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        for survey in seed_surveys():
            self.stdout.write(f"made: {survey}")
