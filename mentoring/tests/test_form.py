"""Form of the code: types that say something, lines that fit on a screen."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

from django.conf import settings

from .test_architecture import name, product_code

ROOT = settings.BASE_DIR

# Each `Any` tells the type checker to look away. Lower this number when one goes.
MOST_ANY = 148

WIDEST_TEMPLATE_LINE = 120
# A template tag must stand on one line, and so must the value of an attribute.
WIDEST_SINGLE_TAG = 200
SINGLE_TAG = re.compile(r"""{%(?:"[^"]*"|'[^']*'|(?!%}).)*%}|[\w-]+=(["']).*\1>?""")

CONFLICT = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)

# At the end of a line: an error that is switched off, without the reason in a comment after it.
LOOK_AWAY = re.compile(r"# (?:noqa\b(?:: ?[A-Z0-9, ]+)?|type: ignore(?:\[[\w, -]+\])?)\s*$")

# Django's admin and forms have types that no reader would write out; all other code is checked in
# full.
MAY_RELAX = {"admin", "forms", "views"}


def any_annotations(path: Path) -> int:
    """Count the uses of `Any` in annotations and type aliases."""
    return sum(
        isinstance(node, ast.Name) and node.id == "Any"
        for node in ast.walk(ast.parse(path.read_text()))
    )


def test_few_things_are_typed_any():
    found = {name(path): any_annotations(path) for path in product_code()}
    assert sum(found.values()) <= MOST_ANY, sorted(found.items(), key=lambda item: -item[1])[:20]


TRANSLATED = re.compile(r"{% (blocktranslate|comment)\b.*?{% end\1 %}", re.DOTALL)
BARE_COLON = re.compile(r"(?:\}\}|%\})(?:</\w+>)*:(?=[\s<{]|$)", re.MULTILINE)


def test_a_colon_after_a_label_is_translated():
    """French sets a space before it: `{% colon %}`, or a text of which the colon is a part."""
    bare = []
    for path in sorted((ROOT / "templates").rglob("*.*")):
        text = TRANSLATED.sub(lambda found: "\n" * found[0].count("\n"), path.read_text())
        lines = [text.count("\n", 0, found.start()) + 1 for found in BARE_COLON.finditer(text)]
        bare += [f"{name(path)}:{line}" for line in lines]
    assert not bare, "\n".join(bare)


def test_template_lines_fit_on_a_screen():
    too_wide = [
        f"{name(path)}:{number}: {len(line)} columns"
        for path in sorted((ROOT / "templates").rglob("*"))
        if path.suffix in {".html", ".txt"}
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > WIDEST_TEMPLATE_LINE
        and (len(line) > WIDEST_SINGLE_TAG or not SINGLE_TAG.fullmatch(line.strip()))
    ]
    assert not too_wide, "\n".join(too_wide)


def test_whoever_tells_a_tool_to_look_away_says_why():
    without = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*ROOT.glob("*.py"), *ROOT.glob("[!.]*/**/*.py")]
        if path.relative_to(ROOT).parts[0] not in {"var", "shots"}
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if LOOK_AWAY.search(line)
    ]
    assert not without, "\n".join(without)


def test_no_text_holds_the_marks_of_a_conflict():
    """A template with them still renders, with one half too much."""
    kinds = {".html", ".txt", ".md", ".po", ".css", ".js", ".toml"}
    marked = [
        str(path.relative_to(ROOT))
        for folder in ("templates", "static", "docs", "locale", "README.md")
        for path in [ROOT / folder, *sorted((ROOT / folder).rglob("*"))]
        if path.suffix in kinds and CONFLICT.search(path.read_text())
    ]
    assert marked == []


def test_no_error_of_the_type_checker_is_off_where_the_work_is_done():
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    relaxed = {
        module for table in tables if "disable_error_code" in table for module in table["module"]
    }
    assert {module for module in relaxed if not MAY_RELAX & set(module.split("."))} == set()
