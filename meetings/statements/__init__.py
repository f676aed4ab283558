"""Certificates and hours statements: facts from the log, a snapshot with a code, a page and a PDF.

`facts` reads the log, `issuing` stores and verifies, `documents` writes the words that page and PDF
share, `pdf` sets them.
"""
