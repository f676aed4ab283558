from . import committee, programs, vocabulary  # noqa: F401  # registers pages
