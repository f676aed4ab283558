"""Find every translatable text without GNU gettext, as (context, singular, plural)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

Text = tuple[str, str, str]

# Position of the context, the singular and the plural among the arguments of each function.
MARKERS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
# templatize() writes a call for each marked text of a template and X for everything else.
CALL = re.compile(
    r"(?<!\w)(_|n?p?gettext)\(((?:u?'(?:\\.|[^'\\])*'|u?\"(?:\\.|[^\"\\])*\"|[^()'\"])*)\)"
)


def texts_of_python(source: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in MARKERS:
            continue
        found = [_constant(node, position) for position in MARKERS[name]]
        if found[1]:
            yield found[0], found[1], found[2]


def _constant(call: ast.Call, position: int | None) -> str:
    if position is None or position >= len(call.args):
        return ""
    argument = call.args[position]
    return str(argument.value) if isinstance(argument, ast.Constant) else ""


def texts_of_template(source: str) -> Iterator[Text]:
    for name, arguments in CALL.findall(templatize(source)):
        yield from texts_of_python(f"{name}({arguments})")


def source_texts() -> set[Text]:
    """Return the texts of all product modules and templates."""
    root = Path(settings.BASE_DIR)
    found: set[Text] = set()
    for package in root.glob("*/__init__.py"):
        for path in package.parent.rglob("*.py"):
            if not {"tests", "migrations"} & set(path.parts):
                found.update(texts_of_python(path.read_text(encoding="utf-8")))
    for folder in (root / "templates", *root.glob("*/templates")):
        for path in folder.rglob("*"):
            if path.suffix in {".html", ".txt"}:
                found.update(texts_of_template(path.read_text(encoding="utf-8")))
    return found
