"""Infrastructure of the admin: the site, the base class of committee pages, and what they show.

Everything that other apps use is imported from here.
"""

from .action_log import changed, log_action, log_changes
from .base import CommitteeAdmin, CommitteeSite, format_date
from .chaired import ChairedAdmin
from .chips import chip, state_chip, state_tone
from .find import FindField, find_field
from .forms import (
    DateInput,
    LabelledFormSet,
    LabelledSplitDateTime,
    LabelledTabularInline,
    TranslatedNamesForm,
    WordForm,
    begin_with_capitals,
    capital_choices,
    translated_name_fields,
)
from .languages import language_label
from .list_exports import ExportAdmin
from .lists import (
    LIST_LIMIT,
    CarerFilter,
    CohortFilter,
    CohortOfMatchFilter,
    CommitteeList,
    InCohortFilter,
)
from .row_names import RowKey, RowName, name_rows
from .row_pages import history_of, row_id, steps_of
from .state_names import state_name
from .week_filter import InWeek, WeekFilter, monday_of, rows_in_week, value_of
from .words import MERGED, WordAdmin

__all__ = [
    "LIST_LIMIT",
    "MERGED",
    "CarerFilter",
    "ChairedAdmin",
    "CohortFilter",
    "CohortOfMatchFilter",
    "CommitteeAdmin",
    "CommitteeList",
    "CommitteeSite",
    "DateInput",
    "ExportAdmin",
    "FindField",
    "InCohortFilter",
    "InWeek",
    "LabelledFormSet",
    "LabelledSplitDateTime",
    "LabelledTabularInline",
    "RowKey",
    "RowName",
    "TranslatedNamesForm",
    "WeekFilter",
    "WordAdmin",
    "WordForm",
    "begin_with_capitals",
    "capital_choices",
    "changed",
    "chip",
    "find_field",
    "format_date",
    "history_of",
    "language_label",
    "log_action",
    "log_changes",
    "monday_of",
    "name_rows",
    "row_id",
    "rows_in_week",
    "state_chip",
    "state_name",
    "state_tone",
    "steps_of",
    "translated_name_fields",
    "value_of",
]
