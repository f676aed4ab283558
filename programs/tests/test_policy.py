"""The settings of a policy."""

from pathlib import Path

import pytest
from django.conf import settings

from programs.models import Policy

SETTINGS = [field.name for field in Policy._meta.fields if field.name not in ("id", "program")]


def product_code():
    root = Path(settings.BASE_DIR)
    apps = [app for app in settings.INSTALLED_APPS if "." not in app and (root / app).is_dir()]
    for app in apps:
        for path in (root / app).rglob("*.py"):
            if not {"tests", "migrations"} & set(path.parts) and path.name != "policy.py":
                yield path.read_text()
    for path in (root / "templates").rglob("*.html"):
        yield path.read_text()


# The settings that are read through a property of the policy.
READ_AS = {"small_group": "smallest_group"}


@pytest.fixture(scope="module")
def code():
    return "\n".join(product_code())


@pytest.mark.parametrize("name", SETTINGS)
def test_the_product_reads_every_setting(code, name):
    assert READ_AS.get(name, name) in code
