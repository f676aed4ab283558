from . import (  # noqa: F401  (registers the pages)
    adjustments,
    carer_silences,
    checkins,
    concerns,
    contact_plans,
    contacts,
    results,
    suggestions,
    surveys,
    themes,
)
