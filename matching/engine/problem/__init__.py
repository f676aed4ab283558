"""The problem: people, criteria and hard rules in, a table of scores out.

Imports nothing else of the engine.
"""
