from django.core.management.base import BaseCommand

from checkins.seeds import seed_surveys


class Command(BaseCommand):
    help = "Creates the default surveys that are missing; running it again changes nothing."

    def handle(self, *args: object, **options: object) -> None:
        for survey in seed_surveys():
            self.stdout.write(f"created: {survey}")
