"""What the first view of a page costs to load: its HTML and the static files it needs, compressed.

Counted are the files that the HTML names (styles, scripts, images, preloaded fonts) and the styles
that its styles import, each once. Other fonts load after the text is shown (`font-display: swap`)
and are not counted. Sizes are in bytes.
"""

from __future__ import annotations

import gzip
import posixpath
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

LEVEL = 6  # of gzip
LIMIT = 150_000
NAMED_BY_HTML = re.compile(r'(?:href|src)="([^"?#]+)')
IMPORTED_BY_STYLE = re.compile(r"""@import\s+(?:url\()?\s*["']?([^"')?#;]+)""")
COMPRESSED = {".woff2", ".png", ".jpg", ".webp"}


def page_weight(html: bytes) -> int:
    files = files_of(html.decode())
    return len(gzip.compress(html, LEVEL)) + sum(map(file_weight, files))


def files_of(html: str) -> set[str]:
    """Return the static files of a page, as paths that the finders of Django know."""
    prefix = f"/{settings.STATIC_URL.lstrip('/')}"
    found: set[str] = set()
    waiting = {name.removeprefix(prefix) for name in NAMED_BY_HTML.findall(html)
               if name.startswith(prefix)}  # fmt: skip
    while waiting:
        found.add(name := waiting.pop())
        waiting |= set(imported_by(name)) - found
    return found


@cache
def imported_by(name: str) -> tuple[str, ...]:
    if not name.endswith(".css"):
        return ()
    imported = IMPORTED_BY_STYLE.findall(located(name).read_text("utf-8"))
    folder = posixpath.dirname(name)
    return tuple(posixpath.normpath(posixpath.join(folder, one)) for one in imported)


@cache
def file_weight(name: str) -> int:
    content = located(name).read_bytes()
    is_compressed = posixpath.splitext(name)[1] in COMPRESSED
    return len(content if is_compressed else gzip.compress(content, LEVEL))


def located(name: str) -> Path:
    """Where a static file is. Raises LookupError for one that does not exist."""
    path = finders.find(name)
    if path is None:
        raise LookupError(f"There is no static file {name}.")
    return Path(path)
