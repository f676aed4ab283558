"""Invented people in three kinds of program, brought to where they are by the same verbs that the pages call.

Everybody is on example.org. `texts/` holds who they are and what they write, as data; `calendar` says which day of the story
is today in each phase; `people` makes accounts and answers, `story` walks the year, `afterwards` settles what would otherwise
be mailed now. Nothing here is random: the same day gives the same demo.
"""
