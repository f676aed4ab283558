"""Names: standard terms, one meaning each, and documentation that points at code which exists."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings

from .test_architecture import APPS, name, product_code

ROOT = settings.BASE_DIR

# Modules that every app may have; the name means the same everywhere.
SKELETON = {
    "__init__", "account_merging", "admin", "apps", "checks", "emails", "forms", "models",
    "privacy", "presenters",
    "receivers", "reconcilers", "retention", "sender_policy", "signals", "tasks", "urls", "views",
    "0001_initial",
}  # fmt: skip

# Modules in these packages are named after what they show or store, which often lives in a module
# of that name beside them.
MIRRORS = {"admin", "forms", "models", "views", "management"}

# Words that an engineer would never search for, and that once stood in names.
METAPHORS = {
    "bending", "box", "breaker", "correspondent", "desk", "drawer", "drawers", "eyes", "gate",
    "gather", "hands", "house", "houses", "letter", "letters", "manners", "owe", "owed", "owes",
    "seal", "shelf", "sit", "sits", "sitting", "sow", "standing", "stuff", "sweeper", "things",
    "tombstone", "tombstones", "unseal", "wakes",
    "base_models", "common", "core", "helper", "helpers", "misc", "util", "utils",
}  # fmt: skip

# {word: {apps where it is the standard term}}. Associations say "in good standing" of a member who
# is on their list and has paid: whoever looks for that rule searches for this word.
STANDARD_TERMS = {"standing": {"applications", "programs"}}


def words_of(identifier: str) -> set[str]:
    """Split snake_case and CamelCase into lower-case words."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier)
    return set(spaced.lower().split("_"))


def public_names(path: Path) -> Iterator[str]:
    """Yield the names of the module and of its public functions, classes and parameters."""
    yield path.parent.name if path.stem == "__init__" else path.stem
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield from (arg.arg for arg in [*node.args.args, *node.args.kwonlyargs])


def metaphors_of(path: Path) -> set[str]:
    """Return the words that no public name of a module may have."""
    app = path.relative_to(ROOT).parts[0]
    return METAPHORS - {word for word, apps in STANDARD_TERMS.items() if app in apps}


def test_no_public_name_is_a_metaphor():
    found = {
        f"{name(path)}: {public}"
        for path in product_code()
        for public in public_names(path)
        if words_of(public) & metaphors_of(path)
    }
    assert found == set()


def test_a_module_name_has_one_meaning():
    """Two apps may share a module name only when it is part of the common skeleton."""
    owners: dict[str, set[str]] = defaultdict(set)
    for path in product_code():
        is_about_another = MIRRORS & set(path.parts[:-1])
        if path.stem not in SKELETON and not is_about_another:
            owners[path.stem].add(path.relative_to(ROOT).parts[0])
    shared = {module: sorted(apps) for module, apps in owners.items() if len(apps) > 1}
    assert shared == {}


def table(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading of a Markdown page."""
    text = (ROOT / page).read_text().split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


GLOSSARY = [
    (term, reference)
    for term, _meaning, code in table("README.md", "Glossary")
    for reference in re.findall(r"`([\w.]+)`", code)
]
ANSWERS = [
    reference
    for _question, answer in table("docs/architecture.md", "Where is it?")
    for reference in re.findall(r"`([^`]+)`", answer)
]


def exists(dotted: str) -> bool:
    """Whether a dotted name is a module, or an attribute of one."""
    module, _, attribute = dotted.rpartition(".")
    try:
        if find_spec(dotted):
            return True
    except ModuleNotFoundError:
        pass  # the last part is no module below a package: it may be an attribute
    return hasattr(import_module(module), attribute)


@pytest.mark.parametrize(("term", "reference"), GLOSSARY)
def test_every_term_of_the_glossary_exists_in_code(term, reference):
    assert exists(reference), term


def test_every_term_of_the_glossary_has_a_reference():
    assert [
        term for term, _meaning, code in table("README.md", "Glossary") if "`" not in code
    ] == []


@pytest.mark.parametrize("reference", ANSWERS)
def test_the_answers_for_newcomers_exist(reference):
    path, _, definition = reference.partition(":")
    assert (ROOT / path).exists()
    if definition:
        tree = ast.parse((ROOT / path).read_text())
        assert definition in {getattr(node, "name", "") for node in tree.body}


def test_a_newcomer_finds_at_least_twenty_answers():
    assert len(table("docs/architecture.md", "Where is it?")) >= 20


def test_the_documented_signals_are_those_that_exist():
    signals = {
        f"{name(path).removesuffix('.py').replace('/', '.')}.{target.id}"
        for path in product_code()
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign) and ast.unparse(node.value) == "Signal()"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    documented = set(
        re.findall(r"^\| `([\w.]+)` \|", (ROOT / "docs/architecture.md").read_text(), re.M)
    )
    assert signals == documented & signals
    assert signals <= documented


def test_every_app_is_described():
    described = set(
        re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/architecture.md").read_text(), re.M)
    )
    assert {app for app in APPS if app != "mentoring"} <= described


def test_each_decision_has_a_number_of_its_own():
    numbers = [path.name[:3] for path in (ROOT / "docs/decisions").glob("*.md")]
    assert sorted(set(numbers)) == sorted(numbers)
