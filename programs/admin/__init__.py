from . import applications, committee, programs, rosters, vocabulary  # noqa: F401
