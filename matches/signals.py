"""Signals of this app for the apps above it. All are sent inside the transaction of the change."""

from django.dispatch import Signal

# What the health of pairs follows from has changed: `matches` (their ids).
pair_changed = Signal()
# One of a pair asked the committee to join: `match`, `person`, `at`.
ending_asked = Signal()
# The person took that back: `match`, `person`, `at`.
ending_withdrawn = Signal()
# A pause begins, its last day changes, or it ends: `match`, `pause`, `by` (None: the program),
# `cancels_meetings` (those within it), `at`.
pause_changed = Signal()
# A page shows which meetings a pause would contain: `match`, `person`, `at`, `back_at`. Receivers
# return a list of them in words.
meetings_in_pause_asked = Signal()
# The pair has ended: `match`, `closure`, `at`.
match_ended = Signal()
# The pair goes on after all: `match`, `at`.
match_reopened = Signal()
# A page shows what a person can do at the end of their pair: `match`, `person`. Receivers return
# their steps, each a `closing_steps.ClosingStep`.
closing_steps_asked = Signal()
# A page or an e-mail about the end of a term needs what the two have planned: `match`, `person`
# (None: only whether the talk is booked), `at`. The receiver returns a `closing_plan.ClosingPlan`.
closing_plan_asked = Signal()
# Someone who is asked about a match wants to talk first: `program`, `person`, `at`.
talk_asked = Signal()
# Pairs were looked at for silence: `silent`, by match since when nothing was heard of those that
# are far beyond their rhythm, `others`, the ids of the rest, and `at`.
silence_looked_for = Signal()
# Facts about `person` have changed, and a running pair no longer meets a rule of its program:
# `match`, `person`, `at`.
rules_broken = Signal()
# The pair meets all rules again: `match`, `at`.
rules_met = Signal()
# The committee's page of a pair is shown: `match`, `user`, `in_care` (they look after it), `at`.
# Receivers return a list of `pair_sections.PairSection`.
committee_sections_asked = Signal()
# The same: `match`, `user`, `in_care`, `page` (of its timeline, the first being 1), `at`. The
# receiver returns what is known of the pair, as far as `user` may see it.
committee_overview_asked = Signal()
# The page of a running pair is shown: `match`, `person`, `at`. Receivers return a list of
# `pair_sections.PairSection`.
pair_sections_asked = Signal()
