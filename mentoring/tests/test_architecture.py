"""Architecture rules: imports, file sizes, access rules of models.

docs/architecture.md explains them. A new exception needs a reason beside it here.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from importlinter.cli import lint_imports

from workflow.states import stateful_models

ROOT = settings.BASE_DIR
APPS = sorted(path.parent.name for path in ROOT.glob("*/apps.py"))
LONGEST_FILE = 400
# Run before production, with requirements-build.txt.
BUILD_COMMANDS = {
    ROOT / "mentoring/management/commands" / f"{command}.py"
    for command in ("build_fonts", "build_messages")
}

# Models that no person reaches as rows, each with its reason.
NOT_REACHED: dict[str, str] = {}


def files(*endings: str) -> Iterator[Path]:
    for top in (*APPS, "testkit", "bench", "templates", "static"):
        for path in sorted((ROOT / top).rglob("*")):
            if (
                path.suffix in endings
                and "migrations" not in path.parts
                and "__pycache__" not in path.parts
            ):
                yield path


def product_code() -> Iterator[Path]:
    """Modules that run in production."""
    return (
        path
        for path in files(".py")
        if path.parts[len(ROOT.parts)] in APPS and "tests" not in path.parts
    )


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> Iterator[str]:
    """The absolute names of the modules that a file imports, wherever in the file."""
    package = name(path).removesuffix(".py").split("/")[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


def test_every_app_is_installed_tested_and_linted():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    tested = (ROOT / "pytest.ini").read_text().split("testpaths = ")[1].split("\n")[0].split()
    named = {
        "installed": {one.split(".")[0] for one in settings.INSTALLED_APPS},
        "tested": set(tested),
        "sorted": set(project["tool"]["ruff"]["lint"]["isort"]["known-first-party"]),
        "in layers": set(project["tool"]["importlinter"]["root_packages"]),
    }
    assert {place: sorted(set(APPS) - apps) for place, apps in named.items()} == {
        place: [] for place in named
    }


def test_imports_go_down_only(capsys):
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert code == 0, capsys.readouterr().out


def module_name(path: Path) -> str:
    return name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def test_no_files_import_each_other_in_a_circle():
    modules = {module_name(path): path for path in product_code()}
    edges = {}
    for module, path in modules.items():
        found = {target for target in imports(path) if target in modules}
        # `from package import module` loads a package whose own imports are not meant.
        parents = {target.rpartition(".")[0] for target in found}
        edges[module] = found - {module} - parents
    # Remove what imports nothing that is left, again and again; what stays is in a circle or
    # uses one.
    while free := [module for module, targets in edges.items() if not targets & edges.keys()]:
        for module in free:
            del edges[module]
    assert sorted(edges) == []


def test_no_app_uses_the_pages_of_another():
    private = re.compile(r"^(\w+)\.(views|forms|admin)(\.|$)")
    found = set()
    for path in product_code():
        for module in imports(path):
            match = private.match(module)
            if match and match[1] in APPS and match[1] != path.parts[len(ROOT.parts)]:
                found.add(f"{name(path)} imports {module}")
    assert found == set()


def test_the_engine_imports_numbers_and_itself_only():
    allowed = {*sys.stdlib_module_names, "numpy", "scipy"} - {
        "os",
        "io",
        "socket",
        "subprocess",
        "pathlib",
        "random",
    }
    strangers = {
        f"{name(path)} imports {module}"
        for path in (ROOT / "matching" / "engine").rglob("*.py")
        if "tests" not in path.parts
        for module in imports(path)
        if module.split(".")[0] not in allowed and not module.startswith("matching.engine")
    }
    assert strangers == set()


def test_the_product_imports_only_what_requirements_in_names():
    """What only another package brings could leave with its next release."""
    asked = set(re.findall(r"^([a-z0-9-]+)", (ROOT / "requirements.in").read_text(), re.MULTILINE))
    known = {*sys.stdlib_module_names, *APPS}
    distributions = packages_distributions()
    missing = set()
    for path in set(product_code()) - BUILD_COMMANDS:
        for top in {module.split(".")[0] for module in imports(path)} - known:
            owners = {re.sub(r"[._-]+", "-", owner).lower() for owner in distributions.get(top, [])}
            if not owners & asked and top != "zeal":  # zeal: in the settings of tests only
                missing.add(f"{name(path)} imports {top}")
    assert missing == set()


def test_no_private_module_of_a_library_is_imported():
    """Private is what a release may change without a word: `_name`, `internal`."""
    ours = {*APPS, "testkit", "bench"}
    private = re.compile(r"(^|\.)(_(?!_future__)|internal\b)")
    found = {
        f"{name(path)} imports {module}"
        for path in (*files(".py"), ROOT / "conftest.py")
        for module in imports(path)
        if module.split(".")[0] not in ours and private.search(module)
    }
    assert found == set()


@pytest.mark.parametrize("ending", [".py", ".html", ".css", ".js"])
def test_no_file_is_too_long(ending):
    lengths = {name(path): len(path.read_text().splitlines()) for path in files(ending)}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_nothing_switches_escaping_off():
    """Plain text bodies of mails are the exception: there is nothing to escape for."""
    off = re.compile(
        r"\|\s*safe\b|\bmark_safe\b|\bSafeString\b|\bhtml_safe\b|autoescape\s+off|\|\s*safeseq\b"
    )
    # Adds an attribute to a cell that Django has escaped; nothing else gives a cell a name.
    allowed = {"mentoring/tests/test_architecture.py", "programs/committee_admin/cells.py"}
    found = [
        name(path)
        for path in files(".py", ".html")
        if name(path) not in allowed and off.search(path.read_text())
    ]
    assert found == []


PAGES = [path for path in files(".html") if "emails" not in path.parts]


def test_no_template_tag_is_cut_by_a_line_end():
    """Django shows a tag that spans two lines as text."""
    cut = re.compile(r"{{[^}\n]*\n[^}]*}}|{%[^%\n]*\n[^%]*%}")
    assert [name(path) for path in files(".html", ".txt") if cut.search(path.read_text())] == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_pages_hold_no_inline_script_or_style(path):
    """The Content-Security-Policy would drop them without a word."""
    text = re.sub(
        r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|{%.*?%}|{{.*?}}",
        "",
        path.read_text(),
        flags=re.DOTALL,
    )
    assert re.findall(r"<[^>]*\sstyle\s*=", text) == []
    assert re.findall(r"<[^>]*\son[a-z]+\s*=", text) == []
    assert re.findall(r"<style\b", text) == []
    assert (
        re.findall(r"<script\b(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")[^>]*>", text) == []
    )
    assert re.findall(r"javascript:", text) == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_pages_load_nothing_from_elsewhere(path):
    """Comes from our own address or not at all; links that a person follows are another thing."""
    assert (
        re.findall(
            r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*(?:src|href)=[\"'](?:https?:)?//",
            path.read_text(),
        )
        == []
    )


def test_no_request_publishes_to_the_broker():
    """A broker that hangs would hang the page; the database is the queue, beat wakes the worker."""
    publishing = re.compile(
        r"\.(delay|delay_on_commit|apply_async|apply_async_on_commit|send_task)\("
    )
    assert [name(path) for path in product_code() if publishing.search(path.read_text())] == []


def test_news_never_travels_by_post_save():
    assert [
        name(path) for path in product_code() if re.search(r"\b(post|pre)_save\b", path.read_text())
    ] == []


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_model_says_who_may_see_it(model):
    rule = getattr(type(model._default_manager.all()), "visible_to", None)
    if model._meta.label in NOT_REACHED:
        assert rule is None, "it has a rule now: take it off the list"
        return
    assert rule is not None, (
        "give its QuerySet visible_to(user), or a line with the reason in NOT_REACHED"
    )
    assert rule.__module__ != "access.scoping", "the rule must be the model's own"


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_people_are_emptied_and_never_deleted(model):
    """Deleting an account by accident must stop at the first row that still names it."""
    user = apps.get_model(settings.AUTH_USER_MODEL)
    to_people = [
        field
        for field in model._meta.get_fields()
        if field.concrete and field.related_model is user
    ]
    careless = [
        field.name
        for field in to_people
        if not field.many_to_many and field.remote_field.on_delete is not models.PROTECT
    ]
    assert careless == []


@pytest.mark.parametrize("model", stateful_models(), ids=lambda model: model._meta.label)
def test_transition_tables_are_closed(model):
    """Every state has a line, leads to known states, and can be reached from the default."""
    states = set(model.State.values)
    assert set(model.TRANSITIONS) == states
    assert set().union(*model.TRANSITIONS.values()) <= states
    reached = {model._meta.get_field("state").get_default()}
    while more := set().union(*(model.TRANSITIONS[state] for state in reached)) - reached:
        reached |= more
    assert states - reached == set()


def test_some_models_have_states():
    assert stateful_models() != []


def test_locks_stop_no_row_that_refers_to_the_locked_one():
    """See `matches.pair_lock`: two transactions could wait for each other."""
    plain = re.compile(r"select_for_update\((?!no_key=True)")
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    found = [str(path.relative_to(ROOT)) for path in files if plain.search(path.read_text())]
    assert [name for name in found if "/tests/" not in name] == []
