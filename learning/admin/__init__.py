from . import library, touches  # noqa: F401  # they register themselves
