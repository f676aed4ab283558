"""Signals of this app for the apps above it. All are sent inside the transaction of the change."""

from django.dispatch import Signal

# The settings of a program were saved: `policy`.
policy_saved = Signal()

# The settings of a program are checked before they are saved: `policy`. A receiver returns why a
# setting can't be saved, {name of the setting: the reason}.
policy_problems_asked = Signal()

# A text was changed and people are to read it again: `program`, `name`, `version` (the id of its
# newest version), `at`.
text_to_read_again = Signal()

# A program was created, with its settings: `program`.
program_created = Signal()

# A program names its roles in another way: `program`, `before` (the program as it was), `at`.
role_names_changed = Signal()

# The committee's page of a cohort is shown: `cohort`, `user`, `at`. The receiver returns what is
# known of the cohort, as far as `user` may see it.
cohort_overview_asked = Signal()
