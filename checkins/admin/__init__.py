from . import checkins, concerns, contacts, results, surveys  # noqa: F401  (registers the pages)
