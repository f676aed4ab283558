from . import versions, wordings  # noqa: F401  # registers pages
