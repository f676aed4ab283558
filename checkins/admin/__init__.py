from . import (  # noqa: F401  (registers the pages)
    checkins,
    concerns,
    contact_plans,
    contacts,
    results,
    surveys,
)
