"""One pair that signed on paper: the carer records it with a scan."""

from __future__ import annotations

import struct
import zlib

from agreements import paper
from agreements.models import AgreementVersion
from matches.models import Match

from .setup import DemoCohort

WIDTH, HEIGHT = 420, 594  # an A4 sheet, small
MARGIN, LINE, INK, PAPER = 40, 14, 40, 250


def sign_on_paper(demo: DemoCohort, match: Match, *, day: float) -> None:
    """Let the carer record that both signed the version that waits, a day before `day`."""
    version = AgreementVersion.objects.of_match(match).get(state=AgreementVersion.State.SHARED)
    if match.carer is None or not demo.calendar.is_past(day):
        return
    at = demo.calendar.at(day, hour=15)
    signed_on = max(demo.calendar.on(day - 1), paper.first_day(version))
    paper.record(
        version,
        dates={person.pk: signed_on for person in match.people},
        scan=scan(),
        holds_paper=True,
        expected_revision=version.revision,
        by=match.carer,
        at=at,
    )


def scan() -> bytes:
    """Return a small picture (PNG) of a sheet with lines of text and two signatures."""
    rows = [bytearray([PAPER]) * WIDTH for _row in range(HEIGHT)]
    for top in range(MARGIN, HEIGHT - 150, LINE):
        for row in rows[top : top + 3]:
            end = WIDTH - MARGIN - (top * 37) % 120
            row[MARGIN:end] = bytes([INK + 90]) * (end - MARGIN)
    for left in (MARGIN, WIDTH // 2 + 20):
        for step in range(120):
            height = (step * 7) % 19 - (step * 3) % 11
            rows[HEIGHT - 90 + height][left + step] = INK
    pixels = b"".join(b"\0" + bytes(row) for row in rows)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + checksum
