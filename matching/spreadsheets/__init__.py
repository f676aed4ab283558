"""Matching for a program that still lives in a spreadsheet: two files and a map in, pairs with reasons out.

The very same engine, rules and proof as a round in the database; nothing is stored.
"""

from .spreadsheet_criteria import BadTerms, SheetTerms, read_terms
from .spreadsheet_matching import Sheet, propose

__all__ = ["BadTerms", "Sheet", "SheetTerms", "propose", "read_terms"]
