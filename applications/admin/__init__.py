from . import applications, conflicts, rosters  # noqa: F401
