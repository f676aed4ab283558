"""Finds what a browser test reads before the page that it asked for is there.

A click waits until the browser has an answer, a key does not even wait for that; the page is read
in later. Under load, what is read at once is the page before, or the beginning of the next one.
Hence a test waits after each act:

1. First for something of the new page: `expect(...)`, `wait_for()`, the next field or button.
2. What answers at once, such as `count()` or `evaluate()`, needs the whole page, which `goto()`,
   `wait_for_load_state()`, `too_wide()` and `broken_rules()` wait for.

Helpers are followed to where they are called, as far as they are in the same file or given.
"""

from __future__ import annotations

import ast

ACTS = {"click", "dblclick", "tap", "press", "check", "uncheck", "set_checked", "select_option"}
WAITS = ACTS | {
    "expect", "fill", "focus", "hover", "set_input_files", "wait_for", "wait_for_function",
    "wait_for_selector", "expect_request",
}  # fmt: skip
LOADS = {
    "goto", "reload", "wait_for_load_state", "wait_for_url", "expect_navigation", "expect_page",
    "too_wide", "broken_rules",
}  # fmt: skip
AT_ONCE = {
    "is_visible", "is_hidden", "count", "content", "all", "all_inner_texts", "all_text_contents",
    "evaluate", "evaluate_all", "evaluate_handle", "eval_on_selector", "eval_on_selector_all",
    "query_selector", "title", "screenshot",
}  # fmt: skip
OF_A_PAGE = {"inner_text", "inner_html", "text_content"}  # `page.inner_text("body")`
ROWS = {"a query", "refresh_from_db"}  # what the act has changed

# What a test has waited for since its last act, the least first.
NOTHING, SOMETHING, ALL = range(3)


class Reader:
    """Reads one file; `helpers` are the texts of modules that it takes functions from."""

    def __init__(self, source: str, *helpers: str) -> None:
        self.tree = ast.parse(source)
        trees = [*(ast.parse(one) for one in helpers), self.tree]
        self.functions = {one.name: one for tree in trees for one in functions_of(tree)}
        self.within: list[str] = []  # the helpers that are being followed
        self.faults: dict[int, str] = {}

    def read(self) -> dict[int, str]:
        """Return {line: text} of each statement that reads too early."""
        for function in functions_of(self.tree):
            self.walk(function.body, ALL)
        return self.faults

    def walk(self, statements: list[ast.stmt], state: int) -> int:
        for one in statements:
            state = self.step(one, state)
        return state

    def step(self, one: ast.stmt, state: int) -> int:
        """Return what has been waited for after this statement."""
        match one:
            case ast.FunctionDef() | ast.ClassDef():
                return state
            case ast.With():
                inner = self.walk(one.body, state)
                return ALL if any(LOADS & calls(item) for item in one.items) else inner
            case ast.For() | ast.While():
                self.look(one.iter if isinstance(one, ast.For) else one.test, state)
                return self.walk(one.body, self.walk(one.body, state))
            case ast.If():
                self.look(one.test, state)
                return min(self.walk(one.body, state), self.walk(one.orelse, state))
            case ast.Try():
                return self.walk([*one.body, *one.finalbody], state)
        return self.simple(one, state)

    def simple(self, one: ast.stmt, state: int) -> int:
        name, may_be_ours = outermost(one)
        names, is_assert = calls(one), isinstance(one, ast.Assert)
        if may_be_ours and name in self.functions and name not in self.within:
            return self.follow(one, name, state)
        if name in ACTS:
            return NOTHING
        if LOADS & names and not (is_assert and state == NOTHING):
            return ALL
        if WAITS & names and not is_assert:
            return max(state, SOMETHING)
        self.look(one, state)
        return state

    def follow(self, one: ast.stmt, name: str, state: int) -> int:
        """Walk through a helper; what it reads too early is a fault of the line that calls it."""
        before = dict(self.faults)
        self.within.append(name)
        state = self.walk(self.functions[name].body, state)
        self.within.pop()
        found, self.faults = self.faults != before, before
        if found:
            self.blame(one)
        return state

    def look(self, one: ast.AST, state: int) -> None:
        if state == ALL:
            return
        is_early = state == NOTHING and (isinstance(one, ast.Assert) or ROWS & calls(one))
        if is_early or AT_ONCE & calls(one) or reads_a_page(one):
            self.blame(one)

    def blame(self, one: ast.AST) -> None:
        self.faults[one.lineno] = ast.unparse(one).splitlines()[0]


def functions_of(tree: ast.AST) -> list[ast.FunctionDef]:
    return [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]


def calls(node: ast.AST) -> set[str]:
    """Return the names of the functions and methods that are called in it."""
    return {name_of(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}


def name_of(function: ast.expr) -> str:
    parts = {one.attr for one in ast.walk(function) if isinstance(one, ast.Attribute)}
    if parts & {"objects", "system"}:
        return "a query"
    match function:
        case ast.Attribute(_, name) | ast.Name(name):
            return name
    return ""


def outermost(node: ast.AST) -> tuple[str, bool]:
    """Return the name of the call that a statement is made of, and if a helper may be called."""
    match node:
        case ast.Expr(ast.Call(ast.Name(name))):
            return name, True
        case ast.Expr(ast.Call(ast.Attribute(owner, name))):
            return name, isinstance(owner, ast.Name) and owner.id != "page"
    return "", False


def reads_a_page(node: ast.AST) -> bool:
    found = [one for one in ast.walk(node) if isinstance(one, ast.Call) and one.args]
    names = {one.func.attr for one in found if isinstance(one.func, ast.Attribute)}
    return bool(names & OF_A_PAGE)
