"""Rosters: sign-up lists of other tools become applications.

A file is read into a table (`tables`), and a map says what each column and value means (`maps`).
Both together give records and problems (`record_reading`, with `parsers` for single cells), and
records are saved all or none (`saving`). The same file again changes nothing. Nothing here knows
any particular tool.
"""

from .map_checks import BadMap
from .map_reading import read_map
from .maps import RosterMap
from .record_reading import read_records
from .records import ImportResult, Problem, Record
from .saving import save_records
from .tables import BadFile, Table, read_table

__all__ = [
    "BadFile",
    "BadMap",
    "ImportResult",
    "Problem",
    "Record",
    "RosterMap",
    "Table",
    "read_map",
    "read_records",
    "read_table",
    "save_records",
]
