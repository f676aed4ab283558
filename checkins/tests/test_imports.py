"""The life of a pair works without the matching engine: a fresh interpreter loads no numpy."""

import subprocess
import sys

SCRIPT = """
import importlib, pkgutil, sys
import django
from django.conf import settings

below = [
    app for app in settings.INSTALLED_APPS
    if app.split(".")[0] not in {"matching", "dashboard", "demo"}
]
settings.INSTALLED_APPS = [*below, "django.contrib.admin"]  # instead of the dashboard's
django.setup()
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        if ".tests" not in module.name and not module.name.endswith(".urls"):
            importlib.import_module(module.name)
heavy = {"numpy", "scipy", "matching"} & {name.split(".")[0] for name in sys.modules}
print(len([name for name in sys.modules if name.startswith(tuple(sys.argv[1:]))]), sorted(heavy))
"""


APPS = ("matches", "agreements", "announcements", "meetings", "checkins")


def test_no_module_of_the_pair_loads_numpy_or_matching():
    command = [sys.executable, "-c", SCRIPT, *APPS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    count, heavy = done.stdout.split(" ", 1)
    assert int(count) > 40, "every module is imported"
    assert heavy.strip() == "[]"
