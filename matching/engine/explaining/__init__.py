"""The answers: what a change would do, why a mentee is unmatched, figures of a plan.

Imports `solving` and `problem`.
"""
