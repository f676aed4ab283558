"""Design tokens: readable colours, fonts built from packages, Bootstrap unchanged."""

import base64
import hashlib
import re

import bootstrap_wrapper
import pytest
from django.conf import settings

from mentoring.management.commands import build_fonts

TOKENS = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text()

LIGHT_DARK = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--wm-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS)
}
ONE_COLOUR = dict(re.findall(r"--wm-([\w-]+): (#\w{6});", TOKENS))


def colour(name, dark):
    return LIGHT_DARK[name][dark] if name in LIGHT_DARK else ONE_COLOUR[name]


def luminance(colour):
    """WCAG 2 relative luminance of "#RRGGBB"."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


READ = [
    *[
        (text, ground)
        for text in ("ink", "ink2", "link")
        for ground in ("page", "surface", "sunken")
    ],
    *[(tone, f"{tone}-tint") for tone in ("amber", "ok", "bad", "info", "plum")],
    *[
        ("bad", "surface"),
        ("bad", "page"),
        ("ok", "surface"),
        ("on-pine", "pine"),
        ("on-pine", "pine-hover"),
    ],
    *[
        ("pine", "pine-tint"),
        ("pine", "surface"),
        ("on-band", "band"),
        ("on-marigold", "marigold"),
        ("on-bad", "bad"),
    ],
    *[("ink", f"{tone}-tint") for tone in ("amber", "ok", "bad", "info")],
]
SEEN = [("edge", ground) for ground in ("page", "surface", "sunken")] + [
    ("focus", "page"),
    ("focus", "surface"),
    ("marigold", "band"),
]
SEEN += [(f"chart-{number}", "surface") for number in range(1, 7)]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_can_be_read_and_every_edge_seen(dark):
    pairs = [(one, other, 4.5) for one, other in READ] + [(one, other, 3.0) for one, other in SEEN]
    weak = {
        f"{a} on {b}" for a, b, least in pairs if contrast(colour(a, dark), colour(b, dark)) < least
    }
    assert weak == set()


def test_browsers_without_light_dark_see_the_same_light_colours():
    assert LIGHT_DARK
    assert {name: light for name, (light, _) in LIGHT_DARK.items()} == {
        name: ONE_COLOUR[name] for name in LIGHT_DARK
    }


# ---- what comes from packages ----


def test_bootstrap_is_the_file_that_its_makers_published():
    css = bootstrap_wrapper.get_bootstrap_dir() / "css" / "bootstrap.min.css"
    published = "sRIl4kxILFvY47J16cr9ZwB07vP4J8+LH7qKQnuqkuIAvNWLzeN8tE5YBujZqJLB"
    assert base64.b64encode(hashlib.sha384(css.read_bytes()).digest()).decode() == published


class TestFonts:
    @pytest.fixture
    def build(self, tmp_path, monkeypatch):
        from django.core.management import call_command

        monkeypatch.setattr(build_fonts, "CUTS", [build_fonts.CUTS[2]])  # one is enough, and quick

        def run():
            call_command("build_fonts", to=tmp_path, verbosity=0)
            return tmp_path / "source-serif-4-600-latin.woff2"

        return run

    def test_a_font_is_cut_to_its_letters_and_keeps_its_licence(self, build, tmp_path):
        from fontTools.ttLib import TTFont

        font = build()
        letters = TTFont(font).getBestCmap()
        assert font.stat().st_size < 25_000
        assert ord("é") in letters
        assert ord("Ж") not in letters
        assert (
            "SIL OPEN FONT LICENSE" in (tmp_path / "source_serif_4-LICENSE.txt").read_text().upper()
        )

    def test_a_second_run_does_nothing_and_a_lost_file_is_made_again(self, build, monkeypatch):
        monkeypatch.setattr(
            build_fonts, "cut_font", lambda cut, target: target.write_bytes(b"font")
        )
        made = build().stat().st_mtime_ns
        assert build().stat().st_mtime_ns == made
        build().unlink()
        assert build().exists()

    def test_the_style_sheet_asks_for_the_letters_that_were_cut(self):
        def ranges(text):
            return re.sub(r"\s", "", text)

        asked = [ranges(text) for text in re.findall(r"unicode-range: ([^;]+);", TOKENS)]
        assert asked == [build_fonts.LATIN, build_fonts.LATIN_EXT] * 2

    def test_the_style_sheet_names_the_files_that_are_made(self):
        named = re.findall(r'fonts/([\w-]+)\.woff2"', TOKENS)
        assert named == [cut.name for cut in build_fonts.CUTS if cut.flavor == "woff2"]
