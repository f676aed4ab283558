from . import keep_apart, offers, rounds  # noqa: F401  # registers pages
