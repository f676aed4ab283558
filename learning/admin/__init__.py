from . import lessons, library, touches  # noqa: F401  # they register themselves
