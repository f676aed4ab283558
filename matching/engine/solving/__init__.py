"""The solution: the best plan of a problem, its certificate, and the price of every change.

Imports `problem` and nothing else of the engine.
"""
