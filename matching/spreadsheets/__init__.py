"""Matching for a program that still lives in a spreadsheet: two files and a map in, pairs with reasons out.

The very same engine, rules and proof as a round in the database; nothing is stored.
"""

from .spreadsheet_criteria import InvalidCriteria, SpreadsheetCriteria, read_criteria
from .spreadsheet_matching import SpreadsheetMatching, propose

__all__ = [
    "InvalidCriteria",
    "SpreadsheetCriteria",
    "SpreadsheetMatching",
    "propose",
    "read_criteria",
]
