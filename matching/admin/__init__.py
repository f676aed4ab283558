from . import keep_apart, rounds  # noqa: F401
