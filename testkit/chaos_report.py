"""The section of docs/reliability.md about one database, from what `chaos_full` counted."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from testkit.chaos import ENDED, Report


def section(
    database: str,
    report: Report,
    played: Sequence[str],
    *,
    is_awake: bool,
    are_invariants_true: bool,
    is_good: bool,
) -> str:
    """Return the section in Markdown; it begins with its heading."""
    return "\n".join(
        _lines(
            database,
            report,
            played,
            is_awake=is_awake,
            are_invariants_true=are_invariants_true,
            is_good=is_good,
        )
    )


def _lines(
    database: str,
    report: Report,
    played: Sequence[str],
    *,
    is_awake: bool,
    are_invariants_true: bool,
    is_good: bool,
) -> Iterator[str]:
    yield f"## {database}"
    yield ""
    when, load = datetime.now(UTC), os.getloadavg()[0]
    yield (
        f"{when:%Y-%m-%d}, {os.cpu_count()} cores, load {load:.1f} at the end:"
        f" **{'every promise kept' if is_good else 'a promise broken'}**."
    )
    yield ""
    yield "| what | promised | counted |"
    yield "| --- | --- | --- |"
    still_open = sum(count for state, count in report.states.items() if state not in ENDED)
    rows: list[tuple[str, object, object]] = [
        ("e-mails due", "", report.due),
        ("delivered", "", len(report.copies)),
        ("lost", 0, report.lost),
        ("neither delivered nor ended with a reason", 0, still_open),
        ("not sent, and why", "", _words(report.reasons)),
        ("of these accepted by the mail server all the same, without an answer", "",
         report.refused_copies),
        ("workers killed", "", report.kills),
        ("workers stopped for longer than their lease", "", report.stops),
        ("workers that ended themselves", "", report.alarms),
        ("answers of the mail server that were lost", "", report.lost_answers),
        ("extra copies", f"at most {report.bound}", report.extra),
        ("most copies of one e-mail", "at most 5", report.most),
        ("Celery works after the last fault", "yes", "yes" if is_awake else "**no**"),
        ("`check_invariants`", "all hold", "all hold" if are_invariants_true else "**broken**"),
        ("seconds", "", round(report.seconds)),
    ]  # fmt: skip
    for what, promised, counted in rows:
        shown = f"{counted:,}" if isinstance(counted, int) else counted
        yield f"| {what} | {promised} | {shown} |"
    yield ""
    yield "Faults, beside the kills:"
    yield ""
    for name, times in sorted(Counter(played).items()):
        yield f"- {name}: {times} x"


def _words(reasons: Counter[str]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in reasons.most_common()) or "none"
