"""Matching for a program that uses spreadsheets: two files and a map in, pairs with reasons out.

Uses the same engine, rules and proof as a round; nothing is stored.
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
