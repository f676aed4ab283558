from . import apart, matches  # noqa: F401
