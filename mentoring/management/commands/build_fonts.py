"""Cuts the two typefaces of the site to what its pages and its PDFs use.

The wheels contain complete TrueType families (about 1.5 MB). This makes four WOFF2 files, of which
a phone loads one or two, and two TrueType files for PDFs. The text font of the pages keeps its
weight axis, because they use 400, 600 and 700. The licences travel with the cut files, as the
Open Font License asks.
"""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

# The ranges must stay the same as `unicode-range` in static/css/tokens.css.
LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,"
    "U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
)
LATIN_EXT = (
    "U+0100-0130,U+0132-0151,U+0154-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,"
    "U+1E00-1E9F,U+1EF2-1EFF,U+20A0-20AB,U+20AD-20C0,U+2C60-2C7F,U+A720-A7FF"
)
EVERYTHING = "U+0020-FFFF"
FEATURES = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum", "lnum"]
Axes = dict[str, int | tuple[int, int]]  # e.g. weight: one value, or the range that stays variable


@dataclass(frozen=True)
class Cut:
    """One file: its package, its axis values (a pair keeps that range), its characters, its format.

    A PDF needs TrueType with one weight in each file.
    """

    name: str
    package: str
    file: str
    axes: Axes = field(default_factory=dict)
    unicodes: str = LATIN
    flavor: str = "woff2"

    @property
    def file_name(self) -> str:
        return f"{self.name}.{self.flavor or 'ttf'}"


SANS: tuple[str, str, Axes] = (
    "fontpkg_source_sans_3",
    "SourceSans3[wght].ttf",
    {"wght": (400, 700)},
)
SERIF: tuple[str, str, Axes] = (
    "fontpkg_source_serif_4",
    "SourceSerif4[opsz,wght].ttf",
    {"wght": 600, "opsz": 24},
)
CUTS = [
    Cut("source-sans-3-latin", *SANS),
    Cut("source-sans-3-latin-ext", *SANS, unicodes=LATIN_EXT),
    Cut("source-serif-4-600-latin", *SERIF),
    Cut("source-serif-4-600-latin-ext", *SERIF, unicodes=LATIN_EXT),
    Cut("source-sans-3-print", *SANS[:2], {"wght": 400}, unicodes=EVERYTHING, flavor=""),
    Cut("source-sans-3-print-600", *SANS[:2], {"wght": 600}, unicodes=EVERYTHING, flavor=""),
]


def package_folder(package: str) -> Path:
    return Path(str(import_module(package).__file__)).parent


def source_of(cut: Cut) -> Path:
    return package_folder(cut.package) / "files" / cut.file


def recipe() -> str:
    """Return a hash of everything that the result depends on; if equal, nothing is built."""
    parts = [{**asdict(cut), "bytes": source_of(cut).stat().st_size} for cut in CUTS]
    return hashlib.sha256(json.dumps([parts, FEATURES], sort_keys=True).encode()).hexdigest()


def cut_font(cut: Cut, target: Path) -> None:
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = TTFont(source_of(cut), recalcTimestamp=False)
    options = subset.Options(
        layout_features=FEATURES, flavor=cut.flavor or None, hinting=False, notdef_outline=True
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(cut.unicodes))
    subsetter.subset(font)
    instancer.instantiateVariableFont(font, cut.axes, inplace=True)
    subset.save_font(font, str(target), options)


class Command(BaseCommand):
    help = "Cuts the fonts of the site into static/fonts/; does nothing when they are up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=Path(settings.BASE_DIR) / "static" / "fonts")

    def handle(self, *args: object, to: Path, **options: object) -> None:
        stamp = to / "recipe.txt"
        if self._is_up_to_date(to, stamp):
            self.stdout.write("Fonts are up to date.")
            return
        to.mkdir(parents=True, exist_ok=True)
        for cut in CUTS:
            target = to / cut.file_name
            cut_font(cut, target)
            self.stdout.write(f"{target.name}  {target.stat().st_size / 1000:.1f} kB")
        for package in sorted({cut.package for cut in CUTS}):
            shutil.copyfile(
                package_folder(package) / "LICENSE",
                to / f"{package.removeprefix('fontpkg_')}-LICENSE.txt",
            )
        stamp.write_text(recipe())  # last, so that a run that was cut short starts again

    @staticmethod
    def _is_up_to_date(to: Path, stamp: Path) -> bool:
        made = all((to / cut.file_name).exists() for cut in CUTS)
        return made and stamp.exists() and stamp.read_text() == recipe()
