"""What is computed when a module is imported stays as it is: no moment of a clock is kept there.

A test that compares such a moment with the clock fails when a run crosses midnight; a process of
the product keeps it for weeks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from .test_architecture import ROOT, name

CLOCKS = {"now", "today", "localdate", "localtime", "utcnow"}
SECONDS = {"time.time", "time.time_ns"}


def is_clock(node: ast.AST) -> bool:
    """Whether it asks a clock: `timezone.now()`, `date.today()`, `time.time()`, `now()`."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Attribute):
        # `timezone.localdate(moment)` only converts; `datetime.now(UTC)` does not.
        converts = called.attr in {"localdate", "localtime"} and bool(node.args)
        return ast.unparse(called) in SECONDS or (called.attr in CLOCKS and not converts)
    return isinstance(called, ast.Name) and called.id in CLOCKS


def run_on_import(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs when its module is imported: not the bodies of functions."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        given = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        inner = [*getattr(node, "decorator_list", ()), *given]
    else:
        yield node
        inner = [*ast.iter_child_nodes(node)]
    for one in inner:
        yield from run_on_import(one)


def clocks_on_import(source: str) -> list[str]:
    """Return the calls of a clock on import, also through a function of the same module."""
    tree = ast.parse(source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    asking = {one.name for one in functions if any(map(is_clock, ast.walk(one)))}
    return [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in run_on_import(tree)
        if is_clock(node)
        or (isinstance(node, ast.Call) and getattr(node.func, "id", None) in asking)
    ]


def test_no_module_keeps_the_moment_of_its_import():
    kept = [
        f"{name(path)}:{found}"
        for path in [*ROOT.glob("*.py"), *ROOT.glob("[!.]*/**/*.py")]
        if path.relative_to(ROOT).parts[0] not in {"var", "shots"}
        for found in clocks_on_import(path.read_text())
    ]
    assert kept == [], "give a fixed moment, and set the clock: @pytest.mark.time_machine(NOW)"


@pytest.mark.parametrize(
    "source",
    [
        "NOW = timezone.now()",
        "NOON = timezone.now().replace(hour=12)",
        "AGO = datetime.now(tz=UTC) - DAY",
        "TODAY: date = date.today()",
        "STARTED = time.time()",
        "from x import now\nNOW = now()",
        "class A:\n    on = timezone.localdate()",
        "class A:\n    def f(self, at=timezone.now()): ...",
        "def f(*, at=timezone.now()): ...",
        "late = lambda at=timezone.now(): at",
        "@pytest.mark.parametrize('day', [date.today()])\ndef test_a(day): ...",
        "DAYS = [date.today() + n * DAY for n in range(3)]",
        "if DEBUG:\n    NOW = timezone.now()",
        "def later(days):\n    return timezone.now() + days * DAY\nSOON = later(3)",
    ],
)
def test_each_way_to_keep_it_is_found(source):
    assert len(clocks_on_import(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "def f(): return timezone.now()",
        "at = models.DateTimeField(default=timezone.now)",
        "NOON = datetime(2026, 5, 4, 12).time()",
        "DAY = timezone.localdate(NOON)",
        "FIRST, LAST = time(9), time(17)",
        "later = lambda: timezone.now()",
        "@pytest.fixture\ndef today():\n    return timezone.localdate()",
    ],
)
def test_what_asks_later_is_no_fault(source):
    assert clocks_on_import(source) == []
