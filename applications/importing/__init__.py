"""Rosters: sign-up exports of other tools become applications.

A file is read into a table (`tables`), a map says what each column and value means (`maps`, `cells`), both together
give records and problems (`records`), and records are saved all or nothing (`saving`). The same file twice changes
nothing the second time. Nothing here knows any particular export.
"""

from .maps import BadMap, RosterMap, read_map
from .records import Problem, Record, read_records
from .saving import Outcome, save_records
from .tables import BadFile, Table, read_table

__all__ = [
    "BadFile",
    "BadMap",
    "Outcome",
    "Problem",
    "Record",
    "RosterMap",
    "Table",
    "read_map",
    "read_records",
    "read_table",
    "save_records",
]
