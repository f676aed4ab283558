"""What a program calls its two roles, and every text that says it.

`words` is the arithmetic on texts, `speaking` says which program speaks, `catalogue` lets texts of
the translation catalogues speak for it, and `rows` knows the program of a row.
"""
