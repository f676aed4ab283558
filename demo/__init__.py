"""Demo data: invented people in three programs, created with the same functions as the pages call.

Everyone has an address at example.org. `texts/` holds who they are and what they write. `calendar`
says which day of the scenario is today. `scenario` builds the data with `setup`, `personas`,
`pairs` and `pair_year`. `cleanup` keeps e-mails of the past from being sent now. Nothing is random:
the same day gives the same demo.
"""
