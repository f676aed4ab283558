from . import cohorts, committee, programs, vocabulary  # noqa: F401  # registers pages
