from . import keep_apart, offers, pair_requests, rounds  # noqa: F401  # registers pages
