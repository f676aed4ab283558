from . import applications, conflicts, questions, rosters  # noqa: F401  # registers pages
