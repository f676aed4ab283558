"""The one home of date and time formats: pages, e-mails and the admin name them, never spell them.

`|date` without an argument is a date with its year. MONTH_DAY_FORMAT, WEEKDAY_FORMAT and
WEEKDAY_TIME_FORMAT are for days that are near; `|date:"DATETIME_FORMAT"` and `|time` for the rest.
"""
