from . import (  # noqa: F401  (registers the pages)
    carer_silences,
    checkins,
    concerns,
    contact_plans,
    contacts,
    results,
    surveys,
)
