from . import apart, matches, rounds  # noqa: F401
