from . import committee, programs, vocabulary  # noqa: F401
