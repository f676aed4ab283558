from . import rosters  # noqa: F401
