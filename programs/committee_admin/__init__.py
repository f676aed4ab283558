"""Infrastructure of the admin: the site, the base class of committee pages, and what they show.

Everything that other apps use is imported from here.
"""

from .base import CommitteeAdmin, CommitteeSite, format_date
from .chips import chip, state_chip, state_tone
from .forms import (
    LabelledFormSet,
    LabelledSplitDateTime,
    LabelledTabularInline,
    TranslatedNamesForm,
    translated_name_fields,
)
from .lists import LIST_LIMIT, CarerFilter, CohortFilter, CohortOfMatchFilter, CommitteeList

__all__ = [
    "LIST_LIMIT",
    "CarerFilter",
    "CohortFilter",
    "CohortOfMatchFilter",
    "CommitteeAdmin",
    "CommitteeList",
    "CommitteeSite",
    "LabelledFormSet",
    "LabelledSplitDateTime",
    "LabelledTabularInline",
    "TranslatedNamesForm",
    "chip",
    "format_date",
    "state_chip",
    "state_tone",
    "translated_name_fields",
]
