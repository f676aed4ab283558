"""In which order a complete run takes the test files, and how workers share them."""

# The test files that take longest, in this order, from the report of a complete run.
LONGEST_FIRST = (
    "mentoring/tests/test_access_matrix.py",
    "mentoring/tests/test_confidentiality_table.py",
    "applications/tests/test_faults_in_browser.py",
    "mentoring/tests/test_every_page_in_browser.py",
    "mentoring/tests/test_every_state_in_browser.py",
    "mentoring/tests/test_admin_language.py",
    "mentoring/tests/test_drill.py",
    "mentoring/tests/test_journey_in_browser.py",
    "mentoring/tests/test_long_texts.py",
    "mentoring/tests/test_lives_of_pairs.py",
    "mentoring/tests/test_year_of_a_cohort.py",
    "mentoring/tests/test_every_email.py",
    "demo/tests/test_year_of_the_demo.py",
    "demo/tests/test_demo.py",
    "mentoring/tests/test_timely_texts.py",
    "mentoring/tests/test_locks.py",
    "mentoring/tests/test_first_evening_in_browser.py",
    "mentoring/tests/test_pairs_year_in_browser.py",
    "mentoring/tests/test_chaos.py",
    "checkins/tests/test_result_attackers.py",
    "mentoring/tests/test_backups.py",
    "mentoring/tests/test_conflicts_of_interest.py",
    "matches/tests/test_terms.py",
    "mentoring/tests/test_pages_after_erasure.py",
)
# A worker takes a whole file, so that what its tests share is made once, and files in this order.
WHOLE_FILES = ("--dist", "loadfile", "--no-loadscope-reorder")
