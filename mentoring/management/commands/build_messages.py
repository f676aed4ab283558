"""Compile the translations without GNU gettext, which a machine may not have.

Only files older than their source are written. `make run`, `make test` and the image call it.
Collecting new texts (`manage.py makemessages`) does need gettext.
"""

import re
from pathlib import Path

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdif]|{\w*}")


def sources() -> list[Path]:
    return sorted(
        path for folder in settings.LOCALE_PATHS for path in Path(folder).glob("*/LC_MESSAGES/*.po")
    )


def strange_placeholders(entry: polib.POEntry) -> set[str]:
    """Return placeholders that only the translation uses; the page would fail on them."""
    given = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    used = set(PLACEHOLDER.findall(" ".join([entry.msgstr, *entry.msgstr_plural.values()])))
    return used - given


def compile_messages(source: Path) -> bool:
    """Write the .mo beside its .po if it is older; return whether it was written.

    Raises OSError if the .po does not parse, ValueError if a translation uses a placeholder that
    its text does not have.
    """
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return False
    catalogue = polib.pofile(str(source))
    for entry in catalogue.translated_entries():
        if strange := strange_placeholders(entry):
            raise ValueError(
                f"line {entry.linenum}: {', '.join(sorted(strange))} is not in the source text"
            )
    fresh = target.with_suffix(".mo.new")
    catalogue.save_as_mofile(str(fresh))
    fresh.replace(target)  # a running site never reads half a file
    return True


class Command(BaseCommand):
    help = "Compiles the translations in locale/, without gettext."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, verbosity: int, **options: object) -> None:
        for source in sources():
            try:
                written = compile_messages(source)
            except (OSError, ValueError) as error:
                raise CommandError(f"{source}: {error}") from error
            if written and verbosity > 0:
                self.stdout.write(f"{source.parent.parent.name}: compiled")
